/**
 * What a key file might be, if not what was asked for. Error messages for wrong files name the file
 * that was given and the way out; no message says anything about a key's content.
 */
import { asciiToBytes, concatBytes, equalBytes, indexOfBytes } from '../bytes/index.ts';
import { scheme, type AlgorithmId } from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { authKeys } from './auth-keys.ts';

/** Raw private key files of keygen (section 7). */
export const RAW_PRIVATE_BYTES = { ed25519: 64, 'ecdsa-p256': 96 } as const;

/** Private key files of types this program cannot use yet, by their length (section 7). */
const FOREIGN_PRIVATE_BYTES: Readonly<Record<number, string>> = {
  114: 'Ed448',
  124: 'LMS/HSS',
  144: 'ECDSA P-384',
  198: 'ECDSA P-521',
  1411: 'XMSS',
  2113: 'XMSS',
  2581: 'XMSS',
  3872: 'ML-DSA-44',
  5848: 'XMSS^MT',
  5984: 'ML-DSA-65',
  7488: 'ML-DSA-87',
  10877: 'XMSS^MT',
};

export function foreignPrivateKeyLabel(lengthBytes: number): string | undefined {
  return FOREIGN_PRIVATE_BYTES[lengthBytes];
}

/** The schemes whose raw private key file this could be, if its halves belong together. */
export async function rawPrivateKeyAlgorithm(bytes: Uint8Array): Promise<AlgorithmId | undefined> {
  const split = splitRawPrivateKey(bytes);
  if (!split) return undefined;
  try {
    const derived = await scheme(split.algorithm).derivePublicKey({
      algorithm: split.algorithm,
      bytes: split.secret,
    });
    return equalBytes(derived, split.publicKey) ? split.algorithm : undefined;
  } catch (error) {
    if (isAppError(error, 'key-invalid')) return undefined;
    throw error;
  } finally {
    split.secret.fill(0);
  }
}

export interface RawPrivateKey {
  readonly algorithm: AlgorithmId;
  /** A copy; the caller wipes it. */
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Cuts a raw private key file by its length alone. */
export function splitRawPrivateKey(bytes: Uint8Array): RawPrivateKey | undefined {
  switch (bytes.length) {
    case RAW_PRIVATE_BYTES.ed25519: // seed || public
      return {
        algorithm: 'ed25519',
        secret: bytes.slice(0, 32),
        publicKey: bytes.slice(32),
      };
    case RAW_PRIVATE_BYTES['ecdsa-p256']: // Qx || Qy || d
      return {
        algorithm: 'ecdsa-p256',
        secret: bytes.slice(64),
        publicKey: bytes.slice(0, 64),
      };
    default:
      return undefined;
  }
}

/** Joins what `splitRawPrivateKey` cuts. */
export function joinRawPrivateKey(key: RawPrivateKey): Uint8Array {
  return key.algorithm === 'ed25519'
    ? concatBytes(key.secret, key.publicKey)
    : concatBytes(key.publicKey, key.secret);
}

/** Says what the file is, as far as its first bytes or its length tell. */
export function describeOtherFile(bytes: Uint8Array): string {
  const startsWith = (mark: string): boolean =>
    equalBytes(bytes.subarray(0, mark.length), asciiToBytes(mark));
  if (bytes.length === 0) return 'is empty';
  if (startsWith('WOLFBOOT')) return 'is an OTP image';
  if (startsWith('WOLF')) return 'is a wolfBoot firmware image';
  if (startsWith('ssh-') || startsWith('-----BEGIN OPENSSH')) return 'is an OpenSSH key';
  if (indexOfBytes(bytes, asciiToBytes('keystore_slot')) >= 0) return 'is a keystore.c';
  if (looksLikeKeystoreDer(bytes)) return 'is a keystore.der';
  return `is ${bytes.length} bytes that are no key file wolfBoot writes`;
}

/** First slot: id 0 and a known type. The file is not checked further. */
export function looksLikeKeystoreDer(bytes: Uint8Array): boolean {
  const words = Array.from({ length: 4 }, (_, index) => wordLe(bytes, index * 4));
  const [slotId, keyType, , size] = words;
  return (
    bytes.length >= 16 &&
    slotId === 0 &&
    size !== undefined &&
    size <= bytes.length &&
    authKeys.some((key) => key.code === keyType)
  );
}

function wordLe(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(offset, offset + 4).reduceRight((value, byte) => value * 256 + byte, 0);
}

export function keyFileError(
  code: 'key-invalid' | 'key-mismatch' | 'unrecognised-file' | 'not-supported',
  fileName: string,
  problem: string,
): AppError {
  return new AppError(code, `${fileName} ${problem}`, { context: { file: fileName, problem } });
}
