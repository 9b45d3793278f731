/**
 * Encrypted firmware images and their key files (formats/wolfboot.md, section 16). Header and firmware
 * are encrypted alike, whether the image is a whole one or a delta.
 *
 * These are stream ciphers: whoever has two images under one key and nonce has the difference of their
 * contents, and with one of them known also the other. A nonce is therefore used for one image only.
 */
import { ctr } from '@noble/ciphers/aes.js';
import { chacha20 } from '@noble/ciphers/chacha.js';
import {
  asciiToBytes,
  concatBytes,
  equalBytes,
  isFilledWith,
  malformed,
  padTo,
  Reader,
  u32le,
} from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { Rng } from '../../ports/index.ts';
import { digestHolds } from './image-size.ts';
import { HEADER_FILLER, IMAGE_MAGIC } from './image-tags.ts';

export type ImageCipher = 'chacha20' | 'aes128-ctr' | 'aes256-ctr';

export interface EncryptionKey {
  readonly cipher: ImageCipher;
  /** Secret; 32 bytes, 16 for AES-128. */
  readonly key: Uint8Array;
  /** 12 bytes for ChaCha20; for AES the 16 bytes of the first counter block. Not secret. */
  readonly nonce: Uint8Array;
}

export interface CipherFacts {
  readonly label: string;
  /** As wolfBoot's sign calls it. */
  readonly option: '--chacha' | '--aes128' | '--aes256';
  readonly keyBytes: number;
  readonly nonceBytes: number;
  /** An encrypted file is a multiple of this. */
  readonly blockBytes: number;
}

export const imageCiphers: Readonly<Record<ImageCipher, CipherFacts>> = {
  chacha20: { label: 'ChaCha20', option: '--chacha', keyBytes: 32, nonceBytes: 12, blockBytes: 1 },
  'aes128-ctr': {
    label: 'AES-128-CTR',
    option: '--aes128',
    keyBytes: 16,
    nonceBytes: 16,
    blockBytes: 16,
  },
  'aes256-ctr': {
    label: 'AES-256-CTR',
    option: '--aes256',
    keyBytes: 32,
    nonceBytes: 16,
    blockBytes: 16,
  },
};

const SIZE_FIELD_OFFSET_BYTES = 4;
const SIZE_FIELD_END_BYTES = 8;

/** Length of a key file: the key, then the nonce. */
export function encryptionKeyFileBytes(cipher: ImageCipher): number {
  const { keyBytes, nonceBytes } = imageCiphers[cipher];
  return keyBytes + nonceBytes;
}

/**
 * Takes a key file apart; the caller owns the result. As in wolfBoot's sign, what follows key and nonce is ignored:
 * `encryptionKeyFileBytes` tells whether there was more. Throws `malformed` for a file that is too short.
 */
export function parseEncryptionKeyFile(
  bytes: Uint8Array,
  fileName: string,
  cipher: ImageCipher,
): EncryptionKey {
  const { keyBytes, nonceBytes, label } = imageCiphers[cipher];
  if (bytes.length < keyBytes + nonceBytes) {
    throw malformed(
      fileName,
      bytes.length,
      'encryption key',
      `ends after ${bytes.length} bytes; ${label} takes a key of ${keyBytes} bytes and then a nonce of ${nonceBytes}`,
    );
  }
  return {
    cipher,
    key: bytes.slice(0, keyBytes),
    nonce: bytes.slice(keyBytes, keyBytes + nonceBytes),
  };
}

/** Key, then nonce: secret. The caller owns the result. */
export function writeEncryptionKeyFile(key: EncryptionKey): Uint8Array {
  checkKey(key);
  return concatBytes(key.key, key.nonce);
}

/**
 * A fresh nonce under `key`, or under a fresh key if there is none. The caller owns the result; `key` is
 * copied. Throws `invalid-argument` for a key of another length.
 */
export function makeEncryptionKey(cipher: ImageCipher, rng: Rng, key?: Uint8Array): EncryptionKey {
  const { keyBytes, nonceBytes } = imageCiphers[cipher];
  const made = {
    cipher,
    key: key?.slice() ?? rng.bytes(keyBytes),
    nonce: rng.bytes(nonceBytes),
  };
  checkKey(made);
  return made;
}

/**
 * The image as wolfBoot's sign encrypts it: for AES filled with FF to a multiple of 16 first. The caller
 * owns the result. Throws `invalid-argument` for a key or nonce of another length.
 */
export function encryptImage(image: Uint8Array, key: EncryptionKey): Uint8Array {
  return applyKeystream(padTo(image, imageCiphers[key.cipher].blockBytes, HEADER_FILLER), key);
}

/**
 * The plain image, cut to header and firmware. Without `headerSizeBytes` the filling of AES is told from
 * the firmware by the digest; it stays in an image whose digest holds nowhere, and may stay in one whose
 * firmware is empty or FF throughout: its digest holds in many places. With it, more bytes may follow, as in a
 * partition that was read. The caller owns the result. Throws `decryption-key-wrong` when no
 * image comes out, `malformed` when it is longer than the file, `invalid-argument`.
 */
