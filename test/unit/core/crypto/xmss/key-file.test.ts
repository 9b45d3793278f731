/** Key files that are none, or that do not fit together: refused with the reason. */
import { describe, expect, it } from 'vitest';
import { xmssMtScheme, xmssScheme } from '../../../../../src/core/crypto/xmss/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { expectRejects, expectThrows } from '../../../../support/expect-error.ts';
import { xmssKey, xmssStates } from '../../../../support/xmss-vectors.ts';

const rng = seededRng('key files');
const states = xmssStates('xmss-10');
const { bytes } = states.find(({ index }) => index === 33)!;
const digest = rng.bytes(32);

/** Places in the key file of XMSS-SHA2_10_256. */
const RECORD = 4 + 4 * 32;
const HEIGHTS = RECORD + 11 * 32;
const AUTH = HEIGHTS + 11;
const TREE_HASHES = AUTH + 10 * 32 + 5 * 32;
const NEXT = 1411 - 68 - 4 - 4;

const usage = (changed: Uint8Array): unknown =>
  xmssScheme.state!.usage(xmssKey('xmss-10', changed));

describe('a key file', () => {
  it('as it is', () => {
    expect(usage(bytes)).toEqual({
      nextIndex: 33n,
      capacity: 1023n,
      parameters: 'XMSS-SHA2_10_256',
    });
  });

  it.each([
    ['cut', bytes.subarray(0, 1410), 'fits no set'],
    ['empty', new Uint8Array(), 'fits no set'],
    ['with a tail', Uint8Array.of(...bytes, 0), 'fits no set'],
    ['with an index beyond the end', bytes.with(2, 4), 'beyond 1023 signatures'],
    ['erased by wolfSSL', new Uint8Array(1411).fill(0xff, 0, 4), 'OID 0'],
    ['of another root', bytes.with(4 + 64, bytes[4 + 64]! ^ 1), 'another public key'],
    ['of another public seed', bytes.with(1410, bytes[1410]! ^ 1), 'another public key'],
    ['of no set', bytes.with(1411 - 68, 9), 'no public key'],
    ['with a height above the root', bytes.with(HEIGHTS, 11), 'cannot be'],
    ['with a leaf outside the tree', bytes.with(TREE_HASHES + 1, 4), 'cannot be'],
    ['with more nodes than its stack', bytes.with(TREE_HASHES + 3, 5), 'cannot be'],
    ['with a stack beyond its end', bytes.with(NEXT + 3, 12), 'cannot be'],
    ['with more leaves than there are', bytes.with(NEXT, 1), 'cannot be'],
  ])('%s', (_what, changed, words) => {
    expectThrows(() => usage(changed), 'key-invalid', words);
  });

  it('of a set that is not built is named', () => {
    expectThrows(() => usage(bytes.with(1411 - 65, 7)), 'not-supported', 'XMSS-SHAKE_10_256');
  });

  it('of the other scheme', () => {
    const key = xmssKey('xmss-10', bytes);
    expectThrows(() => xmssMtScheme.state!.usage(key), 'key-invalid', 'one of xmss');
    const claimed = { algorithm: 'xmssmt', bytes } as const;
    expectThrows(() => xmssMtScheme.state!.usage(claimed), 'key-invalid', 'fits no set');
  });

  it.each([
    ['whose index was put back', bytes.with(3, 32)],
    ['whose index was put forward', bytes.with(3, 34)],
    ['with the path of another', bytes.with(AUTH, bytes[AUTH]! ^ 1)],
    ['with another secret', bytes.with(4, bytes[4]! ^ 1)],
  ])('%s signs nothing and stores nothing', async (_what, changed) => {
    let stored = false;
    const signing = xmssScheme.sign(xmssKey('xmss-10', changed), digest, {
      rng,
      persistState: async () => {
        stored = true;
      },
    });
    await expectRejects(signing, 'key-invalid', 'does not fit index');
    expect(stored).toBe(false);
  });
});
