/** Whatever the way to an index, the signatures from there on are the same. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivateKey } from '../../../../src/core/crypto/index.ts';
import { buildKeyFile, parseKeyFile } from '../../../../src/core/crypto/xmss/key-file.ts';
import { placeKey } from '../../../../src/core/crypto/xmss/key-state.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { smallXmss, smallXmssSets } from '../../../support/xmss-vectors.ts';

const rng = seededRng('XMSS properties');
const digest = rng.bytes(32);
const RUNS = { numRuns: 6 } as const;

const sets = smallXmssSets.filter(({ height }) => height <= 6);

describe.each(sets)('$name', (set) => {
  const { scheme, spec } = smallXmss(set);
  const { advanceTo } = scheme.state!;
  const last = 2 ** set.height - 2;
  const index = fc.integer({ min: 0, max: last });
  let fresh: PrivateKey;
  let publicKey: Uint8Array;

  beforeAll(async () => {
    const pair = await scheme.generate(spec, { rng });
    fresh = pair.privateKey;
    publicKey = pair.publicKey;
  });

  it('two walks are one walk', async () => {
    await fc.assert(
      fc.asyncProperty(index, index, async (a, b) => {
        const [first, second] = a < b ? [a, b] : [b, a];
        const middle = await advanceTo(fresh, BigInt(first));
        const direct = await advanceTo(fresh, BigInt(second));
        expect(await advanceTo(middle, BigInt(second))).toEqual(direct);
      }),
      RUNS,
    );
  });

  it('a key placed at an index signs as one that walked there, now and later', async () => {
    await fc.assert(
      fc.asyncProperty(index, fc.integer({ min: 0, max: 5 }), async (at, further) => {
        const file = parseKeyFile(fresh, set.algorithm, smallXmssSets);
        const bytes = buildKeyFile(await placeKey(file, BigInt(at), {}));
        const target = BigInt(Math.min(at + further, last));
        const placed = await advanceTo({ algorithm: set.algorithm, bytes }, target);
        const walked = await advanceTo(fresh, target);
        const signed = await scheme.sign(placed, digest, { rng });
        expect(signed).toEqual(await scheme.sign(walked, digest, { rng }));
        expect(await scheme.verify(publicKey, digest, signed.signature)).toBe(true);
      }),
      RUNS,
    );
  });

  it('no changed signature is good', async () => {
    const { signature } = await scheme.sign(await advanceTo(fresh, 3n), digest, { rng });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: signature.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = signature.with(at, signature[at]! ^ flip);
          expect(await scheme.verify(publicKey, digest, changed)).toBe(false);
        },
      ),
      { numRuns: 20 },
    );
  });
});
