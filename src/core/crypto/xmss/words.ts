/** Words and digits of nodes: eight big-endian 32-bit words to 32 bytes. */
import { CHAINS } from './parameters.ts';

const WORDS = 8;
const DIGITS = 64;
const LARGEST_DIGIT = 15;

/** 32 bytes of `from` at `at` to eight words of `to`. */
export function bytesToWords(from: Uint8Array, at: number, to: Int32Array, toAt: number): void {
  for (let word = 0; word < WORDS; word++, at += 4) {
    to[toAt + word] =
      ((from[at] as number) << 24) |
      ((from[at + 1] as number) << 16) |
      ((from[at + 2] as number) << 8) |
      (from[at + 3] as number);
  }
}

export function wordsToBytes(from: Int32Array, at: number, to: Uint8Array, toAt: number): void {
  for (let word = 0; word < WORDS; word++, toAt += 4) {
    const value = from[at + word] as number;
    to[toAt] = value >>> 24;
    to[toAt + 1] = value >>> 16;
    to[toAt + 2] = value >>> 8;
    to[toAt + 3] = value;
  }
}

export function copyWords(from: Int32Array, at: number, to: Int32Array, toAt: number): void {
  for (let word = 0; word < WORDS; word++) to[toAt + word] = from[at + word] as number;
}

/** The 64 digits of a digest to base 16 and the 3 of its checksum (RFC 8391, 2.6 and 3.1.5). */
export function baseW(digest: Uint8Array, out: Uint8Array): void {
  let checksum = 0;
  for (let at = 0; at < DIGITS; at += 2) {
    const byte = digest[at / 2] as number;
    out[at] = byte >> 4;
    out[at + 1] = byte & LARGEST_DIGIT;
    checksum += 2 * LARGEST_DIGIT - (byte >> 4) - (byte & LARGEST_DIGIT);
  }
  for (let at = CHAINS - 1; at >= DIGITS; at--, checksum >>= 4) out[at] = checksum & LARGEST_DIGIT;
}
