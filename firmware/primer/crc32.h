/* CRC-32 as of Ethernet and zip (ISO 3309): polynomial 0xEDB88320, reflected. */
#ifndef KEYFUSE_CRC32_H
#define KEYFUSE_CRC32_H

#include <stdint.h>

#define CRC32_START 0xFFFFFFFFu

uint32_t crc32_add(uint32_t crc, uint8_t byte);

static inline uint32_t crc32_end(uint32_t crc) { return crc ^ 0xFFFFFFFFu; }

#endif
