/** What jobs cost: against table 1 of the performance notes, and against what is really done. */
import { describe, expect, it } from 'vitest';
import {
  generateWork,
  lmsScheme,
  signWork,
  treeCompressions,
} from '../../../../../src/core/crypto/lms/index.ts';
import { digitsOf, signOneTime } from '../../../../../src/core/crypto/lms/one-time.ts';
import { LmsHash, wordsOf } from '../../../../../src/core/crypto/lms/lms-hash.ts';
import { oneTimeSet } from '../../../../../src/core/crypto/lms/parameters.ts';
import { leafCompressions, oneTimeCompressions } from '../../../../../src/core/crypto/lms/work.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { countingLmsHasher } from '../../../../support/counting-hasher.ts';
import { mapCache } from '../../../../support/map-cache.ts';
import { hash } from '../../../../../src/core/crypto/index.ts';

const rng = seededRng('work');
const persistState = () => Promise.resolve();

describe('a leaf and a tree', () => {
  it.each([
    [1, 664, [21_310, 681_982, 21_823_486, 698_351_614]],
    [2, 600, [19_262, 616_446, 19_726_334, 631_242_750]],
    [4, 1_107, [35_486, 1_135_614, 36_339_710, 1_162_870_782]],
    [8, 8_723, [279_198, 8_934_398, 285_900_798, 9_148_825_598]],
  ] as const)('W = %i: %i a leaf', (winternitz, leaf, trees) => {
    expect(leafCompressions(winternitz)).toBe(leaf);
    expect([5, 10, 15, 20].map((height) => treeCompressions(height, winternitz))).toEqual(trees);
  });

  it('costs less than half a per cent more or less than the rounded figures of the table', () => {
    const table: readonly (readonly [1 | 2 | 4 | 8, readonly number[]])[] = [
      [1, [21e3, 682e3, 21.8e6, 698e6]],
      [2, [19e3, 616e3, 19.7e6, 631e6]],
      [4, [35e3, 1.14e6, 36.3e6, 1.16e9]],
      [8, [279e3, 8.93e6, 286e6, 9.15e9]],
    ];
    for (const [winternitz, figures] of table) {
      [5, 10, 15, 20].forEach((height, column) => {
        const ratio = treeCompressions(height, winternitz) / figures[column]!;
        expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
      });
    }
  });
});

describe('a new key', () => {
  it.each([1, 2, 4, 8] as const)(
    'W = %i builds its top tree and nothing else',
    async (winternitz) => {
      const hasher = countingLmsHasher();
      const lms = { levels: 3, height: 5, winternitz } as const;
      await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, hasher });
      expect(hasher.compressions).toBe(generateWork(lms).trees);
      expect(hasher.parts).toEqual([{ firstLeaf: 0, height: 5 }]);
    },
  );

  it('reports every compression, up to the last', async () => {
    const lms = { levels: 1, height: 5, winternitz: 4 } as const;
    const seen: number[] = [];
    const totals = new Set<number>();
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      seen.push(done);
      totals.add(total);
    };
    await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, onProgress });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(35_486);
    expect([...totals]).toEqual([35_486]);
  });

  it('builds a tall tree in pieces of 1024 leaves', async () => {
    const lms = { levels: 1, height: 15, winternitz: 1 } as const;
    const asked: number[] = [];
    let compressions = 0;
    const hasher = {
      ...countingLmsHasher(),
      lmsSubtree: async (
        ...[, part, call]: Parameters<ReturnType<typeof countingLmsHasher>['lmsSubtree']>
      ) => {
        asked.push(part.firstLeaf);
        expect(part.height).toBe(10);
        compressions += treeCompressions(10, 1);
        call?.onProgress?.({ done: treeCompressions(10, 1), total: treeCompressions(10, 1) });
        return new Uint8Array(32 * 2047);
      },
    };
    let last = 0;
    const onProgress = ({ done }: { done: number }) => void (last = done);
    await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, hasher, onProgress });
    expect(asked).toEqual(Array.from({ length: 32 }, (_, index) => index * 1024));
    expect(compressions + 2 * 31).toBe(generateWork(lms).trees);
    expect(last).toBe(generateWork(lms).trees);
  });
});

describe('signing', () => {
  it('hashes no leaf with a warm cache, and one tree at the change of the lowest', async () => {
    const lms = { levels: 2, height: 5, winternitz: 1 } as const;
    const trees = mapCache();
    const pair = await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, trees });
    const costs: number[] = [];
    for (let index = 0n; index < 66n; index++) {
      const hasher = countingLmsHasher();
      const at = await lmsScheme.state!.advanceTo(pair.privateKey, index);
      const message = rng.bytes(32);
      const call = { rng, trees, hasher, persistState };
      const { signature } = await lmsScheme.sign(at, message, call);
      await expect(lmsScheme.verify(pair.publicKey, message, signature)).resolves.toBe(true);
      costs.push(hasher.compressions);
    }
    const change = signWork(lms, 1).trees;
    expect(costs).toEqual(costs.map((_, index) => (index % 32 === 0 ? change : 0)));
    expect(change).toBe(21_310);
  });

  it('rebuilds one tree a level without a cache', async () => {
    const lms = { levels: 3, height: 5, winternitz: 1 } as const;
    const pair = await lmsScheme.generate({ algorithm: 'lms', lms }, { rng });
    const hasher = countingLmsHasher();
    await lmsScheme.sign(pair.privateKey, rng.bytes(32), { rng, hasher, persistState });
    expect(hasher.compressions).toBe(signWork(lms, 3).trees);
  });

  it.each([
    [1, 399],
    [2, 335],
    [4, 572],
    [8, 4_372],
  ] as const)(
    'W = %i: %i for one signature in the mean, and exactly what its digits ask',
    (winternitz, mean) => {
      const lms = { levels: 1, height: 5, winternitz } as const;
      // 0.4 k, 0.3 k, 0.6 k and 4.4 k in the table.
      expect(Math.abs(signWork(lms).oneTime - mean)).toBeLessThanOrEqual(2);
      const set = oneTimeSet(winternitz);
      const identifier = rng.bytes(16);
      const message = rng.bytes(32);
      const counted = new LmsHash(identifier, set);
      const signature = signOneTime(counted, set, wordsOf(rng.bytes(32)), 7, message);
      const digest = hash(
        'sha256',
        identifier,
        Uint8Array.of(0, 0, 0, 7, 0x81, 0x81),
        signature.slice(4, 36),
        message,
      );
      expect(counted.compressions).toBe(oneTimeCompressions(set, digitsOf(digest, set), 32));
    },
  );
});
