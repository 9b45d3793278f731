/* The primer's chip layer over plain memory at the chip's addresses: what it leaves in which register. Nothing
 * reacts, so this shows addresses and values and no behaviour. Prints `name value` lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "chip.h"
#include "hal.h"
#include "region.h"
#include "registers.h"

const volatile uint8_t primer_region[REGION_BYTES];

static void map(uintptr_t address, uintptr_t length, int fill) {
  const uintptr_t page = address & ~(uintptr_t)0xFFF;
  const size_t bytes = (address + length - page + 0xFFF) & ~(size_t)0xFFF;
  void *got = mmap((void *)page, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != (void *)page) exit(2);
  memset(got, fill, bytes);
}

static void show(const char *name, uint32_t value) { printf("%s %08X\n", name, (unsigned)value); }

int main(void) {
  map(OTP_BASE, 0x1000, 0xFF);
  map(FLASH_BASE, 0x1000, 0);
  map(RCC_BASE, 0x400, 0);
  map(GPIOB_BASE, 0x2000, 0xFF);
  map(USART3_BASE, 0x400, 0);
  map(RNG_BASE, 0x400, 0);

  /* After reset: pins analogue, HSI divided by two, flash and option bytes locked. */
  RCC_CR = 0x2B;
  FLASH_NSCR = FLASH_CR_LOCK;
  FLASH_OPTCR = FLASH_OPTCR_OPTLOCK;
  chip_start();
  show("AHB2ENR", RCC_AHB2ENR);
  show("APB1LENR", RCC_APB1LENR);
  show("BRR", USART3_BRR);
  show("CR1", USART3_CR1);
  show("PB.MODER", GPIO_MODER(GPIOB_BASE));
  show("PF.MODER", GPIO_MODER(GPIOF_BASE));
  show("PG.MODER", GPIO_MODER(GPIOG_BASE));
  show("PD.MODER", GPIO_MODER(GPIOD_BASE));
  show("PD.AFRH", GPIO_AFRH(GPIOD_BASE));
  hal_leds(true, false, true);
  show("PB.BSRR", GPIO_BSRR(GPIOB_BASE));
  show("PF.BSRR", GPIO_BSRR(GPIOF_BASE));
  show("PG.BSRR", GPIO_BSRR(GPIOG_BASE));

  show("program", hal_program(5, 0x1234));
  show("halfword4", hal_read(4).value);
  show("halfword5", hal_read(5).value);
  show("NSKEYR", FLASH_NSKEYR);
  show("NSCR", FLASH_NSCR);
  FLASH_NSSR = 1u << 18;
  show("program+PGSERR", hal_program(6, 0));
  FLASH_NSSR = 0;
  FLASH_ECCDETR = FLASH_ECCDETR_ECCD;
  show("read+ECCD", hal_read(7).ecc);

  FLASH_OTPBLR_CUR = 1;
  show("lock", hal_lock(0x80000000u));
  show("OTPBLR_PRG", FLASH_OTPBLR_PRG);
  show("OPTKEYR", FLASH_OPTKEYR);
  show("OPTCR", FLASH_OPTCR);

  FLASH_OPTSR2_CUR = 0xB4000000u;
  show("trustzone", hal_trustzone());
  RCC_CR |= RCC_CR_HSI48RDY;
  RNG_SR = RNG_SR_DRDY;
  uint32_t word = 0;
  show("random+0", hal_random(&word));
  show("RNG_CR", RNG_CR);
  show("RNG_HTCR", RNG_HTCR);
  RNG_SR = RNG_SR_DRDY;
  RNG_DR = 0x12345678;
  show("random", hal_random(&word));
  show("word", word);
  RNG_SR = RNG_SR_DRDY | 4u;
  show("random+SECS", hal_random(&word));
  return 0;
}
