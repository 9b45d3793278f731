/** The measured process in Node: does what the bench asks for, one after the other. */
import { createNodeTreeHasher, serveAsHashingThread } from '../../src/cli/tree-hasher.ts';
import type { TreeHasher } from '../../src/core/ports/index.ts';
import { plainRates, runJob, type JobName } from './jobs.ts';

interface Request {
  readonly id: number;
  /** Without a job: the rates of plain JavaScript. */
  readonly job?: JobName;
  readonly threads?: number;
}

const hashers = new Map<number, TreeHasher>();

function hasherOf(threads: number): TreeHasher {
  const hasher = hashers.get(threads) ?? createNodeTreeHasher({ threads });
  hashers.set(threads, hasher);
  return hasher;
}

async function answer({ id, job, threads = 1 }: Request): Promise<void> {
  if (job === undefined) {
    process.send?.({ id, rates: await plainRates() });
    return;
  }
  const hasher = hasherOf(threads);
  const startedCpu = process.cpuUsage();
  const startedMs = performance.now();
  await runJob(job, hasher);
  const milliseconds = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  process.send?.({ id, milliseconds, cpuMilliseconds: (user + system) / 1000 });
}

if (!serveAsHashingThread()) {
  process.on('message', (request: Request) => void answer(request));
}
