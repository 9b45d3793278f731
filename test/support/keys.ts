/** Keys and keystore slots for tests, the same in every run. */
import {
  scheme,
  type AlgorithmId,
  type KeyPair,
  type KeySpec,
} from '../../src/core/crypto/index.ts';
import { authKeyOfAlgorithm, MASK_ALL, type KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import { seededRng } from './bytes-rng.ts';

export function keyPair(algorithm: AlgorithmId, name = 'a'): Promise<KeyPair> {
  return scheme(algorithm).generate({ algorithm } as KeySpec, {
    rng: seededRng(`${algorithm} ${name}`),
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
