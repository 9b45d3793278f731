/* A program with the anatomy of a wolfBoot OTP primer for STM32H5, written from
 * formats/wolfboot.md, section 6, to see what compilers make of it. It is only ever read by tests,
 * never run: the register accesses are there to give the compiler something to keep.
 */
#include <stdint.h>

#ifndef NUM_PUBKEYS
#error "NUM_PUBKEYS comes with the key table"
#endif

struct keystore_slot {
    uint32_t slot_id;
    uint32_t key_type;
    uint32_t part_id_mask;
    uint32_t pubkey_size;
    uint8_t pubkey[KEYSTORE_PUBKEY_SIZE];
};

struct otp_header {
    char magic[8];
    uint16_t item_count;
    uint16_t flags;
    uint32_t version;
} __attribute__((packed));

#include KEY_TABLE

#define OTP_BASE 0x08FFF000u
#define OTP_SIZE 2048u
#define UDS_OFFSET (OTP_SIZE - 64u)
#define SLOT_STRIDE (16u + KEYSTORE_PUBKEY_SIZE)
#ifndef FLASH_CONTROLLER
#define FLASH_CONTROLLER 0x50022000u
#endif
#define REGISTER(address) (*(volatile uint32_t *)(address))

static const char MAGIC[8] = "WOLFBOOT";

void *memcpy(void *to, const void *from, unsigned long length)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    while (length-- > 0)
        *out++ = *in++;
    return to;
}

static __attribute__((noinline)) int otp_write(uint32_t address, const void *data, uint32_t length)
{
    const volatile uint16_t *from = data;
    volatile uint16_t *to = (volatile uint16_t *)address;
    uint32_t done;
    if ((address & 1u) != 0 || address < OTP_BASE || address + length > OTP_BASE + OTP_SIZE)
        return -1;
    REGISTER(0x40022004u) = 0x45670123u;
    REGISTER(0x40022004u) = 0xCDEF89ABu;
    for (done = 0; done < (length & ~1u); done += 4) {
        REGISTER(0x40022028u) |= 2u;
        *to++ = *from++;
        *to++ = *from++;
        while (REGISTER(0x40022020u) & 1u)
            ;
        REGISTER(0x40022028u) &= ~2u;
    }
    return 0;
}

#ifdef ENABLE_OTP_WP
/* Asks for the lock of all blocks the range touches, until the controller shows them locked. */
static __attribute__((noinline)) void otp_lock(uint32_t address, uint32_t length)
{
    uint32_t block = (address - OTP_BASE) / 64u;
    uint32_t end = (address - OTP_BASE + length + 63u) / 64u;
    uint32_t wanted = 0;
    for (; block < end; block++)
        wanted |= 1u << block;
    while ((REGISTER(FLASH_CONTROLLER + 0x90u) & wanted) != wanted)
        REGISTER(FLASH_CONTROLLER + 0x94u) |= wanted;
}
#endif

static __attribute__((noinline)) int keystore_num_pubkeys(void)
{
    return NUM_PUBKEYS;
}

int main(void)
{
    struct otp_header header;
    uint32_t uds[8];
    int count = keystore_num_pubkeys();
    int i;

    memcpy(header.magic, MAGIC, 8);
    header.item_count = (uint16_t)count;
    header.flags = 0;
    header.version = 1;
    if (count < 1)
        for (;;)
            ;
    otp_write(OTP_BASE, &header, sizeof header);
    for (i = 0; i < count; i++)
        otp_write(OTP_BASE + 16u + (uint32_t)i * SLOT_STRIDE, &PubKeys[i], sizeof PubKeys[i]);
    if (16u + (uint32_t)count * SLOT_STRIDE > UDS_OFFSET)
        for (;;)
            ;
    for (i = 0; i < 8; i++)
        uds[i] = REGISTER(0x420C0808u);
    otp_write(OTP_BASE + UDS_OFFSET, uds, sizeof uds);
#ifdef ENABLE_OTP_WP
    otp_lock(OTP_BASE, UDS_OFFSET + sizeof uds);
#endif
    for (;;)
        ;
}

extern uint32_t stack_top;
extern uint32_t data_start, data_end, data_load, bss_start, bss_end;

void reset_handler(void)
{
    uint32_t *from = &data_load;
    uint32_t *to;
    for (to = &data_start; to < &data_end;)
        *to++ = *from++;
    for (to = &bss_start; to < &bss_end;)
        *to++ = 0;
    main();
    for (;;)
        ;
}

void fault_handler(void)
{
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))&stack_top, reset_handler, fault_handler, fault_handler, fault_handler,
    fault_handler, fault_handler, 0, 0, 0, 0, fault_handler, fault_handler, 0, fault_handler,
    fault_handler,
};
