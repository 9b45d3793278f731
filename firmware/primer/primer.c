/* Check everything first, then write: a chip that is refused is left exactly as it was.
 *
 * A halfword takes one value in its life (RM0481, 7.3.4): it is programmed when it was never programmed, left
 * alone when it holds what it should, and anything else is a conflict. */
#include "primer.h"

#define BLANK 0xFFFFu
/* "WOLFBOOT", count, flags, version: written last. Until they stand a bootloader finds no keys, so that an
 * interrupted run leaves a chip that is unfinished and not one that promises what is not there. */
#define HEADER_HALFWORDS 8u
/* A random halfword is 0xFFFF once in 65536 draws; more often than this it is no chance. */
#define MOST_DRAWS 16u

enum cell_is { IS_BLANK, IS_EQUAL, IS_CONFLICT };

static enum cell_is judge(struct cell cell, uint16_t wanted) {
  if (cell.ecc) return cell.value == BLANK ? IS_BLANK : IS_CONFLICT;
  return cell.value == wanted ? IS_EQUAL : IS_CONFLICT;
}

bool is_uds(uint32_t halfword) {
  return halfword >= UDS_FIRST && halfword < UDS_FIRST + UDS_HALFWORDS;
}

static bool is_locked(uint32_t lock_word, uint32_t halfword) {
  return (lock_word >> (halfword / HALFWORDS_PER_BLOCK) & 1u) != 0;
}

static void note_conflict(struct run *run, uint32_t halfword, struct cell found) {
  if (run->conflicts < CONFLICTS_KEPT) {
    run->kept[run->conflicts].halfword = halfword;
    run->kept[run->conflicts].found = found;
  }
  run->conflicts++;
}

static void check_keystore(struct run *run, uint32_t lock_word) {
  for (uint32_t halfword = 0; halfword < OTP_HALFWORDS; halfword++) {
    if (!region_writes(halfword)) continue;
    const struct cell cell = hal_read(halfword);
    run->asked++;
    switch (judge(cell, region_value(halfword))) {
      case IS_BLANK:
        run->blank++;
        if (is_locked(lock_word, halfword)) run->locked++;
        break;
      case IS_EQUAL:
        run->equal++;
        break;
      case IS_CONFLICT:
        note_conflict(run, halfword, cell);
        break;
    }
  }
}

/* How many halfwords of the UDS were never programmed. Only an interrupted run leaves some of them so: every
 * program that writes a UDS writes all of it. */
static uint32_t check_uds(struct run *run, uint32_t lock_word) {
  uint32_t blank = 0;
  for (uint32_t halfword = UDS_FIRST; halfword < UDS_FIRST + UDS_HALFWORDS; halfword++) {
    const struct cell cell = hal_read(halfword);
    if (!cell.ecc) continue;
    if (cell.value != BLANK) {
      note_conflict(run, halfword, cell);
      continue;
    }
    blank++;
    if (is_locked(lock_word, halfword)) run->locked++;
  }
  return blank;
}

/* 32 bytes, no halfword 0xFFFF. The generator's own health tests come first; two equal words in a row, which
 * includes all 00 and all FF, are refused on top of them. */
static bool draw_uds(uint16_t uds[UDS_HALFWORDS]) {
  uint32_t last;
  if (!hal_random(&last)) return false;
  uint32_t drawn = 0;
  for (uint32_t draw = 0; draw < UDS_HALFWORDS / 2u + MOST_DRAWS; draw++) {
    uint32_t word;
    if (!hal_random(&word) || word == last) return false;
    last = word;
    if ((word & 0xFFFFu) == BLANK || word >> 16 == BLANK) continue;
    uds[drawn++] = (uint16_t)word;
    uds[drawn++] = (uint16_t)(word >> 16);
    if (drawn == UDS_HALFWORDS) return true;
  }
  return false;
}

