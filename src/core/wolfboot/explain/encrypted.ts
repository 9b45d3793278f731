/**
 * Files that look random. An encrypted image has no mark: without the key it cannot be told from random
 * bytes (formats/wolfboot.md, section 16), so all that can be said is that it may be one.
 */
import { encryptionKeyFileBytes, imageCiphers, type ImageCipher } from '../image/image-encrypt.ts';

const SMALLEST_IMAGE_BYTES = 256;
const VALUES = 256;
/**
 * Chi-square over the counts of the byte values has a mean of 255 and a standard deviation of 22.6 for
 * random bytes; six and five of them away lie programs, text and patterns.
 */
const LEAST_CHI_SQUARE = 140;
const MOST_CHI_SQUARE = 390;

/** Whether the file can be an encrypted image: long enough, and every byte value about as frequent. */
export function looksEncrypted(bytes: Uint8Array): boolean {
  if (bytes.length < SMALLEST_IMAGE_BYTES) return false;
  const counts = new Uint32Array(VALUES);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  const expected = bytes.length / VALUES;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquare > LEAST_CHI_SQUARE && chiSquare < MOST_CHI_SQUARE;
}

export const cipherIds = Object.keys(imageCiphers) as readonly ImageCipher[];

/** AES fills the last block, so other lengths are ChaCha20's. */
export function ciphersOfImageLength(lengthBytes: number): readonly ImageCipher[] {
  return cipherIds.filter((cipher) => lengthBytes % imageCiphers[cipher].blockBytes === 0);
}

/** The cipher whose key files have this length. */
export function cipherOfKeyFile(lengthBytes: number): ImageCipher | undefined {
  return cipherIds.find((cipher) => encryptionKeyFileBytes(cipher) === lengthBytes);
}
