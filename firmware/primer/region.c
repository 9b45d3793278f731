#include "region.h"

#include "crc32.h"

static uint32_t word_at(uint32_t offset) {
  const volatile uint8_t *region = hal_region();
  return (uint32_t)region[offset] | (uint32_t)region[offset + 1u] << 8 |
         (uint32_t)region[offset + 2u] << 16 | (uint32_t)region[offset + 3u] << 24;
}

static bool has_mark(void) {
  static const char mark[] = REGION_MARK;
  const volatile uint8_t *region = hal_region();
  for (uint32_t at = 0; at < sizeof mark - 1u; at++) {
    if (region[at] != (uint8_t)mark[at]) return false;
  }
  return true;
}

static bool crc_holds(void) {
  const volatile uint8_t *region = hal_region();
  uint32_t crc = CRC32_START;
  for (uint32_t at = 0; at < REGION_BYTES; at++) {
    if (at == REGION_AT_CRC) at = REGION_AT_CONTENT;
    crc = crc32_add(crc, region[at]);
  }
  return crc32_end(crc) == word_at(REGION_AT_CRC);
}

/* The UDS is never in the image: where it goes, the mask has no bit. */
static bool mask_holds(void) {
  uint32_t count = 0;
  for (uint32_t halfword = 0; halfword < OTP_HALFWORDS; halfword++) {
    if (!region_writes(halfword)) continue;
    if (halfword >= UDS_FIRST && halfword < UDS_FIRST + UDS_HALFWORDS) return false;
    count++;
  }
  return count > 0 && count == word_at(REGION_AT_COUNT);
}

enum region_state region_state(void) {
  if (!has_mark() || word_at(REGION_AT_VERSION) != REGION_VERSION ||
      word_at(REGION_AT_LENGTH) != REGION_BYTES) {
    return REGION_IS_DAMAGED;
  }
  if (word_at(REGION_AT_FLAGS) == 0) return REGION_IS_EMPTY;
  const bool fits = (word_at(REGION_AT_FLAGS) & REGION_FILLED) != 0 &&
                    (word_at(REGION_AT_FLAGS) & ~REGION_KNOWN_FLAGS) == 0 &&
                    word_at(REGION_AT_OTP_BASE) == OTP_BASE &&
                    word_at(REGION_AT_OTP_BYTES) == OTP_BYTES &&
                    word_at(REGION_AT_UDS_OFFSET) == UDS_OFFSET &&
                    word_at(REGION_AT_UDS_BYTES) == UDS_BYTES;
  return fits && crc_holds() && mask_holds() ? REGION_IS_FILLED : REGION_IS_DAMAGED;
}

uint32_t region_flags(void) { return word_at(REGION_AT_FLAGS); }

uint32_t region_lock_mask(void) { return word_at(REGION_AT_LOCK); }

uint16_t region_value(uint32_t halfword) {
  const volatile uint8_t *content = hal_region() + REGION_AT_CONTENT;
  return (uint16_t)(content[2u * halfword] | content[2u * halfword + 1u] << 8);
}

bool region_writes(uint32_t halfword) {
  const volatile uint8_t *mask = hal_region() + REGION_AT_WRITE_MASK;
  return (mask[halfword / 8u] >> (halfword % 8u) & 1u) != 0;
}
