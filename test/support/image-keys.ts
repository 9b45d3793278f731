/** Keys and firmware for tests of images. */
import { scheme, type AlgorithmId, type KeySpec } from '../../src/core/crypto/index.ts';
import {
  authKeyOfAlgorithm,
  MASK_ALL,
  type ImageSigner,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { seededRng } from './bytes-rng.ts';

export interface TestKey {
  readonly keyType: number;
  readonly publicKey: Uint8Array;
  readonly signer: ImageSigner;
  readonly slot: KeystoreSlot;
}

export async function testKey(algorithm: AlgorithmId, seed = 'image key'): Promise<TestKey> {
  const rng = seededRng(`${seed}/${algorithm}`);
  const { publicKey, privateKey } = await scheme(algorithm).generate({ algorithm } as KeySpec, {
    rng,
  });
  const keyType = authKeyOfAlgorithm(algorithm).code;
  return {
    keyType,
    publicKey,
    signer: {
      publicKey,
      sign: async (digest) => (await scheme(algorithm).sign(privateKey, digest, { rng })).signature,
    },
    slot: {
      slotId: 0,
      keyType,
      partitionMask: MASK_ALL,
      publicKey,
      publicKeySize: publicKey.length,
    },
  };
}

export function firmware(lengthBytes: number): Uint8Array {
  return seededRng('firmware').bytes(lengthBytes);
}
