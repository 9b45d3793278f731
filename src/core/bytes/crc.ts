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
