/**
 * Ed25519 and Ed448 (RFC 8032): pure, Ed448 with the empty context. The private key's raw form is the
 * seed of 32 or 57 bytes.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { ed448 } from '@noble/curves/ed448.js';
import { AppError } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import { checkPrivateKey } from './private-key.ts';
import type { AlgorithmId, SignatureScheme } from './scheme.ts';

/** RFC 8032 verification; the library's default, ZIP-215, also accepts other encodings. */
const STRICT = { zip215: false } as const;

interface Curve {
  readonly id: Extract<AlgorithmId, 'ed25519' | 'ed448'>;
  readonly label: string;
  readonly group: typeof ed25519;
  /** Of the seed and of the public key; a signature is twice as long. */
  readonly keyBytes: number;
}

export const ed25519Scheme = eddsaScheme({
  id: 'ed25519',
  label: 'Ed25519',
  group: ed25519,
  keyBytes: 32,
});

export const ed448Scheme = eddsaScheme({
  id: 'ed448',
  label: 'Ed448',
  group: ed448,
  keyBytes: 57,
});

function eddsaScheme({ id, label, group, keyBytes }: Curve): SignatureScheme {
  const signatureBytes = 2 * keyBytes;
  const invalid = (problem: string): AppError =>
    new AppError('key-invalid', `the ${label} public key ${problem}`, {
      context: { algorithm: id, problem },
    });
  const decode = (publicKey: Uint8Array): ReturnType<typeof group.Point.fromBytes> => {
    try {
      return group.Point.fromBytes(publicKey, false);
    } catch {
      throw invalid('is not the encoding of a point of the curve');
    }
  };

  return {
    id,
    label,
    publicKeyBytes: keyBytes,
    signatureBytes: () => signatureBytes,
    stateful: false,

    async generate(_spec, { rng, signal }) {
      throwIfCancelled(signal);
      const seed = rng.bytes(keyBytes);
      return {
        algorithm: id,
        publicKey: group.getPublicKey(seed),
        privateKey: { algorithm: id, bytes: seed },
      };
    },

    async derivePublicKey(privateKey, call) {
      throwIfCancelled(call?.signal);
      return group.getPublicKey(checkPrivateKey(privateKey, id, keyBytes));
    },

    /**
     * A small-order key accepts forged signatures for many messages; a point outside the prime-order
     * group cannot come from RFC 8032 key generation, and verifiers disagree about it.
     */
    checkPublicKey(publicKey) {
      if (publicKey.length !== keyBytes) {
        throw invalid(`is ${publicKey.length} bytes long, not ${keyBytes}`);
      }
      const point = decode(publicKey);
      if (point.isSmallOrder())
        throw invalid('is a point of small order: anybody could sign for it');
      if (!point.isTorsionFree()) throw invalid('is a point outside the prime-order group');
    },

    async sign(privateKey, message, { signal }) {
      throwIfCancelled(signal);
      return { signature: group.sign(message, checkPrivateKey(privateKey, id, keyBytes)) };
    },

    async verify(publicKey, message, signature, call) {
      throwIfCancelled(call?.signal);
      if (publicKey.length !== keyBytes || signature.length !== signatureBytes) return false;
      try {
        return group.verify(signature, message, publicKey, STRICT);
      } catch {
        return false;
      }
    },
  };
}
