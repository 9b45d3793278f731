/** LMS and HSS of every width and several levels: what signs verifies, and nothing else does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../../src/core/bytes/index.ts';
import type { LmsParameters } from '../../../../src/core/crypto/index.ts';
import { lmsScheme, lmsSubtreePlain } from '../../../../src/core/crypto/lms/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { mapCache } from '../../../support/map-cache.ts';

const state = lmsScheme.state!;
const persistState = () => Promise.resolve();

const parameters: fc.Arbitrary<LmsParameters> = fc.record({
  levels: fc.integer({ min: 1, max: 3 }),
  height: fc.constant(5),
  winternitz: fc.constantFrom(1, 2, 4, 8),
});

const bytes = (length: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));

describe('LMS', () => {
  it('signs at any index, and any changed byte is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        parameters,
        fc.string({ minLength: 1 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
          minLength: 5,
          maxLength: 5,
        }),
        async (lms, seed, text, place, changes) => {
          const rng = seededRng(seed);
          const message = new Uint8Array(text);
          const trees = mapCache();
          const pair = await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, trees });
          const { capacity } = state.usage(pair.privateKey);
          const index = BigInt(Math.floor(place * (Number(capacity) - 1)));
          const at = await state.advanceTo(pair.privateKey, index);
          const call = { rng, trees, persistState };
          const { signature, consumedIndex } = await lmsScheme.sign(at, message, call);
          expect(consumedIndex).toBe(index);
          expect(await lmsScheme.verify(pair.publicKey, message, signature)).toBe(true);
          for (const [position, mask] of changes) {
            const wrong = signature.slice();
            wrong[position % wrong.length]! ^= mask;
            expect(await lmsScheme.verify(pair.publicKey, message, wrong)).toBe(false);
          }
          expect(await lmsScheme.derivePublicKey(at)).toEqual(pair.publicKey);
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('a tree of parts is the whole tree', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes(16),
        bytes(32),
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 0, max: 4 }),
        async (identifier, seed, winternitz, height) => {
          const tree = { identifier, seed, height: 5, winternitz } as const;
          const whole = await lmsSubtreePlain(tree, { firstLeaf: 0, height: 5 });
          const parts = 2 ** (5 - height);
          const rootsAt = 64 - 2 * parts;
          for (const index of [0, parts - 1]) {
            const firstLeaf = index * 2 ** height;
            const part = await lmsSubtreePlain(tree, { firstLeaf, height });
            const node = whole.slice(32 * (rootsAt + index), 32 * (rootsAt + index + 1));
            expect(equalBytes(part.slice(-32), node)).toBe(true);
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});
