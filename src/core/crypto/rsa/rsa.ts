/**
 * RSA as wolfBoot uses it. `rsa-*` is PKCS#1 v1.5 around the bare digest, `rsa-pss-*` is PSS with
 * MGF1 of the same hash and a salt as long as the digest. Both take the same keys: the public key is
 * SubjectPublicKeyInfo, the private key RSAPrivateKey in DER.
 */
import { equalBytes } from '../../bytes/index.ts';
import { AppError, isAppError } from '../../errors.ts';
import { throwIfCancelled } from '../../ports/index.ts';
import type { HashId } from '../hash.ts';
import type { AlgorithmId, PrivateKey, SignatureScheme, SignCall } from '../scheme.ts';
import { digestInfo, isPssBlock, pkcs1Block, pssBlock } from './rsa-blocks.ts';
import {
  encodeRsaSpki,
  openRsaSignature,
  parseRsaSpki,
  readRsaPrivateKey,
  rsaKeyError,
  rsaPrivateFromPkcs8,
  rsaPrivateProblem,
  rsaProblem,
  type RsaPrivateKey,
  type RsaPublicKey,
} from './rsa-keys.ts';
import { rsaPrivateOperation } from './rsa-private.ts';

export type RsaId = Extract<AlgorithmId, `rsa-${string}`>;
export type RsaBits = 2048 | 3072 | 4096;

const bitsOf: Readonly<Record<RsaId, RsaBits>> = {
  'rsa-2048': 2048,
  'rsa-3072': 3072,
  'rsa-4096': 4096,
  'rsa-pss-2048': 2048,
  'rsa-pss-3072': 3072,
  'rsa-pss-4096': 4096,
};

/** Of the SubjectPublicKeyInfo with the exponent 65537; another exponent gives another length. */
const publicKeyBytesOf: Readonly<Record<RsaBits, number>> = { 2048: 294, 3072: 422, 4096: 550 };

export const rsaSchemes: Readonly<Record<RsaId, SignatureScheme>> = {
  'rsa-2048': rsaScheme('rsa-2048'),
  'rsa-3072': rsaScheme('rsa-3072'),
  'rsa-4096': rsaScheme('rsa-4096'),
  'rsa-pss-2048': rsaScheme('rsa-pss-2048'),
  'rsa-pss-3072': rsaScheme('rsa-pss-3072'),
  'rsa-pss-4096': rsaScheme('rsa-pss-4096'),
};

/**
 * The standard form of PKCS#1 v1.5, with DigestInfo around the digest (`--rsa2048enc` of wolfBoot's
 * sign). Throws `key-invalid`, `invalid-argument`, `cancelled`.
 */
export async function signRsaDigestInfo(
  privateKey: PrivateKey,
  digest: Uint8Array,
  hashId: HashId,
  { rng, signal }: SignCall,
): Promise<Uint8Array> {
  throwIfCancelled(signal);
  const id = rsaIdOf(privateKey.algorithm);
  const block = pkcs1Block(digestInfo(hashId, digest), bitsOf[id] / 8);
  return rsaPrivateOperation(privateNumbers(id, privateKey), block, rng);
}

/** The signature that `signRsaDigestInfo` makes, and no other form. False for anything else. */
export async function verifyRsaDigestInfo(
  publicKey: Uint8Array,
  digest: Uint8Array,
  hashId: HashId,
  signature: Uint8Array,
): Promise<boolean> {
  const key = parseRsaSpki(publicKey);
  const block = key && openRsaSignature(key, signature);
  try {
    return (
      block !== undefined && equalBytes(block, pkcs1Block(digestInfo(hashId, digest), block.length))
    );
  } catch (error) {
    if (isAppError(error, 'invalid-argument')) return false;
    throw error;
  }
}

function rsaIdOf(algorithm: AlgorithmId): RsaId {
  if (algorithm in bitsOf) return algorithm as RsaId;
  throw new AppError('key-invalid', `this is a private key of ${algorithm}, not of RSA`, {
    context: { algorithm },
  });
}