export function decryptImage(
  bytes: Uint8Array,
  key: EncryptionKey,
  headerSizeBytes?: number,
): Uint8Array {
  if (!opensImage(bytes, key)) {
    throw new AppError(
      'decryption-key-wrong',
      `with this ${imageCiphers[key.cipher].label} key and nonce no image comes out: another key, another nonce, another cipher, or no encrypted image`,
      { context: { cipher: key.cipher } },
    );
  }
  const plain = applyKeystream(bytes, key);
  return plain.slice(0, plainBytes(plain, key.cipher, headerSizeBytes));
}

/** Whether the file decrypts to something that starts like an image. Throws `invalid-argument`. */
export function opensImage(bytes: Uint8Array, key: EncryptionKey): boolean {
  const start = applyKeystream(bytes.subarray(0, SIZE_FIELD_END_BYTES), key);
  return (
    start.length === SIZE_FIELD_END_BYTES &&
    equalBytes(start.subarray(0, IMAGE_MAGIC.length), asciiToBytes(IMAGE_MAGIC))
  );
}

const PACKET_BYTES = 128;

/**
 * Section 22: wolfBoot's XMODEM receiver takes bytes 4 to 7 of the file as it is sent for the size of the
 * firmware, also when they are ciphertext, adds the header size of its build in 32 bits, and refuses every
 * packet from there on. True when that would end the transfer before the last packet.
 */
export function receiverWouldStopEarly(sent: Uint8Array, headerSizeBytes: number): boolean {
  return stopsEarly(sizeField(sent), sent.length, headerSizeBytes);
}

function stopsEarly(sizeBytes: number, sentBytes: number, headerSizeBytes: number): boolean {
  const expectedBytes = (sizeBytes + headerSizeBytes) >>> 0;
  const lastPacketBytes = (Math.ceil(sentBytes / PACKET_BYTES) - 1) * PACKET_BYTES;
  return lastPacketBytes > 0 && expectedBytes <= lastPacketBytes;
}

const MOST_TRIES = 10_000;

/**
 * The key with a fresh nonce under which the encrypted `image` passes wolfBoot's XMODEM receiver. Nearly
 * every nonce does. The caller owns the result. Throws what `makeEncryptionKey` throws.
 */
export function freshNonceFor(
  image: Uint8Array,
  { cipher, key }: EncryptionKey,
  rng: Rng,
  headerSizeBytes: number,
): EncryptionKey {
  const { blockBytes } = imageCiphers[cipher];
  const sentBytes = Math.ceil(image.length / blockBytes) * blockBytes;
  const start = image.subarray(0, SIZE_FIELD_END_BYTES);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const fresh = makeEncryptionKey(cipher, rng, key);
    const encrypted = applyKeystream(start, fresh);
    if (!stopsEarly(sizeField(encrypted), sentBytes, headerSizeBytes)) return fresh;
  }
  throw new AppError('internal', 'the random numbers do not change');
}

function checkKey({ cipher, key, nonce }: EncryptionKey): void {
  const { keyBytes, nonceBytes, label } = imageCiphers[cipher];
  if (key.length === keyBytes && nonce.length === nonceBytes) return;
  throw new AppError(
    'invalid-argument',
    `${label} takes a key of ${keyBytes} bytes and a nonce of ${nonceBytes}, not ${key.length} and ${nonce.length}`,
  );
}

/** From the first byte of the file on; the same for both directions. */
function applyKeystream(bytes: Uint8Array, key: EncryptionKey): Uint8Array {
  checkKey(key);
  if (bytes.length === 0) return new Uint8Array();
  return key.cipher === 'chacha20'
    ? chacha20(key.key, key.nonce, bytes)
    : ctr(key.key, key.nonce).encrypt(bytes);
}

function sizeField(bytes: Uint8Array): number {
  return u32le.read(new Reader(bytes, 'image', SIZE_FIELD_OFFSET_BYTES));
}

function plainBytes(
  plain: Uint8Array,
  cipher: ImageCipher,
  headerSizeBytes: number | undefined,
): number {
  const payloadBytes = sizeField(plain);
  const { length } = plain;
  const needed = (headerSizeBytes ?? 0) + payloadBytes;
  if (needed > length) {
    throw malformed(
      'image',
      SIZE_FIELD_OFFSET_BYTES,
      'size',
      `says ${payloadBytes} bytes of firmware, but the file has ${length}: it is cut off, or the header has another size`,
    );
  }
  if (headerSizeBytes !== undefined) return needed;
  const { blockBytes } = imageCiphers[cipher];
  for (let filling = 0; filling < blockBytes; filling++) {
    const endBytes = length - filling;
    if (!isFilledWith(plain.subarray(endBytes), HEADER_FILLER)) break;
    if (digestHolds(plain, endBytes - payloadBytes, payloadBytes)) return endBytes;
  }
  return length;
}
