/** A worker that owns a hash pool, as the keyring does. */
import { createKeyringHasher } from '../../src/workers/hashing/browser-pool.ts';
import type { HashPool } from '../../src/workers/hashing/pool.ts';
import { plainRates, runJob } from './jobs.ts';
import type { CancelTimes, OwnerRequest } from './page.ts';

let pool: HashPool | undefined;

async function answer({ workers, job }: OwnerRequest): Promise<unknown> {
  pool ??= createKeyringHasher(workers);
  if (job === 'plain') return plainRates();
  if (job === 'warm') return pool.warm();
  if (job === 'cancel') return cancelTimes(pool);
  await runJob(job, pool);
  return undefined;
}

addEventListener('message', ({ data }: MessageEvent<OwnerRequest>) => {
  void answer(data).then((result) => {
    postMessage(result);
  });
});

const CANCEL_AFTER_MS = 100;

/** How long a cancelled key goes on: until it is rejected, and until the workers do other work. */
async function cancelTimes(hasher: HashPool): Promise<CancelTimes> {
  const controller = new AbortController();
  let cancelledMs = 0;
  setTimeout(() => {
    cancelledMs = performance.now();
    controller.abort();
  }, CANCEL_AFTER_MS);
  await runJob('lms-l1h10w8', hasher, controller.signal).catch(() => undefined);
  const rejected = performance.now() - cancelledMs;
  await runJob('lms-l2h5w8-both-trees', hasher);
  const freeForSmallJob = performance.now() - cancelledMs;
  return { rejected, freeForSmallJob };
}
