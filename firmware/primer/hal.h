/* What the primer's logic asks of the chip. chip.c answers on an STM32H563; the tests answer with a
 * model of it on the machine they run on. Nothing above this line knows a register. */
#ifndef KEYFUSE_HAL_H
#define KEYFUSE_HAL_H

#include <stdbool.h>
#include <stdint.h>

#define OTP_BASE 0x08FFF000u
#define OTP_BYTES 2048u
#define OTP_HALFWORDS (OTP_BYTES / 2u)
#define OTP_BLOCK_BYTES 64u
#define HALFWORDS_PER_BLOCK (OTP_BLOCK_BYTES / 2u)
#define UID_BYTES 12u

/* One halfword as the bus gives it. `ecc`: reading it raised the double-error flag, which a halfword that
 * was never programmed does, and one that was programmed twice (RM0481, 7.3.4). */
struct cell {
  uint16_t value;
  bool ecc;
};

/* The marked block of the image, REGION_BYTES long (region.h). */
const volatile uint8_t *hal_region(void);

struct cell hal_read(uint32_t halfword);

/* Programs one halfword, once. 0, or the error flags of the flash controller. Never called twice for a
 * halfword by the logic. */
uint32_t hal_program(uint32_t halfword, uint16_t value);

/* Bit n: OTP block n is locked. */
uint32_t hal_lock_word(void);

/* Locks the blocks of `mask` for ever; true when the chip shows all of them locked. */
bool hal_lock(uint32_t mask);

/* A word of the random number generator; false when its own health tests complain or it gives nothing. */
bool hal_random(uint32_t *word);

void hal_unique_id(uint8_t id[UID_BYTES]);

/* TZEN, as the option bytes have it. */
bool hal_trustzone(void);

void hal_put(char character);

/* The next received character; -1 when there is none. Does not wait. */
int hal_get(void);

void hal_leds(bool green, bool yellow, bool red);

#endif
