/*
 * What both lane counts share: the constants of FIPS 180-4, the memory that JavaScript reads and
 * writes, and the counter.
 *
 * Nothing here is initialised data: JavaScript wipes the whole memory with zeros after a job and uses
 * the same instance again. Constant tables must therefore be folded into the code; the build refuses
 * a module with a data section.
 */
#ifndef KEYFUSE_HASH_ENGINE_H
#define KEYFUSE_HASH_ENGINE_H

#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
/* Own functions for what runs often: V8 replaces baseline code at the next call, not inside a loop. */
#define CALLED static __attribute__((noinline))

#define HASH_WORDS 8
#define HASH_BYTES 32
#define MAX_NODES 2047 /* A whole tree over 1024 leaves. */
#define WOTS_CHAINS 67 /* RFC 8391, section 3.1.1, w = 16, n = 32. */

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t IV[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Nodes as words of the hash, most significant first; `store` and `load` swap to bytes. */
static uint32_t nodes[MAX_NODES][HASH_WORDS];

/* The two secrets and what stands beside them, as bytes from JavaScript. */
static uint8_t key_bytes[64];

/* Compressions of SHA-256 since the last wipe; per-tree midstates are not among them. */
static uint64_t compressions_done;

INLINE uint32_t load_word(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

#endif