static bool program(struct run *run, uint32_t halfword, uint16_t value) {
  const uint32_t flags = hal_program(halfword, value);
  run->written++;
  const struct cell found = hal_read(halfword);
  const bool holds = judge(found, value) == IS_EQUAL;
  if (flags == 0 && holds) return true;
  run->result = flags != 0 ? RESULT_FAILED_PROGRAM : RESULT_FAILED_VERIFY;
  run->fault_halfword = halfword;
  run->fault_flags = flags;
  run->fault_found = found;
  return false;
}

static bool write_keystore(struct run *run, uint32_t first, uint32_t end) {
  for (uint32_t halfword = first; halfword < end; halfword++) {
    if (!region_writes(halfword)) continue;
    const uint16_t wanted = region_value(halfword);
    if (judge(hal_read(halfword), wanted) != IS_BLANK) continue;
    if (!program(run, halfword, wanted)) return false;
  }
  return true;
}

static bool write_uds(struct run *run, const uint16_t uds[UDS_HALFWORDS]) {
  for (uint32_t index = 0; index < UDS_HALFWORDS; index++) {
    const struct cell cell = hal_read(UDS_FIRST + index);
    if (!cell.ecc || cell.value != BLANK) continue;
    if (!program(run, UDS_FIRST + index, uds[index])) return false;
  }
  return true;
}

/* Once more over everything, for a write that went astray. */
static bool verify_keystore(struct run *run) {
  for (uint32_t halfword = 0; halfword < OTP_HALFWORDS; halfword++) {
    if (!region_writes(halfword)) continue;
    const struct cell found = hal_read(halfword);
    if (judge(found, region_value(halfword)) == IS_EQUAL) continue;
    run->result = RESULT_FAILED_VERIFY;
    run->fault_halfword = halfword;
    run->fault_found = found;
    return false;
  }
  return true;
}

static bool lock_blocks(struct run *run) {
  const uint32_t mask = region_lock_mask();
  if ((hal_lock_word() & mask) == mask) return true;
  if (hal_lock(mask)) {
    run->result = RESULT_DONE;
    return true;
  }
  run->result = RESULT_FAILED_LOCK;
  return false;
}

static bool write_all(struct run *run, const uint16_t uds[UDS_HALFWORDS], bool with_uds) {
  return write_keystore(run, HEADER_HALFWORDS, OTP_HALFWORDS) && (!with_uds || write_uds(run, uds)) &&
         write_keystore(run, 0, HEADER_HALFWORDS) && verify_keystore(run);
}

static void burn(struct run *run) {
  const uint32_t lock_word = hal_lock_word();
  const bool generate = (region_flags() & REGION_GENERATE_UDS) != 0;
  check_keystore(run, lock_word);
  const uint32_t uds_blank = generate ? check_uds(run, lock_word) : 0;
  if (generate) run->uds = UDS_KEPT;
  if (run->conflicts > 0) {
    run->result = RESULT_REFUSED_CONFLICT;
    return;
  }
  if (run->locked > 0) {
    run->result = RESULT_REFUSED_LOCKED;
    return;
  }
  uint16_t uds[UDS_HALFWORDS];
  if (uds_blank > 0) {
    if (!draw_uds(uds)) {
      run->result = RESULT_FAILED_RANDOM;
      return;
    }
    run->uds = uds_blank == UDS_HALFWORDS ? UDS_WRITTEN : UDS_COMPLETED;
  }
  run->result = run->blank + uds_blank > 0 ? RESULT_DONE : RESULT_ALREADY;
  const bool good = write_all(run, uds, uds_blank > 0);
  for (uint32_t index = 0; index < UDS_HALFWORDS; index++) ((volatile uint16_t *)uds)[index] = 0;
  if (good) lock_blocks(run);
}

void primer_run(struct run *run) {
  *run = (struct run){.region = region_state(), .uds = UDS_NOT_ASKED};
  switch (run->region) {
    case REGION_IS_EMPTY:
      run->result = RESULT_NO_KEYSTORE;
      return;
    case REGION_IS_DAMAGED:
      run->result = RESULT_REGION_DAMAGED;
      return;
    case REGION_IS_FILLED:
      burn(run);
      return;
  }
}
