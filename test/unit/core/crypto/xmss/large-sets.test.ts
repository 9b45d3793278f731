/** Sets of 2^40 and 2^60 signatures: their keys are made and taken far within a moment. */
import { describe, expect, it } from 'vitest';
import { xmssMtScheme } from '../../../../../src/core/crypto/xmss/index.ts';
import { xmssSetOfKeyFile } from '../../../../../src/core/crypto/xmss/key-file.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';

const rng = seededRng('large sets');
const digest = rng.bytes(32);

describe.each([
  ['XMSSMT-SHA2_40/8_256', 2n ** 40n],
  ['XMSSMT-SHA2_60/12_256', 2n ** 60n],
] as const)('%s', (set, indices) => {
  it('signs at its beginning, far on, and with its last index but one', async () => {
    const { publicKey, privateKey } = await xmssMtScheme.generate(
      { algorithm: 'xmssmt', set },
      { rng },
    );
    expect(xmssSetOfKeyFile(privateKey.bytes.length)?.name).toBe(set);
    let key = privateKey;
    for (const index of [0n, indices / 2n + 31n, indices - 2n]) {
      key = await xmssMtScheme.state!.advanceTo(key, index);
      let next = key;
      const signed = await xmssMtScheme.sign(key, digest, {
        rng,
        persistState: async (advanced) => {
          next = advanced;
        },
      });
      expect(signed.consumedIndex).toBe(index);
      expect(await xmssMtScheme.verify(publicKey, digest, signed.signature)).toBe(true);
      key = next;
    }
    expect(xmssMtScheme.state!.usage(key)).toEqual({
      nextIndex: indices - 1n,
      capacity: indices - 1n,
      parameters: set,
    });
  });
});
