/* A program with the anatomy of a bootloader that has its keys built in: the same key table, and the
 * words "WOLF" and "BOOT" as the image magic and the trailer magic, but no OTP. A tool that takes it
 * for a primer would be fooled. Only ever read by tests.
 */
#include <stdint.h>

struct keystore_slot {
    uint32_t slot_id;
    uint32_t key_type;
    uint32_t part_id_mask;
    uint32_t pubkey_size;
    uint8_t pubkey[KEYSTORE_PUBKEY_SIZE];
};

#include KEY_TABLE

#define REGISTER(address) (*(volatile uint32_t *)(address))

static __attribute__((noinline)) int check_image(const uint32_t *header)
{
    return header[0] == 0x464C4F57u;
}

static __attribute__((noinline)) int check_trailer(const uint32_t *end)
{
    return end[-1] == 0x544F4F42u;
}

int main(void)
{
    unsigned i;
    while (!check_image((const uint32_t *)0x08060000u) || !check_trailer((const uint32_t *)0x08100000u))
        for (i = 0; i < PubKeys[0].pubkey_size; i++)
            REGISTER(0x40022000u) = PubKeys[0].pubkey[i];
    for (;;)
        ;
}

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

void reset_handler(void)
{
    (void)data_start;
    main();
}

void fault_handler(void)
{
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))&stack_top, reset_handler, fault_handler, fault_handler,
};
