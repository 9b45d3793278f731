/** The measured page: from the click to the answer of the worker that owns the pool. */
import type { JobName } from './jobs.ts';

export interface OwnerRequest {
  readonly workers: number;
  readonly job: JobName | 'warm' | 'plain' | 'cancel';
}

/** Milliseconds after the cancel. */
export interface CancelTimes {
  readonly rejected: number;
  readonly freeForSmallJob: number;
}

export interface PageBench {
  /** Milliseconds; the pool is there and warm. */
  warm(job: JobName, workers: number): Promise<number>;
  /** Milliseconds, with the start of all workers and the compilation of the engine. */
  cold(job: JobName, workers: number): Promise<number>;
  cancel(workers: number): Promise<unknown>;
  /** Million compressions a second. */
  plain(): Promise<unknown>;
  /** Milliseconds for one key by WebCrypto, and the longest time this page was blocked. */
  rsa4096(): Promise<{ milliseconds: number; blockedMs: number }>;
}

const SETTLE_MS = 1000;
const TICK_MS = 5;
const owners = new Map<number, Promise<Worker>>();

const startOwner = (): Worker =>
  new Worker(new URL('./owner.ts', import.meta.url), { type: 'module' });

function ask(owner: Worker, request: OwnerRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    owner.addEventListener(
      'message',
      ({ data }) => {
        resolve(data);
      },
      { once: true },
    );
    owner.addEventListener('error', ({ message }) => {
      reject(new Error(message));
    });
    owner.postMessage(request);
  });
}

async function warmOwner(workers: number): Promise<Worker> {
  const owner = startOwner();
  await ask(owner, { workers, job: 'warm' });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return owner;
}

function warmed(workers: number): Promise<Worker> {
  const starting = owners.get(workers) ?? warmOwner(workers);
  owners.set(workers, starting);
  return starting;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

const bench: PageBench = {
  async warm(job, workers) {
    const owner = await warmed(workers);
    return timed(() => ask(owner, { workers, job }));
  },
  cancel: async (workers) => ask(await warmed(workers), { workers, job: 'cancel' }),
  async cold(job, workers) {
    let owner: Worker | undefined;
    const milliseconds = await timed(() => {
      owner = startOwner();
      return ask(owner, { workers, job });
    });
    owner?.terminate();
    return milliseconds;
  },
  plain: () => ask(startOwner(), { workers: 1, job: 'plain' }),
  async rsa4096() {
    let lastMs = performance.now();
    let blockedMs = 0;
    const ticks = setInterval(() => {
      const nowMs = performance.now();
      blockedMs = Math.max(blockedMs, nowMs - lastMs - TICK_MS);
      lastMs = nowMs;
    }, TICK_MS);
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 4096,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: 'SHA-256',
    };
    const milliseconds = await timed(() =>
      crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']),
    );
    clearInterval(ticks);
    return { milliseconds, blockedMs };
  },
};

Object.assign(globalThis, { bench });
