/** A worker that owns a hash pool, as the keyring does. */
import { createKeyringHasher } from '../../src/workers/hashing/browser-pool.ts';
import type { HashPool } from '../../src/workers/hashing/pool.ts';
import { plainRates, runJob } from './jobs.ts';
import type { OwnerRequest } from './page.ts';

let pool: HashPool | undefined;

async function answer({ workers, job }: OwnerRequest): Promise<unknown> {
  pool ??= createKeyringHasher(workers);
  if (job === 'plain') return plainRates();
  if (job === 'warm') return pool.warm();
  await runJob(job, pool);
  return undefined;
}

addEventListener('message', ({ data }: MessageEvent<OwnerRequest>) => {
  void answer(data).then((result) => {
    postMessage(result);
  });
});
