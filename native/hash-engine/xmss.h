/*
 * XMSS and XMSS^MT (RFC 8391) with SHA-256, n = 32, w = 16; WOTS+ secrets by PRF_keygen of SP 800-208,
 * section 6.1. One leaf or node per lane. The first block of PRF and of PRF_keygen depends on the tree's
 * seeds alone and is hashed once per tree.
 */

/* An address (RFC 8391, 2.5) up to the word that names leaf or L-tree, and what follows from it. */
typedef struct {
  VEC head[5];
  VEC after_head[8]; /* PRF's state after the rounds of these words */
  VEC w16, w17, w18, w19; /* words of the schedule of PRF's second block that they decide */
} NAME(xmss_address);

CALLED void NAME(xmss_address_of)(NAME(xmss_address) * A, uint32_t type, VEC fifth) {
  VEC S[8], W[16];
  for (int k = 0; k < 3; k++) A->head[k] = SPLAT(xmss.place[k]);
  A->head[3] = SPLAT(type);
  A->head[4] = fifth;
  for (int k = 0; k < 5; k++) W[k] = A->head[k];
  for (int k = 0; k < 8; k++) S[k] = SPLAT(xmss.prf[k]);
  NAME(rounds)(S, W, 0, 5, 16);
  for (int k = 0; k < 8; k++) A->after_head[k] = S[k];
  A->w16 = W[0] + SMALL_SIGMA0(W[1]);
  A->w17 = W[1] + SMALL_SIGMA0(W[2]) + SMALL_SIGMA1(SPLAT(768));
  A->w18 = W[2] + SMALL_SIGMA0(W[3]) + SMALL_SIGMA1(A->w16);
  A->w19 = W[3] + SMALL_SIGMA0(W[4]) + SMALL_SIGMA1(A->w17);
}

/* PRF(PUB_SEED, address): 96 bytes, of which the first block is done. */
CALLED void NAME(xmss_prf)(VEC out[8], const NAME(xmss_address) * A, VEC w5, VEC w6, VEC w7) {
  VEC S[8], W[16];
  for (int k = 0; k < 8; k++) S[k] = A->after_head[k];
  W[5] = w5;
  W[6] = w6;
  W[7] = w7;
  W[8] = SPLAT(0x80000000);
  for (int k = 9; k < 15; k++) W[k] = SPLAT(0);
  W[15] = SPLAT(768);
  NAME(rounds)(S, W, 5, 16, 16);
  W[0] = A->w16;
  W[1] = A->w17;
  W[2] = A->w18;
  W[3] = A->w19;
  W[4] = A->head[4];
  NAME(rounds)(S, W, 16, 64, 20);
  for (int k = 0; k < 8; k++) out[k] = S[k] + SPLAT(xmss.prf[k]);
  compressions_done += LANES;
}

/* The first block of F: toByte(0, 32) || KEY. */
CALLED void NAME(xmss_f_key_block)(VEC out[8], const VEC key[8]) {
  VEC S[8], W[16];
  NAME(start)(S);
  for (int k = 0; k < 8; k++) {
    W[k] = SPLAT(0);
    W[8 + k] = key[k];
  }
  NAME(rounds)(S, W, 0, 64, 16);
  for (int k = 0; k < 8; k++) out[k] = S[k] + SPLAT(IV[k]);
  compressions_done += LANES;
}

/* The last block of F: x = x XOR mask, then the padding of 96 bytes. */
CALLED void NAME(xmss_f_block)(VEC x[8], const VEC state[8], const VEC mask[8]) {
  VEC S[8], W[16];
  for (int k = 0; k < 8; k++) {
    S[k] = state[k];
    W[k] = x[k] ^ mask[k];
  }
  W[8] = SPLAT(0x80000000);
  for (int k = 9; k < 15; k++) W[k] = SPLAT(0);
  W[15] = SPLAT(768);
  NAME(rounds)(S, W, 0, 64, 16);
  for (int k = 0; k < 8; k++) x[k] = S[k] + state[k];
  compressions_done += LANES;
}

/* A block of nothing but the padding of 128 bytes: its whole schedule is constant. */
CALLED void NAME(xmss_padding_block)(VEC state[8]) {
  VEC S[8], W[16];
  for (int k = 0; k < 8; k++) S[k] = state[k];
  W[0] = SPLAT(0x80000000);
  for (int k = 1; k < 15; k++) W[k] = SPLAT(0);
  W[15] = SPLAT(1024);
  NAME(rounds)(S, W, 0, 64, 16);
  for (int k = 0; k < 8; k++) state[k] += S[k];
  compressions_done += LANES;
}