function rsaScheme(id: RsaId): SignatureScheme {
  const bits = bitsOf[id];
  const lengthBytes = bits / 8;
  const isPss = id.startsWith('rsa-pss');
  const label = id.toUpperCase();

  return {
    id,
    label,
    publicKeyBytes: publicKeyBytesOf[bits],
    signatureBytes: () => lengthBytes,
    stateful: false,

    async generate(_spec, { rsa, signal }) {
      throwIfCancelled(signal);
      if (!rsa) throw new AppError('not-supported', `nothing here can make ${label} keys`);
      const pkcs8 = await rsa.generate(bits, signal);
      try {
        const privateKey = { algorithm: id, bytes: rsaPrivateFromPkcs8(pkcs8) };
        throwIfCancelled(signal);
        return { algorithm: id, publicKey: checkedPublicKey(id, privateKey), privateKey };
      } finally {
        pkcs8.fill(0);
      }
    },

    /** All numbers of the key must belong together. */
    async derivePublicKey(privateKey, call) {
      throwIfCancelled(call?.signal);
      return checkedPublicKey(id, privateKey);
    },

    checkPublicKey(publicKey) {
      const key = parseRsaSpki(publicKey);
      if (!key) {
        throw rsaKeyError(
          'public',
          label,
          'is not a SubjectPublicKeyInfo of an RSA key (openssl rsa -pubout -outform DER writes one)',
        );
      }
      const problem = rsaProblem(key, bits);
      if (problem !== undefined) throw rsaKeyError('public', label, problem);
    },

    async sign(privateKey, message, { rng, signal }) {
      throwIfCancelled(signal);
      const block = isPss
        ? pssBlock(message, rng.bytes(message.length), lengthBytes)
        : pkcs1Block(message, lengthBytes);
      return { signature: rsaPrivateOperation(privateNumbers(id, privateKey), block, rng) };
    },

    async verify(publicKey, message, signature, call) {
      throwIfCancelled(call?.signal);
      const key = usableKey(publicKey, bits);
      const block = key && openRsaSignature(key, signature);
      if (!block) return false;
      return isPss ? isPssBlock(block, message) : isBareBlock(block, message);
    },
  };
}

function isBareBlock(block: Uint8Array, message: Uint8Array): boolean {
  try {
    return equalBytes(block, pkcs1Block(message, block.length));
  } catch (error) {
    if (isAppError(error, 'invalid-argument')) return false;
    throw error;
  }
}

function usableKey(publicKey: Uint8Array, bits: RsaBits): RsaPublicKey | undefined {
  const key = parseRsaSpki(publicKey);
  return key && rsaProblem(key, bits) === undefined ? key : undefined;
}

/** Read only: signing verifies its own result. */
function privateNumbers(id: RsaId, privateKey: PrivateKey): RsaPrivateKey {
  const label = id.toUpperCase();
  if (privateKey.algorithm !== id) {
    throw rsaKeyError('private', label, `is a private key of ${privateKey.algorithm}`);
  }
  try {
    const key = readRsaPrivateKey(privateKey.bytes, label);
    const problem = rsaProblem(key, bitsOf[id]);
    if (problem !== undefined) throw rsaKeyError('private', label, problem);
    if (key.prime1 < 3n || key.prime2 < 3n || key.prime1 * key.prime2 !== key.modulus) {
      throw rsaKeyError('private', label, 'has primes that do not belong to its modulus');
    }
    return key;
  } catch (error) {
    if (!isAppError(error, 'malformed')) throw error;
    throw rsaKeyError('private', label, 'is not an RSAPrivateKey in DER');
  }
}

function checkedPublicKey(id: RsaId, privateKey: PrivateKey): Uint8Array {
  const key = privateNumbers(id, privateKey);
  const problem = rsaPrivateProblem(key, bitsOf[id]);
  if (problem !== undefined) throw rsaKeyError('private', id.toUpperCase(), problem);
  return encodeRsaSpki(key);
}
