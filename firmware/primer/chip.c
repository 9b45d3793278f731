/* hal.h on an STM32H563. Runs on the clock the chip has after reset, with the instruction cache off: OTP must
 * be read uncached (RM0481, 7.3.4). */
#include "chip.h"

#include "hal.h"
#include "region.h"
#include "registers.h"

#define BAUD 115200u
/* Far longer than anything here takes at 32 MHz: a program operation takes some ten microseconds. */
#define PATIENCE 4000000u

extern const volatile uint8_t primer_region[REGION_BYTES];

static volatile bool ecc_seen;

#ifdef KEYFUSE_HOST /* the tests run this file over plain memory */
static void barrier(void) {}
#else
static void barrier(void) { __asm__ volatile("dsb\n\tisb" ::: "memory"); }
#endif

/* May come when hal_read has seen and cleared the flag already; nothing else raises an NMI here. */
void chip_nmi(void) {
  if ((FLASH_ECCDETR & FLASH_ECCDETR_ECCD) == 0) return;
  ecc_seen = true;
  FLASH_ECCDETR = FLASH_ECCDETR_ECCD;
  barrier();
}

const volatile uint8_t *hal_region(void) { return primer_region; }

/* The NMI comes right after the load; should it be masked or late, the flag itself tells. */
struct cell hal_read(uint32_t halfword) {
  ecc_seen = false;
  const uint16_t value = *(volatile uint16_t *)(OTP_BASE + 2u * halfword);
  barrier();
  if ((FLASH_ECCDETR & FLASH_ECCDETR_ECCD) != 0) {
    ecc_seen = true;
    FLASH_ECCDETR = FLASH_ECCDETR_ECCD;
    barrier();
  }
  return (struct cell){.value = value, .ecc = ecc_seen};
}

static uint32_t wait_for_flash(void) {
  uint32_t patience = PATIENCE;
  while ((FLASH_NSSR & FLASH_SR_PENDING) != 0) {
    if (patience-- == 0) return FLASH_NSSR & FLASH_SR_PENDING;
  }
  return 0;
}

static void unlock_flash(void) {
  if ((FLASH_NSCR & FLASH_CR_LOCK) == 0) return;
  FLASH_NSKEYR = FLASH_KEY1;
  FLASH_NSKEYR = FLASH_KEY2;
}

/* One halfword for each operation (RM0481, 7.3.5): its neighbour in the word may have to stay blank. The unit
 * is open for this one write only. */
uint32_t hal_program(uint32_t halfword, uint16_t value) {
  uint32_t pending = wait_for_flash();
  if (pending != 0) return pending;
  unlock_flash();
  FLASH_NSCCR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH_NSCR = FLASH_CR_PG;
  barrier();
  *(volatile uint16_t *)(OTP_BASE + 2u * halfword) = value;
  barrier();
  pending = wait_for_flash();
  const uint32_t errors = FLASH_NSSR & FLASH_SR_ERRORS;
  FLASH_NSCCR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH_NSCR = 0;
  FLASH_NSCR = FLASH_CR_LOCK;
  return pending | errors;
}

uint32_t hal_lock_word(void) { return FLASH_OTPBLR_CUR; }

/* An option register (RM0481, 7.4.2): keys, new value, start, wait. Bits can only be added. */
bool hal_lock(uint32_t mask) {
  if (wait_for_flash() != 0) return false;
  unlock_flash();
  if ((FLASH_OPTCR & FLASH_OPTCR_OPTLOCK) != 0) {
    FLASH_OPTKEYR = FLASH_OPTKEY1;
    FLASH_OPTKEYR = FLASH_OPTKEY2;
  }
  FLASH_NSCCR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH_OTPBLR_PRG = FLASH_OTPBLR_CUR | mask;
  barrier();
  FLASH_OPTCR |= FLASH_OPTCR_OPTSTRT;
  barrier();
  const bool finished = wait_for_flash() == 0 && (FLASH_NSSR & FLASH_SR_ERRORS) == 0;
  FLASH_NSCCR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH_OPTCR |= FLASH_OPTCR_OPTLOCK;
  FLASH_NSCR = FLASH_CR_LOCK;
  return finished && (FLASH_OTPBLR_CUR & mask) == mask;
}

static bool start_random(void) {
  static bool started;
  if (started) return true;
  RCC_CR |= RCC_CR_HSI48ON;
  uint32_t patience = PATIENCE;
  while ((RCC_CR & RCC_CR_HSI48RDY) == 0) {
    if (patience-- == 0) return false;
  }
  RCC_AHB2ENR |= RCC_AHB2ENR_RNG;
  (void)RCC_AHB2ENR;
  RNG_CR = RNG_CR_CONFIG | RNG_CR_CONDRST;
  RNG_HTCR = RNG_HTCR_CONFIG;
  RNG_CR = RNG_CR_CONFIG;
  patience = PATIENCE;
  while ((RNG_CR & RNG_CR_CONDRST) != 0) {
    if (patience-- == 0) return false;
  }
  RNG_CR |= RNG_CR_RNGEN;
  /* What was latched while it was set up; an error that lasts shows in the state bits beside. */
  RNG_SR = 0;
  started = true;
  return true;
}

