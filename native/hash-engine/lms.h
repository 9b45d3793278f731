/*
 * LMS (RFC 8554) with SHA-256, n = 32: leaves with LM-OTS keys derived as in its appendix A, and inner
 * nodes. One leaf or node per lane, so that the address is the same in all of them but for q.
 */

/* What stays the same for the leaves of one group. */
typedef struct {
  VEC head[5];       /* I and q, the first words of every block of a chain */
  VEC after_head[8]; /* the state after the rounds of these words */
  VEC c16, c17, c18, c19; /* what these words give to words 16 to 19 of the schedule */
} NAME(lms_group);

INLINE void NAME(lms_open)(NAME(lms_group) * G, VEC q) {
  VEC S[8], W[16];
  for (int k = 0; k < 4; k++) G->head[k] = SPLAT(lms.identifier[k]);
  G->head[4] = q;
  for (int k = 0; k < 5; k++) W[k] = G->head[k];
  NAME(start)(S);
  NAME(rounds)(S, W, 0, 5, 16);
  for (int k = 0; k < 8; k++) G->after_head[k] = S[k];
  G->c16 = SMALL_SIGMA0(W[1]) + W[0];
  G->c17 = SMALL_SIGMA0(W[2]) + W[1] + SMALL_SIGMA1(SPLAT(440));
  G->c18 = SMALL_SIGMA0(W[3]) + W[2];
  G->c19 = SMALL_SIGMA0(W[4]) + W[3];
}

/* t = H(I || q || i || j || t), 55 bytes, one block. `i_j` is i << 16 | j << 8. */
INLINE void NAME(lms_step)(const NAME(lms_group) * G, VEC t[8], uint32_t i_j) {
  VEC S[8], W[16];
  for (int k = 0; k < 8; k++) S[k] = G->after_head[k];
  W[5] = SPLAT(i_j) | (t[0] >> 24);
  for (int k = 0; k < 7; k++) W[6 + k] = (t[k] << 8) | (t[k + 1] >> 24);
  W[13] = (t[7] << 8) | SPLAT(0x80);
  W[14] = SPLAT(0);
  W[15] = SPLAT(440);
  NAME(rounds)(S, W, 5, 16, 16);
  W[0] = W[9] + G->c16;
  W[1] = W[10] + G->c17;
  W[2] = W[11] + G->c18 + SMALL_SIGMA1(W[0]);
  W[3] = W[12] + G->c19 + SMALL_SIGMA1(W[1]);
  W[4] = G->head[4];
  NAME(rounds)(S, W, 16, 64, 20);
  for (int k = 0; k < 8; k++) t[k] = S[k] + SPLAT(IV[k]);
}

/*
 * Chain i to its end: its secret, which is the step 0xff from SEED, and steps 0 to 2^w - 2. One loop, so
 * that the step stands in the code once.
 */
CALLED void NAME(lms_chain)(const NAME(lms_group) * G, VEC t[8], uint32_t i, uint32_t steps) {
  VEC x[8];
  for (int k = 0; k < 8; k++) x[k] = SPLAT(lms.seed[k]);
  for (uint32_t j = 0; j <= steps; j++) NAME(lms_step)(G, x, i << 16 | ((j + 0xff) & 0xff) << 8);
  for (int k = 0; k < 8; k++) t[k] = x[k];
  compressions_done += LANES * (1 + steps);
}

/* Leaves q to q + LANES - 1, written to nodes[slot] and on. */
static void NAME(lms_leaf_group)(uint32_t q, uint32_t slot) {
  NAME(lms_group) G;
  VEC state[8], W[16], carry = SPLAT(0x8080);
  int filled = 5;
  NAME(lms_open)(&G, RAMP(q));
  NAME(start)(state);
  for (int k = 0; k < 5; k++) W[k] = G.head[k];
  /* K = H(I || q || D_PBLC || y[0] || ... ), words half a word late. */
  for (uint32_t i = 0; i < lms.chains; i++) {
    VEC t[8];
    NAME(lms_chain)(&G, t, i, (1u << lms.winternitz) - 1);
    for (int k = 0; k < 8; k++) {
      W[filled++] = (carry << 16) | (t[k] >> 16);
      carry = t[k];
      if (filled == 16) {
        NAME(compress)(state, W);
        filled = 0;
      }
    }
  }
  W[filled++] = (carry << 16) | SPLAT(0x8000);
  if (filled > 14) {
    while (filled < 16) W[filled++] = SPLAT(0);
    NAME(compress)(state, W);
    filled = 0;
  }
  while (filled < 15) W[filled++] = SPLAT(0);
  W[15] = SPLAT((22 + 32 * lms.chains) * 8);
  NAME(compress)(state, W);

  /* T[r] = H(I || r || D_LEAF || K) */
  VEC leaf[8];
  for (int k = 0; k < 4; k++) W[k] = G.head[k];
  W[4] = RAMP((1u << lms.height) + q);
  carry = SPLAT(0x8282);
  for (int k = 0; k < 8; k++) {
    W[5 + k] = (carry << 16) | (state[k] >> 16);
    carry = state[k];
  }
  W[13] = (carry << 16) | SPLAT(0x8000);
  W[14] = SPLAT(0);
  W[15] = SPLAT(54 * 8);
  NAME(start)(leaf);
  NAME(compress)(leaf, W);
  NAME(store)(slot, leaf);
}

/* T[r] = H(I || r || D_INTR || T[2r] || T[2r + 1]) for LANES neighbours, children from `from` on. */
static void NAME(lms_parent_group)(uint32_t r, uint32_t from, uint32_t slot) {
  VEC children[16], W[16], state[8], carry = SPLAT(0x8383);
  NAME(load)(children, from, 2);
  NAME(load)(children + 8, from + 1, 2);
  for (int k = 0; k < 4; k++) W[k] = SPLAT(lms.identifier[k]);
  W[4] = RAMP(r);
  for (int k = 0; k < 11; k++) {
    W[5 + k] = (carry << 16) | (children[k] >> 16);
    carry = children[k];
  }
  NAME(start)(state);
  NAME(compress)(state, W);
  for (int k = 0; k < 5; k++) {
    W[k] = (carry << 16) | (children[11 + k] >> 16);
    carry = children[11 + k];
  }
  W[5] = (carry << 16) | SPLAT(0x8000);
  for (int k = 6; k < 15; k++) W[k] = SPLAT(0);
  W[15] = SPLAT(86 * 8);
  NAME(compress)(state, W);
  NAME(store)(slot, state);
}
