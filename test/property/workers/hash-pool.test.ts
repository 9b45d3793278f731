/** Any part of any tree on any number of workers: what plain JavaScript gives, after exactly so much work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainTreeHasher } from '../../../src/core/crypto/plain-tree-hasher.ts';
import type { SubtreePart, TreeProgress } from '../../../src/core/ports/index.ts';
import { partCompressions, type HashTree } from '../../../src/workers/hashing/hash-tree.ts';
import { createHashPool } from '../../../src/workers/hashing/pool.ts';
import { engineModule } from '../../support/hash-engine.ts';
import { watchedWorkers } from '../../support/hash-workers.ts';

const RUNS = 25;
const MOST_PART_HEIGHT = 5;

const secret = (lengthBytes: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes });

const lmsJob: fc.Arbitrary<HashTree> = fc.record({
  kind: fc.constant('lms'),
  tree: fc.record({
    identifier: secret(16),
    seed: secret(32),
    height: fc.constantFrom(5, 10, 15, 20, 25),
    winternitz: fc.constantFrom(1, 2, 4),
  }),
});

const xmssJob: fc.Arbitrary<HashTree> = fc.record({
  kind: fc.constant('xmss'),
  tree: fc.record({
    secretSeed: secret(32),
    publicSeed: secret(32),
    layer: fc.nat(11),
    tree: fc.bigInt({ min: 0n, max: 2n ** 60n - 1n }),
    height: fc.constantFrom(5, 10, 16, 20),
  }),
});

function partOf({ tree }: HashTree, height: number, place: number): SubtreePart {
  const parts = 2 ** (tree.height - height);
  return { firstLeaf: Math.floor(place * parts) * 2 ** height, height };
}

describe('hash pool', () => {
  it.each([
    { kind: 'lms', jobs: lmsJob },
    { kind: 'xmss', jobs: xmssJob },
  ])('agrees with plain JavaScript on $kind', async ({ jobs }) => {
    await fc.assert(
      fc.asyncProperty(
        jobs,
        fc.nat(MOST_PART_HEIGHT),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        async (job, height, place, size) => {
          const part = partOf(job, height, place);
          const pool = createHashPool({
            createWorker: watchedWorkers().create,
            size,
            compileModule: () => Promise.resolve(engineModule),
          });
          void pool.warm();
          let last: TreeProgress | undefined;
          const call = {
            onProgress: (progress: TreeProgress): void => {
              last = progress;
            },
          };
          try {
            const [nodes, plain] =
              job.kind === 'lms'
                ? await Promise.all([
                    pool.lmsSubtree(job.tree, part, call),
                    plainTreeHasher.lmsSubtree(job.tree, part),
                  ])
                : await Promise.all([
                    pool.xmssSubtree(job.tree, part, call),
                    plainTreeHasher.xmssSubtree(job.tree, part),
                  ]);
            expect(nodes).toEqual(plain);
            const total = partCompressions(job, height);
            expect(last).toEqual({ done: total, total });
          } finally {
            pool.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
