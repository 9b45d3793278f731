/** The pool over workers in this thread: scheduling, progress, cancelling, crashes, wiping. */
import { afterEach, describe, expect, it } from 'vitest';
import { createCanceller, type LmsTree, type XmssTree } from '../../../../src/core/ports/index.ts';
import { createHashPool, type HashPool } from '../../../../src/workers/hashing/pool.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { engineModule } from '../../../support/hash-engine.ts';
import { watchedWorkers, type WatchedWorkers } from '../../../support/hash-workers.ts';
import { referenceLms, referenceXmss } from '../../../support/reference-trees.ts';

const lmsTree: LmsTree = {
  identifier: new Uint8Array(16).fill(5),
  seed: new Uint8Array(32).fill(77),
  height: 10,
  winternitz: 4,
};
const xmssTree: XmssTree = {
  secretSeed: new Uint8Array(32).fill(9),
  publicSeed: new Uint8Array(32).fill(10),
  layer: 1,
  tree: 2n,
  height: 10,
};
/** 35,486 compressions. */
const small = { firstLeaf: 64, height: 5 };
/** 1,135,614 compressions. */
const large = { firstLeaf: 0, height: 10 };

const pools: HashPool[] = [];

function poolOf(
  workers: WatchedWorkers,
  size = 3,
  compileModule: () => Promise<WebAssembly.Module | undefined> = () =>
    Promise.resolve(engineModule),
): HashPool {
  const pool = createHashPool({
    createWorker: workers.create,
    size,
    compileModule,
  });
  pools.push(pool);
  return pool;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

describe('hash pool', () => {
  it('puts together what its workers hash', async () => {
    const pool = poolOf(watchedWorkers());
    void pool.warm();
    const [lms, xmss] = await Promise.all([
      pool.lmsSubtree(lmsTree, small),
      pool.xmssSubtree(xmssTree, { firstLeaf: 96, height: 3 }),
    ]);
    expect(Buffer.from(lms)).toEqual(referenceLms(lmsTree, small));
    expect(Buffer.from(xmss)).toEqual(referenceXmss(xmssTree, { firstLeaf: 96, height: 3 }));
  });

  it('gives a cold small job one worker and a large one all of them', async () => {
    const workers = watchedWorkers();
    const pool = poolOf(workers);
    await pool.lmsSubtree(lmsTree, small);
    expect(workers.workers).toHaveLength(1);
    await pool.lmsSubtree(lmsTree, large);
    expect(workers.workers).toHaveLength(3);
    for (const { sent } of workers.workers) expect(sent).toContain('task');
  });

  it('shares a small job among workers that are warm', async () => {
    const workers = watchedWorkers();
    const pool = poolOf(workers, 2);
    await pool.warm();
    await until(() =>
      workers.workers.every(({ received }) => received.some(({ type }) => type === 'warmed')),
    );
    await pool.lmsSubtree(lmsTree, small);
    for (const { sent } of workers.workers) expect(sent).toContain('task');
    expect(pool.compressionsPerSecond()).toBeGreaterThan(1000);
  });

  it.each(['engine', 'plain JavaScript'])('knows its rate when it is warm: %s', async (kind) => {
    const module = kind === 'engine' ? engineModule : undefined;
    const pool = poolOf(watchedWorkers(), 2, () => Promise.resolve(module));
    expect(pool.compressionsPerSecond()).toBeUndefined();
    await pool.warm();
    expect(pool.compressionsPerSecond()).toBeGreaterThan(1000);
    await pool.warm();
  });

  it('ends the wait for warmth when there is work, or no worker', async () => {
    const pool = poolOf(watchedWorkers(), 2);
    const warming = pool.warm();
    await Promise.all([pool.lmsSubtree(lmsTree, small), warming]);
    const dead = watchedWorkers((worker, { type }) => {
      if (type === 'start') setImmediate(worker.crash, 'no script');
    });
    await poolOf(dead, 1).warm();
  });

  it('reports work that never goes back and ends with the exact count', async () => {
    const workers = watchedWorkers();
    const seen: { done: number; total: number }[] = [];
    await poolOf(workers).lmsSubtree(lmsTree, large, {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toEqual({ done: 1_135_614, total: 1_135_614 });
    for (const [i, { done }] of seen.entries()) {
      expect(done).toBeGreaterThanOrEqual(seen[i - 1]?.done ?? 0);
    }
    const counted = workers.workers
      .flatMap(({ received }) => received)
      .reduce((sum, message) => sum + (message.type === 'done' ? message.compressions : 0), 0);
    expect(counted).toBe(1_135_614);
  });

  it('stops handing out tasks when the job is cancelled, and wipes', async () => {
    const workers = watchedWorkers();
    const pool = poolOf(workers, 2);
    const canceller = createCanceller();
    const job = pool.lmsSubtree(lmsTree, large, {
      signal: canceller.signal,
      onProgress: () => {
        canceller.cancel();
      },
    });
    await expectRejects(job, 'cancelled');
    const tasks = (): number =>
      workers.workers.flatMap(({ sent }) => sent).filter((type) => type === 'task').length;
    const atCancel = tasks();
    await until(() => workers.workers.every(({ sent }) => sent.at(-1) === 'end'));
    for (let i = 0; i < 20; i++) await turn();
    expect(tasks()).toBe(atCancel);
    expect(atCancel).toBeLessThan(8);
    const again = await pool.lmsSubtree(lmsTree, small);
    expect(Buffer.from(again)).toEqual(referenceLms(lmsTree, small));
    expect(workers.workers).toHaveLength(2);
  });

  it('does not begin what is cancelled already', async () => {
    const workers = watchedWorkers();
    const { signal, cancel } = createCanceller();
    cancel();
    await expectRejects(poolOf(workers).lmsSubtree(lmsTree, small, { signal }), 'cancelled');
    expect(workers.workers).toHaveLength(0);
  });

  it('cancels one job and leaves the other', async () => {
    const pool = poolOf(watchedWorkers(), 2);
    const canceller = createCanceller();
    const kept = pool.lmsSubtree(lmsTree, { firstLeaf: 0, height: 7 });
    const stopped = pool.xmssSubtree(xmssTree, large, { signal: canceller.signal });
    await turn();
    canceller.cancel();
    await expectRejects(stopped, 'cancelled');
    const part = { firstLeaf: 0, height: 7 };
    expect(Buffer.from(await kept)).toEqual(referenceLms(lmsTree, part));
  });

  it('ends the tree on every worker that began it', async () => {
    const workers = watchedWorkers();
    await poolOf(workers, 2).lmsSubtree(lmsTree, large);
    for (const { sent } of workers.workers) {
      expect(sent.filter((type) => type === 'end')).toHaveLength(
        sent.filter((type) => type === 'begin').length,
      );
    }
  });

  it('keeps no hold of the secrets it was given', async () => {
    const seed = lmsTree.seed.slice();
    const job = poolOf(watchedWorkers()).lmsSubtree({ ...lmsTree, seed }, small);
    seed.fill(0);
    expect(Buffer.from(await job)).toEqual(referenceLms(lmsTree, small));
    expect(lmsTree.seed).toEqual(new Uint8Array(32).fill(77));
  });

  it('fails the job of a worker that crashes and goes on with a new one', async () => {
    let tasks = 0;
    const workers = watchedWorkers((worker, { type }) => {
      if (type === 'task' && ++tasks === 5) setImmediate(worker.crash, 'out of memory');
    });
    const pool = poolOf(workers, 2);
    await expectRejects(pool.lmsSubtree(lmsTree, large), 'internal', 'out of memory');
    await pool.lmsSubtree(lmsTree, large);
    expect(workers.workers).toHaveLength(3);
    expect(workers.workers.filter(({ terminated }) => terminated)).toHaveLength(1);
  });

  it('fails what waits for workers that do not start', async () => {
    const workers = watchedWorkers((worker, { type }) => {
      if (type === 'start') setImmediate(worker.crash, 'no script');
    });
    const pool = poolOf(workers, 2);
    await expectRejects(pool.lmsSubtree(lmsTree, large), 'internal');
    await expectRejects(pool.lmsSubtree(lmsTree, small), 'internal');
  });

  it('hashes in plain JavaScript where WebAssembly is refused, with the same nodes', async () => {
    const workers = watchedWorkers();
    const pool = poolOf(workers, 2, () => Promise.resolve(undefined));
    const seen: number[] = [];
    const part = { firstLeaf: 8, height: 3 };
    const nodes = await pool.xmssSubtree(xmssTree, part, {
      onProgress: ({ done }) => seen.push(done),
    });
    expect(Buffer.from(nodes)).toEqual(referenceXmss(xmssTree, part));
    expect(Buffer.from(await pool.lmsSubtree(lmsTree, small))).toEqual(
      referenceLms(lmsTree, small),
    );
    expect(seen.at(-1)).toBe(8 * 4550 + 7 * 6);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it.each([
    { firstLeaf: 1, height: 1 },
    { firstLeaf: 0, height: 11 },
    { firstLeaf: 1024, height: 0 },
    { firstLeaf: -4, height: 2 },
    { firstLeaf: 0.5, height: 0 },
  ])('refuses a part that the tree does not have: $height at $firstLeaf', async (part) => {
    await expectRejects(poolOf(watchedWorkers()).lmsSubtree(lmsTree, part), 'invalid-argument');
  });

  it('cancels what runs when it is closed', async () => {
    const workers = watchedWorkers();
    const pool = poolOf(workers, 2);
    const job = pool.lmsSubtree(lmsTree, large);
    await until(() => workers.workers.some(({ sent }) => sent.includes('task')));
    pool.close();
    await expectRejects(job, 'cancelled');
    expect(workers.workers.every(({ terminated }) => terminated)).toBe(true);
  });
});
