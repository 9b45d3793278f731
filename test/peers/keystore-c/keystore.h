/* What a keystore.c is compiled against, written from formats/wolfboot.md, sections 1, 2 and 4. */
#ifndef KEYSTORE_H
#define KEYSTORE_H
#include <stdint.h>
#include "wolfboot/wolfboot.h"

#ifndef KEYSTORE_PUBKEY_SIZE
#define KEYSTORE_ANY
#ifdef WOLFBOOT_SIGN_ML_DSA
#define KEYSTORE_PUBKEY_SIZE KEYSTORE_PUBKEY_SIZE_ML_DSA
#else
#define KEYSTORE_PUBKEY_SIZE 576
#endif
#endif

struct keystore_slot {
    uint32_t slot_id;
    uint32_t key_type;
    uint32_t part_id_mask;
    uint32_t pubkey_size;
    uint8_t pubkey[KEYSTORE_PUBKEY_SIZE];
};

int keystore_num_pubkeys(void);
uint8_t *keystore_get_buffer(int id);
int keystore_get_size(int id);
uint32_t keystore_get_mask(int id);
uint32_t keystore_get_key_type(int id);

#endif
