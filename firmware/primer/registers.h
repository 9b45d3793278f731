/* The registers of the STM32H563 that the primer touches, by address; RM0481 is ST's reference manual of
 * the chip. A program with TrustZone on uses the secure aliases, 0x10000000 above (RM0481, 2.3). */
#ifndef KEYFUSE_REGISTERS_H
#define KEYFUSE_REGISTERS_H

#include <stdint.h>

#ifdef KEYFUSE_SECURE
#define ALIAS 0x10000000u
#else
#define ALIAS 0u
#endif

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* FLASH, RM0481 7.11. OTP is programmed through the non-secure half, with TrustZone too. */
#define FLASH_BASE (0x40022000u + ALIAS)
#define FLASH_NSKEYR REGISTER(FLASH_BASE + 0x04u)
#define FLASH_OPTKEYR REGISTER(FLASH_BASE + 0x0Cu)
#define FLASH_OPTCR REGISTER(FLASH_BASE + 0x1Cu)
#define FLASH_NSSR REGISTER(FLASH_BASE + 0x20u)
#define FLASH_NSCR REGISTER(FLASH_BASE + 0x28u)
#define FLASH_NSCCR REGISTER(FLASH_BASE + 0x30u)
#define FLASH_OPTSR2_CUR REGISTER(FLASH_BASE + 0x70u)
#define FLASH_OTPBLR_CUR REGISTER(FLASH_BASE + 0x90u)
#define FLASH_OTPBLR_PRG REGISTER(FLASH_BASE + 0x94u)
#define FLASH_ECCDETR REGISTER(FLASH_BASE + 0x104u)

#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu
#define FLASH_OPTKEY1 0x08192A3Bu
#define FLASH_OPTKEY2 0x4C5D6E7Fu
#define FLASH_SR_BSY (1u << 0)
#define FLASH_SR_WBNE (1u << 1)
#define FLASH_SR_DBNE (1u << 3)
#define FLASH_SR_PENDING (FLASH_SR_BSY | FLASH_SR_WBNE | FLASH_SR_DBNE)
#define FLASH_SR_EOP (1u << 16)
#define FLASH_SR_ERRORS (0x7Fu << 17) /* WRPERR .. OPTCHANGEERR */
#define FLASH_CR_LOCK (1u << 0)
#define FLASH_CR_PG (1u << 1)
#define FLASH_OPTCR_OPTLOCK (1u << 0)
#define FLASH_OPTCR_OPTSTRT (1u << 1)
#define FLASH_OPTSR2_TZEN_SHIFT 24u
#define FLASH_OPTSR2_TZEN_ON 0xB4u
#define FLASH_ECCDETR_ECCD (1u << 31) /* cleared by writing 1 */

/* The 96-bit unique id, RM0481 60.1; behind the OTP area. */
#define UNIQUE_ID_BASE 0x08FFF800u

/* RCC, RM0481 11.8. */
#define RCC_BASE (0x44020C00u + ALIAS)
#define RCC_CR REGISTER(RCC_BASE + 0x00u)
#define RCC_AHB2ENR REGISTER(RCC_BASE + 0x8Cu)
#define RCC_APB1LENR REGISTER(RCC_BASE + 0x9Cu)
#define RCC_CR_HSIDIV_SHIFT 3u
#define RCC_CR_HSI48ON (1u << 12)
#define RCC_CR_HSI48RDY (1u << 13)
#define RCC_AHB2ENR_GPIOB (1u << 1)
#define RCC_AHB2ENR_GPIOD (1u << 3)
#define RCC_AHB2ENR_GPIOF (1u << 5)
#define RCC_AHB2ENR_GPIOG (1u << 6)
#define RCC_AHB2ENR_RNG (1u << 18)
#define RCC_APB1LENR_USART3 (1u << 18)
#define HSI_HZ 64000000u /* before HSIDIV; the reset value divides by 2 */

/* GPIO, RM0481 13.4. */
#define GPIOB_BASE (0x42020400u + ALIAS)
#define GPIOD_BASE (0x42020C00u + ALIAS)
#define GPIOF_BASE (0x42021400u + ALIAS)
#define GPIOG_BASE (0x42021800u + ALIAS)
#define GPIO_MODER(base) REGISTER((base) + 0x00u)
#define GPIO_BSRR(base) REGISTER((base) + 0x18u)
#define GPIO_AFRH(base) REGISTER((base) + 0x24u)
#define GPIO_MODE_OUTPUT 1u
#define GPIO_MODE_ALTERNATE 2u

/* USART3, RM0481 53.8; on a NUCLEO-H563ZI the ST-LINK's virtual COM port. */
#define USART3_BASE (0x40004800u + ALIAS)
#define USART3_CR1 REGISTER(USART3_BASE + 0x00u)
#define USART3_BRR REGISTER(USART3_BASE + 0x0Cu)
#define USART3_ISR REGISTER(USART3_BASE + 0x1Cu)
#define USART3_ICR REGISTER(USART3_BASE + 0x20u)
#define USART3_RDR REGISTER(USART3_BASE + 0x24u)
#define USART3_TDR REGISTER(USART3_BASE + 0x28u)
#define USART_CR1_UE (1u << 0)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_FIFOEN (1u << 29)
#define USART_ISR_RXNE (1u << 5)
#define USART_ISR_TXNF (1u << 7)
#define USART_ICR_ALL_ERRORS 0xFu /* parity, framing, noise, overrun */

/* RNG, RM0481 32.7; the values for CR and HTCR are those of ST's AN4230 for SP 800-90B. */
#define RNG_BASE (0x420C0800u + ALIAS)
#define RNG_CR REGISTER(RNG_BASE + 0x00u)
#define RNG_SR REGISTER(RNG_BASE + 0x04u)
#define RNG_DR REGISTER(RNG_BASE + 0x08u)
#define RNG_HTCR REGISTER(RNG_BASE + 0x10u)
#define RNG_CR_RNGEN (1u << 2)
#define RNG_CR_CONDRST (1u << 30)
#define RNG_CR_CONFIG 0x00F00D00u
#define RNG_HTCR_CONFIG 0x0000AAC7u
#define RNG_SR_DRDY (1u << 0)
#define RNG_SR_ERRORS 0x66u /* CECS, SECS, CEIS, SEIS */

/* Core: System Control Block and Security Attribution Unit, Armv8-M Architecture Reference Manual, D1.2. */
#define SCB_VTOR REGISTER(0xE000ED08u)
#define SAU_CTRL REGISTER(0xE000EDD0u)
#define SAU_RNR REGISTER(0xE000EDD8u)
#define SAU_RBAR REGISTER(0xE000EDDCu)
#define SAU_RLAR REGISTER(0xE000EDE0u)
#define SAU_ENABLE 1u

#endif
