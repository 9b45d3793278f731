/* From reset to main: the vector table, and memory as C expects it. */
#include <stddef.h>
#include <stdint.h>

#include "chip.h"
#include "region.h"
#include "registers.h"

extern uint32_t ram_end[], data_load[], data_start[], data_end[], bss_start[], bss_end[];

int main(void);
void reset(void);

/* Sixteen bytes aligned, a flash word: filled in by Keyfuse, never by the compiler. */
#define BYTES_LE(value) (value) & 0xFFu, (value) >> 8 & 0xFFu, (value) >> 16 & 0xFFu, (value) >> 24 & 0xFFu
__attribute__((section(".primer_region"), used, aligned(16)))
const volatile uint8_t primer_region[REGION_BYTES] = {
    'K', 'E', 'Y', 'F', 'U', 'S', 'E', '-', 'P', 'R', 'I', 'M', 'E', 'R', '-', '1',
    BYTES_LE(REGION_VERSION), BYTES_LE(REGION_BYTES), BYTES_LE(0u), BYTES_LE(0u),
    BYTES_LE(OTP_BASE), BYTES_LE(OTP_BYTES), BYTES_LE(UDS_OFFSET), BYTES_LE(UDS_BYTES),
};

void *memcpy(void *to, const void *from, size_t length) {
  uint8_t *target = to;
  const uint8_t *source = from;
  while (length-- > 0) *target++ = *source++;
  return to;
}

void *memset(void *to, int value, size_t length) {
  uint8_t *target = to;
  while (length-- > 0) *target++ = (uint8_t)value;
  return to;
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) const struct {
  uint32_t *stack;
  vector handlers[15];
} vectors = {ram_end,
             {reset, chip_nmi, chip_stop, chip_stop, chip_stop, chip_stop, chip_stop, chip_stop, chip_stop,
              chip_stop, chip_stop, chip_stop, chip_stop, chip_stop, chip_stop}};

void reset(void) {
  SCB_VTOR = (uint32_t)&vectors;
  for (uint32_t *from = data_load, *to = data_start; to < data_end;) *to++ = *from++;
  for (uint32_t *to = bss_start; to < bss_end;) *to++ = 0;
  chip_start();
  (void)main();
  chip_stop();
}
