/* The marked block of the image into which Keyfuse puts what is to be burned (docs/formats/primer.md).
 * All numbers are little-endian. */
#ifndef KEYFUSE_REGION_H
#define KEYFUSE_REGION_H

#include "hal.h"

#define REGION_MARK "KEYFUSE-PRIMER-1" /* 16 characters, no end */
#define REGION_VERSION 1u

#define REGION_AT_MARK 0u
#define REGION_AT_VERSION 16u
#define REGION_AT_LENGTH 20u
#define REGION_AT_FLAGS 24u
#define REGION_AT_LOCK 28u
#define REGION_AT_OTP_BASE 32u
#define REGION_AT_OTP_BYTES 36u
#define REGION_AT_UDS_OFFSET 40u
#define REGION_AT_UDS_BYTES 44u
#define REGION_AT_COUNT 48u  /* bits set in the write mask */
#define REGION_AT_STRIDE 52u /* for readers of the file; the program does not use it */
#define REGION_AT_RESERVED 56u
#define REGION_AT_CRC 60u /* CRC-32 over bytes 0..59, then over everything from 64 on */
#define REGION_AT_CONTENT 64u
#define REGION_AT_WRITE_MASK (REGION_AT_CONTENT + OTP_BYTES)
#define REGION_WRITE_MASK_BYTES (OTP_HALFWORDS / 8u)
#define REGION_BYTES (REGION_AT_WRITE_MASK + REGION_WRITE_MASK_BYTES)

#define REGION_FILLED 1u       /* there is something to burn */
#define REGION_GENERATE_UDS 2u /* the chip draws its unique device secret */
#define REGION_KNOWN_FLAGS (REGION_FILLED | REGION_GENERATE_UDS)

#define UDS_OFFSET 0x7C0u
#define UDS_BYTES 32u
#define UDS_FIRST (UDS_OFFSET / 2u)
#define UDS_HALFWORDS (UDS_BYTES / 2u)

enum region_state { REGION_IS_EMPTY, REGION_IS_FILLED, REGION_IS_DAMAGED };

enum region_state region_state(void);
uint32_t region_flags(void);
uint32_t region_lock_mask(void);
uint16_t region_value(uint32_t halfword);
bool region_writes(uint32_t halfword);

#endif
