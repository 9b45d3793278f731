/**
 * ECDSA on P-256 (FIPS 186-5). The message given to it is already the digest. Public keys are
 * Qx || Qy, signatures r || s, all big-endian and 32 bytes wide, as wolfBoot stores them.
 *
 * The nonce is RFC 6979 with fresh randomness mixed in (its section 3.6): a broken generator then
 * cannot give the key away, and equal digests still get different signatures.
 */
import { p256 } from '@noble/curves/nist.js';
import { concatBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import { checkPrivateKey } from './private-key.ts';
import type { PrivateKey, SignatureScheme } from './scheme.ts';

const SCALAR_BYTES = 32;
const PUBLIC_KEY_BYTES = 64;
const SIGNATURE_BYTES = 64;
const ENTROPY_BYTES = 32;
/** FIPS 186-5, A.2.1: 128 bits more than the order, so that the reduction leaves no bias. */
const GENERATION_BYTES = 48;
/** SEC 1, 2.3.3: mark of an uncompressed point. */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** No low-s rule: half of all signatures of wolfBoot's own tool have a high s. */
const PLAIN = { prehash: false, lowS: false, format: 'compact' } as const;

export const ecdsaP256Scheme: SignatureScheme = {
  id: 'ecdsa-p256',
  label: 'ECDSA P-256',
  publicKeyBytes: PUBLIC_KEY_BYTES,
  signatureBytes: () => SIGNATURE_BYTES,
  stateful: false,

  async generate(_spec, { rng, signal }) {
    throwIfCancelled(signal);
    const seed = rng.bytes(GENERATION_BYTES);
    const scalar = p256.utils.randomSecretKey(seed);
    seed.fill(0);
    return {
      algorithm: 'ecdsa-p256',
      publicKey: publicKeyOf(scalar),
      privateKey: { algorithm: 'ecdsa-p256', bytes: scalar },
    };
  },

  async derivePublicKey(privateKey, call) {
    throwIfCancelled(call?.signal);
    return publicKeyOf(scalarOf(privateKey));
  },

  checkPublicKey,

  async sign(privateKey, message, { rng, signal }) {
    throwIfCancelled(signal);
    const extraEntropy = rng.bytes(ENTROPY_BYTES);
    return { signature: p256.sign(message, scalarOf(privateKey), { ...PLAIN, extraEntropy }) };
  },

  async verify(publicKey, message, signature, call) {
    throwIfCancelled(call?.signal);
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    try {
      return p256.verify(signature, message, concatBytes(UNCOMPRESSED, publicKey), PLAIN);
    } catch {
      return false;
    }
  },
};

function publicKeyOf(scalar: Uint8Array): Uint8Array {
  return p256.getPublicKey(scalar, false).slice(UNCOMPRESSED.length);
}

function scalarOf(privateKey: PrivateKey): Uint8Array {
  const scalar = checkPrivateKey(privateKey, 'ecdsa-p256', SCALAR_BYTES);
  if (!p256.utils.isValidSecretKey(scalar)) {
    throw new AppError(
      'key-invalid',
      'the P-256 private key is zero or not below the group order',
      {
        context: { algorithm: 'ecdsa-p256' },
      },
    );
  }
  return scalar;
}

function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw invalid(`is ${publicKey.length} bytes long, not ${PUBLIC_KEY_BYTES}`);
  }
  if (!p256.utils.isValidPublicKey(concatBytes(UNCOMPRESSED, publicKey), false)) {
    throw invalid('is not a point of the curve');
  }
}

function invalid(problem: string): AppError {
  return new AppError('key-invalid', `the P-256 public key ${problem}`, {
    context: { algorithm: 'ecdsa-p256', problem },
  });
}
