/**
 * The cipher of encrypted updates as the bootloader runs it over the UPDATE partition (formats/wolfboot.md,
 * section 16): a keystream that begins at the partition's first byte. Written from the bootloader's
 * side on purpose: it is not the code that encrypts images.
 */
import { ctr } from '@noble/ciphers/aes.js';
import { chacha20 } from '@noble/ciphers/chacha.js';
import type { UpdateCipher, UpdateKey } from '../../core/ports/index.ts';

const CHACHA_BLOCK_BYTES = 64;

const SIZES: Readonly<Record<UpdateCipher, { readonly key: number; readonly nonce: number }>> = {
  chacha20: { key: 32, nonce: 12 },
  'aes128-ctr': { key: 16, nonce: 16 },
  'aes256-ctr': { key: 32, nonce: 16 },
};

/** Whether a build with this cipher can use the key at all. */
export function fitsCipher(cipher: UpdateCipher, { key, nonce }: UpdateKey): boolean {
  return key.length === SIZES[cipher].key && nonce.length === SIZES[cipher].nonce;
}

/**
 * Encrypts and decrypts: the same keystream. `bytes` is not changed. `startBytes`, a multiple of 64:
 * how far into the keystream they begin.
 */
export function applyKeystream(
  cipher: UpdateCipher,
  { key, nonce }: UpdateKey,
  bytes: Uint8Array,
  startBytes = 0,
): Uint8Array {
  if (cipher === 'chacha20') {
    return chacha20(key, nonce, bytes, undefined, startBytes / CHACHA_BLOCK_BYTES);
  }
  return ctr(key, counterAt(nonce, startBytes / nonce.length)).encrypt(bytes);
}

/** The initial counter block, big-endian, moved on by some blocks. */
function counterAt(nonce: Uint8Array, blocks: number): Uint8Array {
  const counter = nonce.slice();
  let carry = blocks;
  for (let at = counter.length - 1; at >= 0 && carry > 0; at--) {
    const sum = (counter[at] ?? 0) + (carry % 0x100);
    counter[at] = sum;
    carry = Math.floor(carry / 0x100) + (sum > 0xff ? 1 : 0);
  }
  return counter;
}