/* One step of a WOTS+ chain (RFC 8391, algorithm 2). */
INLINE void NAME(xmss_f)(VEC x[8], const NAME(xmss_address) * A, uint32_t chain, uint32_t step) {
  VEC key[8], mask[8], state[8];
  NAME(xmss_prf)(key, A, SPLAT(chain), SPLAT(step), SPLAT(0));
  NAME(xmss_prf)(mask, A, SPLAT(chain), SPLAT(step), SPLAT(1));
  NAME(xmss_f_key_block)(state, key);
  NAME(xmss_f_block)(x, state, mask);
}

/* RAND_HASH (RFC 8391, algorithm 7). */
CALLED void NAME(xmss_h)(VEC out[8], const VEC left[8], const VEC right[8],
                         const NAME(xmss_address) * A, VEC height, VEC index) {
  VEC key[8], mask0[8], mask1[8], state[8], W[16];
  NAME(xmss_prf)(key, A, height, index, SPLAT(0));
  NAME(xmss_prf)(mask0, A, height, index, SPLAT(1));
  NAME(xmss_prf)(mask1, A, height, index, SPLAT(2));
  /* H's first block differs by one word; it is rare enough for the general function. */
  NAME(start)(state);
  for (int k = 0; k < 8; k++) {
    W[k] = SPLAT(k == 7);
    W[8 + k] = key[k];
  }
  NAME(compress)(state, W);
  for (int k = 0; k < 8; k++) {
    W[k] = left[k] ^ mask0[k];
    W[8 + k] = right[k] ^ mask1[k];
  }
  NAME(compress)(state, W);
  NAME(xmss_padding_block)(state);
  for (int k = 0; k < 8; k++) out[k] = state[k];
}

static VEC NAME(xmss_chain_ends)[WOTS_CHAINS][8];

/* Chain c from its secret, PRF_keygen(SK_SEED, PUB_SEED || address), to its end. */
CALLED void NAME(xmss_chain)(const NAME(xmss_address) * A, uint32_t c) {
  VEC *x = NAME(xmss_chain_ends)[c], W[16];
  for (int k = 0; k < 8; k++) {
    x[k] = SPLAT(xmss.prf_keygen[k]);
    W[k] = SPLAT(xmss.public_seed[k]);
  }
  for (int k = 0; k < 5; k++) W[8 + k] = A->head[k];
  W[13] = SPLAT(c);
  W[14] = SPLAT(0);
  W[15] = SPLAT(0);
  NAME(compress)(x, W);
  NAME(xmss_padding_block)(x);
  for (uint32_t step = 0; step < 15; step++) NAME(xmss_f)(x, A, c, step);
}

/* Leaves q to q + LANES - 1: WOTS+ key, then L-tree (RFC 8391, algorithm 8). */
static void NAME(xmss_leaf_group)(uint32_t q, uint32_t slot) {
  NAME(xmss_address) A;
  VEC(*ends)[8] = NAME(xmss_chain_ends);
  NAME(xmss_address_of)(&A, 0, RAMP(q));
  for (uint32_t c = 0; c < WOTS_CHAINS; c++) NAME(xmss_chain)(&A, c);
  NAME(xmss_address_of)(&A, 1, RAMP(q));
  uint32_t count = WOTS_CHAINS;
  for (uint32_t height = 0; count > 1; height++) {
    for (uint32_t i = 0; i < count / 2; i++)
      NAME(xmss_h)(ends[i], ends[2 * i], ends[2 * i + 1], &A, SPLAT(height), SPLAT(i));
    if (count & 1)
      for (int k = 0; k < 8; k++) ends[count / 2][k] = ends[count - 1][k];
    count = (count + 1) / 2;
  }
  NAME(store)(slot, ends[0]);
}

/* LANES neighbouring nodes from `index` on; `height` is that of their children, from `from` on. */
static void NAME(xmss_parent_group)(uint32_t height, uint32_t index, uint32_t from, uint32_t slot) {
  NAME(xmss_address) A;
  VEC left[8], right[8], out[8];
  NAME(xmss_address_of)(&A, 2, SPLAT(0));
  NAME(load)(left, from, 2);
  NAME(load)(right, from + 1, 2);
  NAME(xmss_h)(out, left, right, &A, SPLAT(height), RAMP(index));
  NAME(store)(slot, out);
}
