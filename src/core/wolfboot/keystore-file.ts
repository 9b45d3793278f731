/** Any file that holds public keys for images, recognised by its content. */
import { asciiToBytes, bytesToLatin1, equalBytes } from '../bytes/index.ts';
import { isAppError, type AppError } from '../errors.ts';
import type { AuthKeyName } from './auth-keys.ts';
import { describeOtherFile, keyFileError, looksLikeKeystoreDer } from './key-files.ts';
import { parseKeystoreC } from './keystore-c.ts';
import { MASK_ALL } from './keystore-slot.ts';
import { parseKeystoreDer, type Keystore } from './keystore.ts';
import { OTP_MAGIC, parseOtpImage } from './otp.ts';
import { parsePublicKeyFile } from './public-keys.ts';

export type KeystoreFileKind = 'keystore.der' | 'keystore.c' | 'otp.bin' | 'public-key';

export type KeystoreFile = Keystore & {
  readonly from: KeystoreFileKind;
  /** What is odd about the file, for people. */
  readonly warnings: readonly string[];
};

export interface KeystoreFileOptions {
  /** Type of a lone public key; refuses every other. Keystores keep what they hold. */
  readonly expected?: AuthKeyName | undefined;
}

/**
 * Reads a keystore.der, keystore.c, otp.bin or whatever `parsePublicKeyFile` reads: raw keys,
 * SubjectPublicKeyInfo, certificates, JWK. A lone public key becomes one slot that may verify every
 * partition and is a sound key; the keys of a keystore are taken as found, see `checkKeystoreKey`.
 * `bytes` is not kept.
 * Throws `malformed`, `key-invalid` (a private key, a bad key), `keystore-empty`, `unrecognised-file`.
 */
export async function readKeystoreFile(
  bytes: Uint8Array,
  fileName: string,
  { expected }: KeystoreFileOptions = {},
): Promise<KeystoreFile> {
  if (equalBytes(bytes.subarray(0, OTP_MAGIC.length), asciiToBytes(OTP_MAGIC))) {
    const { slots, spans, warnings } = parseOtpImage(bytes, fileName);
    return { slots, spans, warnings, layout: 'per-algorithm', from: 'otp.bin' };
  }
  if (looksLikeC(bytes)) {
    const text = bytesToLatin1(withoutByteOrderMark(bytes));
    return { ...parseKeystoreC(text, fileName), from: 'keystore.c', warnings: [] };
  }
  if (bytes.length === 0 || looksLikeKeystoreDer(bytes)) {
    return { ...parseKeystoreDer(bytes, fileName), from: 'keystore.der', warnings: [] };
  }
  return readPublicKey(bytes, fileName, expected);
}

async function readPublicKey(
  bytes: Uint8Array,
  fileName: string,
  expected: AuthKeyName | undefined,
): Promise<KeystoreFile> {
  try {
    const { keyType, publicKey } = await parsePublicKeyFile(bytes, fileName, expected);
    const publicKeySize = publicKey.length;
    return {
      slots: [{ slotId: 0, keyType, partitionMask: MASK_ALL, publicKey, publicKeySize }],
      spans: [{ path: 'public key', startBytes: 0, endBytes: bytes.length }],
      layout: 'per-algorithm',
      from: 'public-key',
      warnings: [],
    };
  } catch (error) {
    throw isAppError(error, 'unrecognised-file') ? notAKeystore(bytes, fileName) : error;
  }
}

function notAKeystore(bytes: Uint8Array, fileName: string): AppError {
  return keyFileError(
    'unrecognised-file',
    fileName,
    `${describeOtherFile(bytes)}. A keystore.der, keystore.c, otp.bin, public key, certificate or JWK is needed`,
  );
}

/** Text that names the table or its size. NUL bytes occur in no C source. */
function looksLikeC(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  return /\b(?:keystore_slot|NUM_PUBKEYS)\b/.test(bytesToLatin1(bytes));
}

/** UTF-8's, which editors on Windows put in front. */
function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return equalBytes(bytes.subarray(0, 3), Uint8Array.of(0xef, 0xbb, 0xbf))
    ? bytes.subarray(3)
    : bytes;
}
