/**
 * ML-DSA (FIPS 204): pure, empty context, hedged (section 3.4). The private key is the secret key of
 * algorithm 24; it does not hold the seed it grew from.
 */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { shake256 } from '@noble/hashes/sha3.js';
import { equalBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import { hasItsT0, type MlDsaShape } from './ml-dsa-t0.ts';
import { checkPrivateKey } from './private-key.ts';
import type { AlgorithmId, SignatureScheme } from './scheme.ts';

export type MlDsaId = Extract<AlgorithmId, `ml-dsa-${string}`>;

/** Of the seed xi (FIPS 204, algorithm 1). */
export const ML_DSA_SEED_BYTES = 32;
const HEDGE_BYTES = 32;
/** FIPS 204, table 1: the hash of the public key inside the secret key, behind rho and K. */
const TR_OFFSET_BYTES = 64;
const TR_BYTES = 64;

const libraries = { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 } as const;

/** FIPS 204, table 1. */
const shapes: Readonly<Record<MlDsaId, MlDsaShape>> = {
  'ml-dsa-44': { k: 4, l: 4, eta: 2 },
  'ml-dsa-65': { k: 6, l: 5, eta: 4 },
  'ml-dsa-87': { k: 8, l: 7, eta: 2 },
};

export const mlDsa44Scheme = mlDsaScheme('ml-dsa-44');
export const mlDsa65Scheme = mlDsaScheme('ml-dsa-65');
export const mlDsa87Scheme = mlDsaScheme('ml-dsa-87');

/**
 * The secret key that grows from a seed of 32 bytes (FIPS 204, algorithm 6), as RFC 9881 stores it.
 * The caller owns and wipes it.
 */
export function mlDsaSecretFromSeed(id: MlDsaId, seed: Uint8Array): Uint8Array {
  return libraries[id].keygen(seed).secretKey;
}

/** Length of the secret key (FIPS 204, table 2). */
export function mlDsaSecretBytes(id: MlDsaId): number {
  return lengthsOf(id).secretKey;
}

interface Lengths {
  readonly publicKey: number;
  readonly secretKey: number;
  readonly signature: number;
}

function lengthsOf(id: MlDsaId): Lengths {
  const { publicKey, secretKey, signature } = libraries[id].lengths;
  if (publicKey === undefined || secretKey === undefined || signature === undefined) {
    throw new AppError('internal', `the library does not know the sizes of ${id}`);
  }
  return { publicKey, secretKey, signature };
}

function mlDsaScheme(id: MlDsaId): SignatureScheme {
  const library = libraries[id];
  const lengths = lengthsOf(id);
  const label = id.toUpperCase();
  const problem = (what: string): AppError =>
    new AppError('key-invalid', `the ${label} ${what}`, {
      context: { algorithm: id, problem: what.replace(/^\w+ key /, '') },
    });

  return {
    id,
    label,
    publicKeyBytes: lengths.publicKey,
    signatureBytes: () => lengths.signature,
    stateful: false,

    async generate(_spec, { rng, signal }) {
      throwIfCancelled(signal);
      const seed = rng.bytes(ML_DSA_SEED_BYTES);
      const { publicKey, secretKey } = library.keygen(seed);
      seed.fill(0);
      return { algorithm: id, publicKey, privateKey: { algorithm: id, bytes: secretKey } };
    },

    /**
     * t1 from rho, s1 and s2. The secret key also holds t0 and the hash of the public key, which must
     * fit; K is random and can be anything.
     */
    async derivePublicKey(privateKey, call) {
      throwIfCancelled(call?.signal);
      const secret = checkPrivateKey(privateKey, id, lengths.secretKey);
      const publicKey = attempt(() => library.getPublicKey(secret));
      if (!publicKey) throw problem('private key has a coefficient that is too large');
      const tr = secret.subarray(TR_OFFSET_BYTES, TR_OFFSET_BYTES + TR_BYTES);
      const isWhole = equalBytes(shake256(publicKey, { dkLen: TR_BYTES }), tr);
      if (!isWhole || !hasItsT0(secret, shapes[id])) {
        throw problem('private key is not consistent in itself');
      }
      return publicKey;
    },

    /** Every string of the right length is an ML-DSA public key: t1 uses all values of its bits. */
    checkPublicKey(publicKey) {
      if (publicKey.length !== lengths.publicKey) {
        throw problem(`public key is ${publicKey.length} bytes long, not ${lengths.publicKey}`);
      }
    },

    async sign(privateKey, message, { rng, signal }) {
      throwIfCancelled(signal);
      const secret = checkPrivateKey(privateKey, id, lengths.secretKey);
      const extraEntropy = rng.bytes(HEDGE_BYTES);
      const signature = attempt(() => library.sign(message, secret, { extraEntropy }));
      extraEntropy.fill(0);
      if (!signature) throw problem('private key has a coefficient that is too large');
      return { signature };
    },

    async verify(publicKey, message, signature, call) {
      throwIfCancelled(call?.signal);
      if (publicKey.length !== lengths.publicKey || signature.length !== lengths.signature) {
        return false;
      }
      return attempt(() => library.verify(signature, message, publicKey)) ?? false;
    },
  };
}

/** The library throws for secret keys whose bits are no coefficients. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
