/** Roots of wolfBoot's own LMS and XMSS keys, rebuilt from the seeds in its key files by the hash pool. */
import { afterAll, describe, expect, it } from 'vitest';
import type { LmsTree } from '../../../src/core/ports/index.ts';
import { createHashPool } from '../../../src/workers/hashing/pool.ts';
import { engineModule } from '../../support/hash-engine.ts';
import { watchedWorkers } from '../../support/hash-workers.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

const pool = createHashPool({
  createWorker: watchedWorkers().create,
  size: 2,
  compileModule: () => Promise.resolve(engineModule),
});
afterAll(() => {
  pool.close();
});

const rootOf = (nodes: Uint8Array): Uint8Array => nodes.subarray(-32);

describe('hash pool', () => {
  it.each([
    { key: 'lms-l1h5w2', height: 5, winternitz: 2 },
    { key: 'lms-l1h5w4', height: 5, winternitz: 4 },
    { key: 'lms-l1h5w8', height: 5, winternitz: 8 },
    { key: 'lms-l2h5w8', height: 5, winternitz: 8 },
    { key: 'lms-l2h5w4', height: 5, winternitz: 4 },
    { key: 'lms-l1h10w8', height: 10, winternitz: 8 },
  ] as const)('rebuilds the root of $key', async ({ key, height, winternitz }) => {
    // q (8), parameters (8), SEED (32), I (16), public key (60) with the root at its end.
    const file = vectorFile(`keys/${key}/priv.der`);
    const tree: LmsTree = {
      identifier: file.slice(48, 64),
      seed: file.slice(16, 48),
      height,
      winternitz,
    };
    const nodes = await pool.lmsSubtree(tree, { firstLeaf: 0, height });
    expect(nodes).toHaveLength((2 ** (height + 1) - 1) * 32);
    expect(rootOf(nodes)).toEqual(file.slice(-32));
  });

  it.each([
    { key: 'xmss-10', indexBytes: 4, layer: 0 },
    { key: 'xmssmt-20-2', indexBytes: 3, layer: 1 },
  ])('rebuilds the root of $key', async ({ key, indexBytes, layer }) => {
    // idx, SK_SEED (32), SK_PRF (32), root (32), PUB_SEED (32), traversal state.
    const file = vectorFile(`keys/${key}/priv.der`).subarray(indexBytes);
    const tree = {
      secretSeed: file.slice(0, 32),
      publicSeed: file.slice(96, 128),
      layer,
      tree: 0n,
      height: 10,
    };
    const nodes = await pool.xmssSubtree(tree, { firstLeaf: 0, height: 10 });
    expect(rootOf(nodes)).toEqual(file.slice(64, 96));
  });
});