bool hal_random(uint32_t *word) {
  if (!start_random()) return false;
  uint32_t patience = PATIENCE;
  while ((RNG_SR & RNG_SR_DRDY) == 0) {
    if ((RNG_SR & RNG_SR_ERRORS) != 0 || patience-- == 0) return false;
  }
  *word = RNG_DR;
  return (RNG_SR & RNG_SR_ERRORS) == 0 && *word != 0;
}

void hal_unique_id(uint8_t id[UID_BYTES]) {
  for (uint32_t at = 0; at < UID_BYTES; at += 2u) {
    const uint16_t halfword = *(volatile uint16_t *)(UNIQUE_ID_BASE + at);
    id[at] = (uint8_t)halfword;
    id[at + 1u] = (uint8_t)(halfword >> 8);
  }
}

bool hal_trustzone(void) {
  return FLASH_OPTSR2_CUR >> FLASH_OPTSR2_TZEN_SHIFT == FLASH_OPTSR2_TZEN_ON;
}

void hal_put(char character) {
  while ((USART3_ISR & USART_ISR_TXNF) == 0) {
  }
  USART3_TDR = (uint8_t)character;
}

int hal_get(void) {
  USART3_ICR = USART_ICR_ALL_ERRORS;
  return (USART3_ISR & USART_ISR_RXNE) != 0 ? (int)(USART3_RDR & 0xFFu) : -1;
}

static void drive(uint32_t base, uint32_t pin, bool high) {
  GPIO_BSRR(base) = 1u << (high ? pin : pin + 16u);
}

/* LD1, LD2 and LD3 of a NUCLEO-H563ZI. */
void hal_leds(bool green, bool yellow, bool red) {
  drive(GPIOB_BASE, 0, green);
  drive(GPIOF_BASE, 4, yellow);
  drive(GPIOG_BASE, 4, red);
}

static void set_mode(uint32_t base, uint32_t pin, uint32_t mode) {
  GPIO_MODER(base) = (GPIO_MODER(base) & ~(3u << 2u * pin)) | mode << 2u * pin;
}

static void start_leds(void) {
  RCC_AHB2ENR |= RCC_AHB2ENR_GPIOB | RCC_AHB2ENR_GPIOF | RCC_AHB2ENR_GPIOG;
  (void)RCC_AHB2ENR;
  set_mode(GPIOB_BASE, 0, GPIO_MODE_OUTPUT);
  set_mode(GPIOF_BASE, 4, GPIO_MODE_OUTPUT);
  set_mode(GPIOG_BASE, 4, GPIO_MODE_OUTPUT);
}

/* PD8 and PD9 are USART3 as alternate function 7. HSI feeds core and bus undivided but for HSIDIV: 32 MHz after
 * reset, so BRR is 278 and the rate 115108, 0.08 % below. */
static void start_serial(void) {
  RCC_AHB2ENR |= RCC_AHB2ENR_GPIOD;
  RCC_APB1LENR |= RCC_APB1LENR_USART3;
  (void)RCC_APB1LENR;
  GPIO_AFRH(GPIOD_BASE) = (GPIO_AFRH(GPIOD_BASE) & ~0xFFu) | 0x77u;
  set_mode(GPIOD_BASE, 8, GPIO_MODE_ALTERNATE);
  set_mode(GPIOD_BASE, 9, GPIO_MODE_ALTERNATE);
  const uint32_t clock_hz = HSI_HZ >> (RCC_CR >> RCC_CR_HSIDIV_SHIFT & 3u);
  USART3_BRR = (clock_hz + BAUD / 2u) / BAUD;
  USART3_CR1 = USART_CR1_FIFOEN; /* only while it is off */
  USART3_CR1 = USART_CR1_FIFOEN | USART_CR1_TE | USART_CR1_RE | USART_CR1_UE;
}

#ifdef KEYFUSE_SECURE
/* The OTP area is non-secure memory; a secure program reaches it when the SAU says so too. */
static void open_otp(void) {
  SAU_RNR = 0;
  SAU_RBAR = OTP_BASE;
  SAU_RLAR = ((OTP_BASE + 0xFFFu) & ~0x1Fu) | SAU_ENABLE;
  SAU_CTRL = SAU_ENABLE;
  barrier();
}
#endif

void chip_start(void) {
#ifdef KEYFUSE_SECURE
  open_otp();
#endif
  start_leds();
  start_serial();
}

void chip_stop(void) {
  hal_leds(false, false, true);
  for (;;) {
  }
}
