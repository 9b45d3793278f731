/*
 * SHA-256 (FIPS 180-4) on LANES independent messages at once. Included once per lane count; every name
 * carries it through NAME.
 */
#if LANES == 1
#define NAME(x) x##_1
typedef uint32_t NAME(vec);
#define VEC NAME(vec)
#define SPLAT(x) ((VEC)(x))
#define RAMP(first) ((VEC)(first))
#define LANE(x, lane) (x)
#define GATHER(source, stride) ((source)[0 * (stride)])
#else
#define NAME(x) x##_4
typedef uint32_t NAME(vec) __attribute__((vector_size(16)));
#define VEC NAME(vec)
/* Written as an expression: filling lane by lane makes the code five times slower. */
#define SPLAT(x) ((uint32_t)(x) - (VEC){0})
#define RAMP(first) (SPLAT(first) + (VEC){0, 1, 2, 3})
#define LANE(x, lane) ((x)[lane])
#define GATHER(source, stride)                                                                     \
  ((VEC){(source)[0], (source)[stride], (source)[2 * (stride)], (source)[3 * (stride)]})
#endif

#define ROTATE(x, n) (((x) >> (n)) ^ ((x) << (32 - (n))))
#define BIG_SIGMA0(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define BIG_SIGMA1(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SMALL_SIGMA0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ ((x) >> 3))
#define SMALL_SIGMA1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ ((x) >> 10))

/*
 * Round i, if it lies in [from, to). The state rotates by index, not by moving. Words 16 to
 * `ready` - 1 of the schedule stand in W already. By macro: the loop pragma leaves the rounds rolled,
 * which costs a quarter.
 */
#define ROUND(i)                                                                                   \
  if ((i) >= from && (i) < to) {                                                                   \
    if ((i) >= 16 && (i) >= ready)                                                                 \
      W[(i) & 15] += SMALL_SIGMA0(W[((i) + 1) & 15]) + W[((i) + 9) & 15] +                         \
                     SMALL_SIGMA1(W[((i) + 14) & 15]);                                             \
    const VEC a = S[(64 - (i)) & 7], b = S[(65 - (i)) & 7], e = S[(68 - (i)) & 7],                 \
              f = S[(69 - (i)) & 7], g = S[(70 - (i)) & 7];                                        \
    const VEC t1 = (S[(71 - (i)) & 7] + (SPLAT(K[i]) + W[(i) & 15])) + (g ^ (e & (f ^ g))) +       \
                   BIG_SIGMA1(e);                                                                  \
    const VEC a_b = a ^ b;                                                                         \
    S[(67 - (i)) & 7] += t1;                                                                       \
    S[(71 - (i)) & 7] = t1 + ((b ^ (a_b & b_c)) + BIG_SIGMA0(a));                                  \
    b_c = a_b;                                                                                     \
  }
#define ROUNDS_4(i) ROUND(i) ROUND((i) + 1) ROUND((i) + 2) ROUND((i) + 3)
#define ROUNDS_16(i) ROUNDS_4(i) ROUNDS_4((i) + 4) ROUNDS_4((i) + 8) ROUNDS_4((i) + 12)

/* Rounds [from, to) in place; W is the rolling schedule of 16 words. All arguments constant. */
INLINE void NAME(rounds)(VEC S[8], VEC W[16], const int from, const int to, const int ready) {
  VEC b_c = S[(65 - from) & 7] ^ S[(66 - from) & 7];
  ROUNDS_16(0) ROUNDS_16(16) ROUNDS_16(32) ROUNDS_16(48)
}

INLINE void NAME(start)(VEC state[8]) {
  for (int k = 0; k < 8; k++) state[k] = SPLAT(IV[k]);
}

/* One whole block onto `state`, not counted: for midstates that are made once per tree. */
CALLED void NAME(absorb)(VEC state[8], const VEC block[16]) {
  VEC S[8], W[16];
  for (int k = 0; k < 8; k++) S[k] = state[k];
  for (int k = 0; k < 16; k++) W[k] = block[k];
  NAME(rounds)(S, W, 0, 64, 16);
  for (int k = 0; k < 8; k++) state[k] += S[k];
}

INLINE void NAME(compress)(VEC state[8], const VEC block[16]) {
  NAME(absorb)(state, block);
  compressions_done += LANES;
}

INLINE void NAME(store)(uint32_t slot, const VEC hash[8]) {
  for (int lane = 0; lane < LANES; lane++)
    for (int k = 0; k < 8; k++) nodes[slot + lane][k] = __builtin_bswap32(LANE(hash[k], lane));
}

/* Lane l gets node `slot` + l * stride. */
INLINE void NAME(load)(VEC hash[8], uint32_t slot, const int stride) {
  for (int k = 0; k < 8; k++) {
    const uint32_t *word = &nodes[slot][k];
    const VEC x = GATHER(word, stride * HASH_WORDS);
    hash[k] = (x >> 24) | ((x >> 8) & SPLAT(0xff00)) | ((x << 8) & SPLAT(0xff0000)) | (x << 24);
  }
}
