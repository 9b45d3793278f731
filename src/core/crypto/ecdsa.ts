/**
 * ECDSA (FIPS 186-5) on the three curves wolfBoot has. The message given to it is already the digest.
 * Public keys are Qx || Qy, signatures r || s, all big-endian and as wide as the field (32, 48 and 66
 * bytes), as wolfBoot stores them.
 *
 * The nonce is RFC 6979 with fresh randomness mixed in (its section 3.6): a broken generator then
 * cannot give the key away, and equal digests still get different signatures.
 */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { concatBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import { checkPrivateKey } from './private-key.ts';
import type { AlgorithmId, PrivateKey, SignatureScheme } from './scheme.ts';

const ENTROPY_BYTES = 32;
/** SEC 1, 2.3.3: marks of an uncompressed point and of the two compressed ones. */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** No low-s rule: half of all signatures of wolfBoot's own tool have a high s. */
const PLAIN = { prehash: false, lowS: false, format: 'compact' } as const;

type EcdsaId = Extract<AlgorithmId, `ecdsa-${string}`>;

interface Curve {
  readonly id: EcdsaId;
  readonly label: string;
  readonly group: typeof p256;
  readonly fieldBytes: number;
  /** FIPS 186-5, A.2.1: at least 64 bits more than the order, so that the reduction is not biased. */
  readonly generationBytes: number;
}

const curves = {
  p256: {
    id: 'ecdsa-p256',
    label: 'P-256',
    group: p256,
    fieldBytes: 32,
    generationBytes: 48,
  },
  p384: {
    id: 'ecdsa-p384',
    label: 'P-384',
    group: p384,
    fieldBytes: 48,
    generationBytes: 72,
  },
  p521: {
    id: 'ecdsa-p521',
    label: 'P-521',
    group: p521,
    fieldBytes: 66,
    generationBytes: 99,
  },
} as const satisfies Readonly<Record<string, Curve>>;

export const ecdsaP256Scheme = ecdsaScheme(curves.p256);
export const ecdsaP384Scheme = ecdsaScheme(curves.p384);
export const ecdsaP521Scheme = ecdsaScheme(curves.p521);

/**
 * Qx || Qy from a point as SEC 1 encodes it, compressed or not; undefined when it is none of the
 * curve.
 */
export function decodeEcPoint(algorithm: EcdsaId, point: Uint8Array): Uint8Array | undefined {
  const curve = Object.values(curves).find(({ id }) => id === algorithm);
  try {
    return curve?.group.Point.fromBytes(point).toBytes(false).slice(UNCOMPRESSED.length);
  } catch {
    return undefined;
  }
}

function ecdsaScheme(curve: Curve): SignatureScheme {
  const { id, label, group, fieldBytes } = curve;
  const publicKeyBytes = 2 * fieldBytes;
  const signatureBytes = 2 * fieldBytes;
  const invalid = (problem: string): AppError =>
    new AppError('key-invalid', `the ${label} public key ${problem}`, {
      context: { algorithm: id, problem },
    });
  const publicKeyOf = (scalar: Uint8Array): Uint8Array =>
    group.getPublicKey(scalar, false).slice(UNCOMPRESSED.length);
  const isPoint = (publicKey: Uint8Array): boolean =>
    group.utils.isValidPublicKey(concatBytes(UNCOMPRESSED, publicKey), false);

  return {
    id,
    label: `ECDSA ${label}`,
    publicKeyBytes,
    signatureBytes: () => signatureBytes,
    stateful: false,

    async generate(_spec, { rng, signal }) {
      throwIfCancelled(signal);
      const seed = rng.bytes(curve.generationBytes);
      const scalar = group.utils.randomSecretKey(seed);
      seed.fill(0);
      return {
        algorithm: id,
        publicKey: publicKeyOf(scalar),
        privateKey: { algorithm: id, bytes: scalar },
      };
    },

    async derivePublicKey(privateKey, call) {
      throwIfCancelled(call?.signal);
      return publicKeyOf(scalarOf(curve, privateKey));
    },

    checkPublicKey(publicKey) {
      if (publicKey.length !== publicKeyBytes) {
        throw invalid(`is ${publicKey.length} bytes long, not ${publicKeyBytes}`);
      }
      if (!isPoint(publicKey)) throw invalid('is not a point of the curve');
    },

    async sign(privateKey, message, { rng, signal }) {
      throwIfCancelled(signal);
      const extraEntropy = rng.bytes(ENTROPY_BYTES);
      const scalar = scalarOf(curve, privateKey);
      return { signature: group.sign(message, scalar, { ...PLAIN, extraEntropy }) };
    },

    async verify(publicKey, message, signature, call) {
      throwIfCancelled(call?.signal);
      if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false;
      try {
        return group.verify(signature, message, concatBytes(UNCOMPRESSED, publicKey), PLAIN);
      } catch {
        return false;
      }
    },
  };
}

function scalarOf({ id, label, group, fieldBytes }: Curve, privateKey: PrivateKey): Uint8Array {
  const scalar = checkPrivateKey(privateKey, id, fieldBytes);
  if (!group.utils.isValidSecretKey(scalar)) {
    throw new AppError(
      'key-invalid',
      `the ${label} private key is zero or not below the group order`,
      { context: { algorithm: id } },
    );
  }
  return scalar;
}
