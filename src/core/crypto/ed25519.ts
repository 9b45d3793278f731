/** Ed25519 (RFC 8032): pure, no context. The private key's raw form is the 32-byte seed. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { AppError } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import { checkPrivateKey } from './private-key.ts';
import type { PrivateKey, SignatureScheme } from './scheme.ts';

const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** RFC 8032 verification; the library's default, ZIP-215, also accepts other encodings. */
const STRICT = { zip215: false } as const;

export const ed25519Scheme: SignatureScheme = {
  id: 'ed25519',
  label: 'Ed25519',
  publicKeyBytes: PUBLIC_KEY_BYTES,
  signatureBytes: () => SIGNATURE_BYTES,
  stateful: false,

  async generate(_spec, { rng, signal }) {
    throwIfCancelled(signal);
    const seed = rng.bytes(SEED_BYTES);
    return {
      algorithm: 'ed25519',
      publicKey: ed25519.getPublicKey(seed),
      privateKey: { algorithm: 'ed25519', bytes: seed },
    };
  },

  async derivePublicKey(privateKey, call) {
    throwIfCancelled(call?.signal);
    return ed25519.getPublicKey(seedOf(privateKey));
  },

  checkPublicKey,

  async sign(privateKey, message, { signal }) {
    throwIfCancelled(signal);
    return { signature: ed25519.sign(message, seedOf(privateKey)) };
  },

  async verify(publicKey, message, signature, call) {
    throwIfCancelled(call?.signal);
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    try {
      return ed25519.verify(signature, message, publicKey, STRICT);
    } catch {
      return false;
    }
  },
};

function seedOf(privateKey: PrivateKey): Uint8Array {
  return checkPrivateKey(privateKey, 'ed25519', SEED_BYTES);
}

/**
 * A small-order key accepts forged signatures for many messages; a point outside the prime-order
 * group cannot come from RFC 8032 key generation, and verifiers disagree about it.
 */
function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw invalid(`is ${publicKey.length} bytes long, not ${PUBLIC_KEY_BYTES}`);
  }
  const point = decode(publicKey);
  if (point.isSmallOrder()) throw invalid('is a point of small order: anybody could sign for it');
  if (!point.isTorsionFree()) throw invalid('is a point outside the prime-order group');
}

function decode(publicKey: Uint8Array): ReturnType<typeof ed25519.Point.fromBytes> {
  try {
    return ed25519.Point.fromBytes(publicKey, false);
  } catch {
    throw invalid('is not the encoding of a point of the curve');
  }
}

function invalid(problem: string): AppError {
  return new AppError('key-invalid', `the Ed25519 public key ${problem}`, {
    context: { algorithm: 'ed25519', problem },
  });
}
