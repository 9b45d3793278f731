/** Cyclic redundancy checks. */

/** CRC-16/XMODEM: polynomial 0x1021, start 0, no reflection (XMODEM-CRC, "XMODEM/YMODEM Protocol Reference", 1988). */
export function crc16Xmodem(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc;
}

/** CRC-32 of Ethernet and zip (ISO 3309): polynomial 0x04C11DB7 reflected, start and end inverted. Unsigned. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const part of parts) {
    for (const byte of part) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++)
        crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
