/* What is burned and when, without a word about registers or text. */
#ifndef KEYFUSE_PRIMER_H
#define KEYFUSE_PRIMER_H

#include "region.h"

enum result {
  RESULT_DONE,            /* written now, read back, all as intended */
  RESULT_ALREADY,         /* nothing was left to write */
  RESULT_NO_KEYSTORE,     /* the region is empty */
  RESULT_REGION_DAMAGED,  /* the region is not what Keyfuse wrote */
  RESULT_REFUSED_CONFLICT,/* something else stands there; nothing was written */
  RESULT_REFUSED_LOCKED,  /* a block to be written is locked; nothing was written */
  RESULT_FAILED_RANDOM,   /* the random number generator is not to be trusted; nothing was written */
  RESULT_FAILED_PROGRAM,  /* the flash controller reported an error; stopped at once */
  RESULT_FAILED_VERIFY,   /* a halfword reads back differently; stopped at once */
  RESULT_FAILED_LOCK      /* written, but the chip does not show the blocks locked */
};

enum uds_result {
  UDS_NOT_ASKED,
  UDS_WRITTEN,   /* drawn by this run */
  UDS_COMPLETED, /* begun by an interrupted run: its blank halfwords were drawn now */
  UDS_KEPT       /* was there; stays as it is */
};

#define CONFLICTS_KEPT 8u

struct conflict {
  uint32_t halfword;
  struct cell found;
};

/* The whole story of one run. */
struct run {
  enum region_state region;
  enum result result;
  uint32_t asked; /* halfwords of the region, without the UDS */
  uint32_t blank;
  uint32_t equal;
  uint32_t conflicts;
  uint32_t locked; /* halfwords to be written that lie in locked blocks */
  uint32_t written; /* by this run, the UDS included */
  enum uds_result uds;
  struct conflict kept[CONFLICTS_KEPT]; /* the first ones */
  /* RESULT_FAILED_PROGRAM and RESULT_FAILED_VERIFY: where, and what the flash controller said. */
  uint32_t fault_halfword;
  uint32_t fault_flags;
  struct cell fault_found;
};

/* Checks everything, then writes what is blank, verifies, locks what is asked. Running it again is harmless. */
void primer_run(struct run *run);

bool is_uds(uint32_t halfword);

#endif
