/*
 * Leaves and nodes of hash-based signature trees for WebAssembly: LMS and XMSS over SHA-256, four lanes
 * of SIMD128 at a time and one lane for what is left over.
 *
 * How it is called: write the key bytes, `lms_begin` or `xmss_begin`, then leaves in slices (a long call
 * would stay in the baseline code of the JavaScript engine and could not be cancelled), then `climb`.
 * Slots count nodes of 32 bytes from `node_area` on.
 */
#include "engine.h"

static struct {
  uint32_t identifier[4];
  uint32_t seed[8];
  uint32_t height, winternitz, chains;
} lms;

static struct {
  uint32_t public_seed[8];
  uint32_t place[3];       /* layer, tree: the first words of every address */
  uint32_t prf[8];         /* state after toByte(3, 32) || PUB_SEED */
  uint32_t prf_keygen[8];  /* state after toByte(4, 32) || SK_SEED */
} xmss;

#define LANES 4
#include "lanes.h"
#undef LANES
#define LANES 1
#include "lanes.h"
#undef LANES

EXPORT void *key_area(void) { return key_bytes; }
EXPORT void *node_area(void) { return nodes; }
EXPORT uint32_t node_capacity(void) { return MAX_NODES; }
EXPORT double compressions(void) { return (double)compressions_done; }

/* Key bytes: identifier (16), seed (32). */
EXPORT void lms_begin(uint32_t height, uint32_t winternitz, uint32_t chains) {
  for (int k = 0; k < 4; k++) lms.identifier[k] = load_word(key_bytes + 4 * k);
  for (int k = 0; k < 8; k++) lms.seed[k] = load_word(key_bytes + 16 + 4 * k);
  lms.height = height;
  lms.winternitz = winternitz;
  lms.chains = chains;
}

EXPORT void lms_leaves(uint32_t first, uint32_t count, uint32_t slot) {
  uint32_t done = 0;
  for (; done + 4 <= count; done += 4) lms_leaf_group_4(first + done, slot + done);
  for (; done < count; done++) lms_leaf_group_1(first + done, slot + done);
}

/* From `count` nodes (a power of two) of `level` at `slot` on, all nodes above, appended. */
EXPORT void lms_climb(uint32_t level, uint32_t first, uint32_t count, uint32_t slot) {
  while (count > 1) {
    const uint32_t parents = count / 2, above = slot + count;
    level++;
    first /= 2;
    const uint32_t r = (1u << (lms.height - level)) + first;
    uint32_t done = 0;
    for (; done + 4 <= parents; done += 4)
      lms_parent_group_4(r + done, slot + 2 * done, above + done);
    for (; done < parents; done++) lms_parent_group_1(r + done, slot + 2 * done, above + done);
    slot = above;
    count = parents;
  }
}

/* Key bytes: SK_SEED (32), PUB_SEED (32). */
EXPORT void xmss_begin(uint32_t layer, uint32_t tree_high, uint32_t tree_low) {
  uint32_t block[16];
  for (int k = 0; k < 8; k++) {
    block[k] = k == 7 ? 3 : 0;
    block[8 + k] = xmss.public_seed[k] = load_word(key_bytes + 32 + 4 * k);
    xmss.prf[k] = xmss.prf_keygen[k] = IV[k];
  }
  absorb_1(xmss.prf, block);
  block[7] = 4;
  for (int k = 0; k < 8; k++) block[8 + k] = load_word(key_bytes + 4 * k);
  absorb_1(xmss.prf_keygen, block);
  xmss.place[0] = layer;
  xmss.place[1] = tree_high;
  xmss.place[2] = tree_low;
}

EXPORT void xmss_leaves(uint32_t first, uint32_t count, uint32_t slot) {
  uint32_t done = 0;
  for (; done + 4 <= count; done += 4) xmss_leaf_group_4(first + done, slot + done);
  for (; done < count; done++) xmss_leaf_group_1(first + done, slot + done);
}

EXPORT void xmss_climb(uint32_t level, uint32_t first, uint32_t count, uint32_t slot) {
  for (; count > 1; level++) {
    const uint32_t parents = count / 2, above = slot + count;
    first /= 2;
    uint32_t done = 0;
    for (; done + 4 <= parents; done += 4)
      xmss_parent_group_4(level, first + done, slot + 2 * done, above + done);
    for (; done < parents; done++)
      xmss_parent_group_1(level, first + done, slot + 2 * done, above + done);
    slot = above;
    count = parents;
  }
}

/* The compiler may write loops as calls of these. */
void *memset(void *to, int value, __SIZE_TYPE__ size) { return __builtin_memset(to, value, size); }
void *memcpy(void *to, const void *from, __SIZE_TYPE__ size) {
  return __builtin_memcpy(to, from, size);
}
