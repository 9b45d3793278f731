/* A model of the chip for the primer's logic: OTP cells with check bits whose bits only go from 1 to 0, stuck
 * bits, lock blocks, a random number generator that can fail, and a power cut between two halfwords. The code
 * of the cells is that of src/virtual/otp/halfword-ecc.ts, so that equal states read equally.
 *
 *   primer-host STATE REGION [word ...]     words:
 *     cut=N      power fails before programming number N (from 0); torn=N: in the middle of it
 *     stuck=OFFSET.BIT.VALUE    may be given often
 *     random=dead | random=same    the generator gives nothing, or the same word for ever
 *     program=FLAGS    the flash controller reports these flags (hexadecimal) for every write
 *     nolock     the lock register takes nothing
 *     tz         TrustZone is on
 * STATE is read and written: 1024 halfwords of data, 1024 bytes of check bits, lock word, 12 bytes of id.
 * The serial line is standard input and output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal.h"
#include "region.h"

#define STUCK_MOST 16

static struct {
  uint8_t data[OTP_BYTES];
  uint8_t check[OTP_HALFWORDS];
  uint8_t lock[4];
  uint8_t uid[UID_BYTES];
} state;

static uint8_t region[REGION_BYTES];
static const char *state_path;
static long cut = -1, torn = -1;
static long programmed;
static struct { uint32_t halfword; uint16_t mask; bool high; } stuck[STUCK_MOST];
static int stuck_count;
static const char *random_mode = "good";
static uint32_t program_flags;
static bool lock_works = true, trustzone;

static const uint8_t positions[16] = {3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21};

static unsigned parity(unsigned value) { return (unsigned)__builtin_parity(value); }

static unsigned plain_check(unsigned value) {
  unsigned syndrome = 0;
  for (unsigned bit = 0; bit < 16; bit++) {
    if (value >> bit & 1) syndrome ^= positions[bit];
  }
  return syndrome | ((parity(value) ^ parity(syndrome)) ? 0x20u : 0u);
}

static unsigned check_mask(void) { return plain_check(0xFFFF) ^ 0x3F ^ 3; }

static uint16_t data_at(uint32_t halfword) {
  return (uint16_t)(state.data[2 * halfword] | state.data[2 * halfword + 1] << 8);
}

static struct cell decode(uint32_t halfword) {
  const uint16_t value = data_at(halfword);
  const unsigned difference = plain_check(value) ^ check_mask() ^ state.check[halfword];
  if (difference == 0) return (struct cell){value, false};
  if (parity(difference) == 0) return (struct cell){value, true};
  const unsigned syndrome = difference & 0x1F;
  for (unsigned bit = 0; bit < 16; bit++) {
    if (positions[bit] == syndrome) return (struct cell){(uint16_t)(value ^ 1u << bit), false};
  }
  return (struct cell){value, (syndrome & (syndrome - 1)) != 0};
}

static void save(void) {
  FILE *file = fopen(state_path, "wb");
  if (file == NULL || fwrite(&state, sizeof state, 1, file) != 1 || fclose(file) != 0) exit(3);
}

static void power_cut(void) {
  fflush(stdout);
  save();
  exit(0);
}

const volatile uint8_t *hal_region(void) { return region; }

struct cell hal_read(uint32_t halfword) {
  struct cell cell = decode(halfword);
  for (int at = 0; at < stuck_count; at++) {
    if (stuck[at].halfword != halfword) continue;
    cell.value = (uint16_t)(stuck[at].high ? cell.value | stuck[at].mask : cell.value & ~stuck[at].mask);
  }
  return cell;
}

uint32_t hal_program(uint32_t halfword, uint16_t value) {
  if (programmed == cut) power_cut();
  const bool tearing = programmed == torn;
  programmed++;
  if (program_flags != 0) return program_flags;
  if (hal_lock_word() >> halfword / HALFWORDS_PER_BLOCK & 1) return 1u << 17; /* WRPERR */
  const uint16_t data = data_at(halfword) & (uint16_t)(value | (tearing ? 0x0F0F : 0));
  state.data[2 * halfword] = (uint8_t)data;
  state.data[2 * halfword + 1] = (uint8_t)(data >> 8);
  if (!tearing) state.check[halfword] &= (uint8_t)(plain_check(value) ^ check_mask());
  else power_cut();
  return 0;
}

uint32_t hal_lock_word(void) {
  return (uint32_t)state.lock[0] | (uint32_t)state.lock[1] << 8 | (uint32_t)state.lock[2] << 16 |
         (uint32_t)state.lock[3] << 24;
}

bool hal_lock(uint32_t mask) {
  if (!lock_works) return false;
  const uint32_t word = hal_lock_word() | mask;
  for (int at = 0; at < 4; at++) state.lock[at] = (uint8_t)(word >> 8 * at);
  return true;
}

bool hal_random(uint32_t *word) {
  static uint32_t seed = 0x2545F491;
  if (strcmp(random_mode, "dead") == 0) return false;
  if (strcmp(random_mode, "same") != 0) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
  }
  *word = seed;
  return true;
}

void hal_unique_id(uint8_t id[UID_BYTES]) { memcpy(id, state.uid, UID_BYTES); }

bool hal_trustzone(void) { return trustzone; }

void hal_put(char character) { putchar(character); }

int hal_get(void) { return getchar(); }

void hal_leds(bool green, bool yellow, bool red) {
  fprintf(stderr, "leds %d%d%d\n", green, yellow, red);
}

static bool load(const char *path, void *to, size_t length) {
  FILE *file = fopen(path, "rb");
  const bool good = file != NULL && fread(to, length, 1, file) == 1;
  if (file != NULL) fclose(file);
  return good;
}

static bool take(const char *word) {
  unsigned offset, bit, high;
  if (sscanf(word, "cut=%ld", &cut) == 1 || sscanf(word, "torn=%ld", &torn) == 1) return true;
  if (sscanf(word, "program=%x", &program_flags) == 1) return true;
  if (sscanf(word, "stuck=%u.%u.%u", &offset, &bit, &high) == 3 && stuck_count < STUCK_MOST) {
    stuck[stuck_count].halfword = offset / 2;
    stuck[stuck_count].mask = (uint16_t)(1u << (offset % 2 * 8 + bit));
    stuck[stuck_count++].high = high != 0;
    return true;
  }
  if (strncmp(word, "random=", 7) == 0) return random_mode = word + 7, true;
  if (strcmp(word, "nolock") == 0) return lock_works = false, true;
  if (strcmp(word, "tz") == 0) return trustzone = true;
  return false;
}

__attribute__((constructor)) static void start(int argc, char **argv) {
  if (argc < 3 || !load(argv[1], &state, sizeof state) || !load(argv[2], region, sizeof region)) exit(2);
  state_path = argv[1];
  for (int at = 3; at < argc; at++) {
    if (!take(argv[at])) exit(2);
  }
  atexit(save);
}
