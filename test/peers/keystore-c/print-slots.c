/* Prints a keystore through its five accessors: one line a slot, and what they say out of range. */
#include <stdio.h>
#include "keystore.h"

int main(void)
{
    int count = keystore_num_pubkeys();
    int id, at;
    for (id = 0; id < count; id++) {
        const uint8_t *key = keystore_get_buffer(id);
        printf("%u %u %d ", (unsigned)keystore_get_key_type(id), (unsigned)keystore_get_mask(id),
            keystore_get_size(id));
        for (at = 0; at < keystore_get_size(id); at++)
            printf("%02x", key[at]);
        printf("\n");
    }
    printf("outside %d %d %u\n", keystore_get_buffer(count) == 0, keystore_get_size(count),
        (unsigned)keystore_get_mask(count));
    return 0;
}
