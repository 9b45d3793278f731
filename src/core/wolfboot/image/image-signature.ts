/**
 * Signatures of images, whatever the key's algorithm is: how long they are, how large a header they
 * ask for, and whether they are good (formats/wolfboot.md, sections 12 and 13).
 */
import { scheme, verifyRsaDigestInfo, type AlgorithmId, type HashId } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import { authKeyByCode, type AuthKey } from '../auth-keys.ts';
import { algorithmOfSlot } from '../slot-algorithm.ts';

/** Throws `invalid-argument` when there is no such key type. */
export function signingType(keyType: number): AuthKey {
  const key = authKeyByCode(keyType);
  if (key) return key;
  throw new AppError('invalid-argument', `${keyType} is not a key type`);
}

/** What is known of a key that has not signed yet. */
export interface SigningKey {
  /** In keystore form. */
  readonly publicKey?: Uint8Array | undefined;
  /** Needed for XMSS^MT only: its keys look like those of XMSS. */
  readonly algorithm?: AlgorithmId | undefined;
}

/**
 * Length of every signature of the key. Throws `invalid-argument` when it depends on the key and
 * there is none, `key-invalid` when it is not one of its type.
 */
export function signatureBytesOf(keyType: number, key: SigningKey): number {
  const type = signingType(keyType);
  const { publicKey } = key;
  if (!publicKey) {
    if (type.signatureBytes !== undefined) return type.signatureBytes;
    throw new AppError(
      'invalid-argument',
      `how long a signature of ${type.label} is depends on its key: the public key is needed`,
    );
  }
  return schemeOf(keyType, key, publicKey).signatureBytes(publicKey);
}

/** Throws `key-invalid` when the key is not one of its type. */
export function checkSigningKey(keyType: number, key: SigningKey, publicKey: Uint8Array): void {
  schemeOf(keyType, key, publicKey).checkPublicKey(publicKey);
}

function schemeOf(keyType: number, { algorithm }: SigningKey, publicKey: Uint8Array) {
  const type = signingType(keyType);
  const found = algorithm ?? algorithmOfSlot(keyType, publicKey);
  if (found !== undefined && type.algorithms.includes(found)) return scheme(found);
  throw new AppError('key-invalid', `this is no public key of ${type.label}`, {
    context: { keyType: type.cName, problem: 'is not one of its type' },
  });
}

const SMALLEST_HEADER_BYTES = 256;

/** The least header that wolfBoot's sign gives to an image with such a signature (section 13). */
export function leastHeaderBytes(keyType: number, hash: HashId, signatureBytes: number): number {
  const { family, name, signatureBytes: usualBytes } = signingType(keyType);
  switch (family) {
    case 'lms':
    case 'xmss':
    case 'ml-dsa':
      return 2 * signatureBytes;
    case 'rsa':
      if (usualBytes === 512) return 1024;
      return usualBytes === 384 && hash !== 'sha256' ? 1024 : 512;
    default:
      return name === 'ED25519' || name === 'ECC256' ? SMALLEST_HEADER_BYTES : 512;
  }
}

/**
 * Whether the signature is good. PKCS#1 v1.5 signatures of RSA may hold the bare digest, as wolfBoot
 * makes them, or DigestInfo (`--rsa2048enc`): its bootloader takes both.
 */
export async function isImageSignature(
  keyType: number,
  publicKey: Uint8Array,
  digest: Uint8Array,
  hash: HashId,
  signature: Uint8Array,
): Promise<boolean> {
  const algorithm = algorithmOfSlot(keyType, publicKey, signature.length);
  if (algorithm === undefined) return false;
  if (await scheme(algorithm).verify(publicKey, digest, signature)) return true;
  return (
    /^rsa-\d/.test(algorithm) && (await verifyRsaDigestInfo(publicKey, digest, hash, signature))
  );
}
