/** Keys and keystore slots for tests, the same in every run. */
import {
  scheme,
  type AlgorithmId,
  type KeyPair,
  type KeySpec,
} from '../../src/core/crypto/index.ts';
import { authKeyOfAlgorithm, MASK_ALL, type KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import { seededRng } from './bytes-rng.ts';
import { vectorRsaKeys } from './rsa-keys.ts';

/** The quickest parameters an algorithm has. */
export function specOf(algorithm: AlgorithmId): KeySpec {
  switch (algorithm) {
    case 'lms':
      return { algorithm, lms: { levels: 1, height: 5, winternitz: 4 } };
    case 'xmss':
      return { algorithm, set: 'XMSS-SHA2_10_256' };
    case 'xmssmt':
      return { algorithm, set: 'XMSSMT-SHA2_20/4_256' };
    default:
      return { algorithm };
  }
}

export function keyPair(algorithm: AlgorithmId, name = 'a'): Promise<KeyPair> {
  return scheme(algorithm).generate(specOf(algorithm), {
    rng: seededRng(`${algorithm} ${name}`),
    // Two names, two keys: there are no more of RSA.
    rsa: vectorRsaKeys(name === 'a' ? 0 : 1),
  });
}

export async function slots(
  algorithm: AlgorithmId,
  count: number,
  partitionMask = MASK_ALL,
): Promise<readonly KeystoreSlot[]> {
  const pairs = await Promise.all(
    Array.from({ length: count }, (_, index) => keyPair(algorithm, String(index))),
  );
  return pairs.map(({ publicKey }, slotId) => ({
    slotId,
    keyType: authKeyOfAlgorithm(algorithm).code,
    partitionMask,
    publicKey,
    publicKeySize: publicKey.length,
  }));
}
