/** The measured process in Node. As a thread of it: one patch, as the app's workers make them. */
import { writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { applyPatch } from '../../src/core/wolfboot/index.ts';
import { createDeltaMaker } from '../../src/workers/delta/client.ts';
import type { PatchJob, PatchReply } from '../../src/workers/delta/protocol.ts';
import { servePatch } from '../../src/workers/delta/server.ts';
import { firmwarePair, plainSearchBytes } from './firmware.ts';

interface Request {
  readonly id: number;
  readonly lengthBytes: number;
  readonly seed: number;
  readonly sectorBytes: number;
  /** `files`: writes the pair for programs that read files. */
  readonly work: 'patches' | 'plain-search' | 'files' | 'cancel';
  readonly paths?: readonly [string, string];
}

const CANCEL_AFTER_MS = 300;

const maker = createDeltaMaker(() => {
  const worker = new Worker(new URL(import.meta.url));
  return {
    postMessage: (job) => {
      worker.postMessage(job);
    },
    onMessage: (listener) =>
      worker.on('message', (reply: PatchReply) => {
        listener(reply);
      }),
    onError: (listener) =>
      worker.on('error', (error: Error) => {
        listener(error.message);
      }),
    terminate: () => void worker.terminate(),
  };
});

async function perform({ lengthBytes, seed, sectorBytes, work, paths }: Request) {
  const pair = firmwarePair(lengthBytes, seed);
  const { base, target } = pair;
  if (work === 'files') {
    writeFileSync(paths?.[0] ?? '', base);
    writeFileSync(paths?.[1] ?? '', target);
    return {};
  }
  const startedMs = performance.now();
  if (work === 'plain-search') {
    const forwardBytes = plainSearchBytes(pair, sectorBytes);
    const inverseBytes = plainSearchBytes({ base: target, target: base }, sectorBytes);
    return { milliseconds: performance.now() - startedMs, forwardBytes, inverseBytes };
  }
  if (work === 'cancel') return { milliseconds: await cancelTime(base, target, sectorBytes) };
  const startedCpu = process.cpuUsage();
  const patches = await maker.makePatches(base, target, sectorBytes);
  const milliseconds = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const made = applyPatch(base, patches.forward, sectorBytes, { fileName: 'forward' });
  const back = applyPatch(target, patches.inverse, sectorBytes, { fileName: 'inverse' });
  return {
    milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    forwardBytes: patches.forward.length,
    inverseBytes: patches.inverse.length,
    right: Buffer.compare(made, target) === 0 && Buffer.compare(back, base) === 0,
  };
}

/** From the cancel to the rejection. */
async function cancelTime(base: Uint8Array, target: Uint8Array, sectorBytes: number) {
  const controller = new AbortController();
  let cancelledMs = 0;
  setTimeout(() => {
    cancelledMs = performance.now();
    controller.abort();
  }, CANCEL_AFTER_MS);
  await maker
    .makePatches(base, target, sectorBytes, { signal: controller.signal })
    .catch(() => undefined);
  return performance.now() - cancelledMs;
}

if (isMainThread) {
  process.on('message', (request: Request) => {
    void perform(request).then((answer) => process.send?.({ id: request.id, ...answer }));
  });
} else {
  parentPort?.on('message', (job: PatchJob) => {
    void servePatch(job, (reply, transfer) => {
      parentPort?.postMessage(reply, transfer as ArrayBuffer[]);
    });
  });
}
