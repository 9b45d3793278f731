/**
 * Delta patches as the page asks for them: each direction in a worker of its own. A worker makes one
 * patch and is ended, with everything it held; cancelling ends it at once, whatever it is doing.
 */
import { AppError } from '../../core/errors.ts';
import { throwIfCancelled, type CancelSignal } from '../../core/ports/index.ts';
import type { PatchProgress } from '../../core/wolfboot/index.ts';
import type { DeltaMaker, PatchJob, PatchReply, PatchWorkerPort } from './protocol.ts';

export function createDeltaMaker(createWorker: () => PatchWorkerPort): DeltaMaker {
  return {
    async makePatches(base, target, sectorSizeBytes, { signal, onProgress } = {}) {
      const total = base.length + target.length;
      const done = [0, 0];
      const report =
        (direction: 0 | 1) =>
        (progress: PatchProgress): void => {
          done[direction] = progress.done;
          onProgress?.({ done: (done[0] ?? 0) + (done[1] ?? 0), total });
        };
      throwIfCancelled(signal);
      const running = [
        startPatch(createWorker, { base, target, sectorSizeBytes }, signal, report(0)),
        startPatch(
          createWorker,
          { base: target, target: base, sectorSizeBytes },
          signal,
          report(1),
        ),
      ] as const;
      try {
        const [forward, inverse] = await Promise.all(running.map(({ patch }) => patch));
        if (!forward || !inverse) throw new AppError('internal', 'a patch got lost');
        return { forward, inverse };
      } finally {
        for (const { stop } of running) stop();
      }
    },
  };
}

/** The browser's workers. */
export function createBrowserDeltaMaker(): DeltaMaker {
  return createDeltaMaker(() => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    return {
      postMessage: (job) => {
        worker.postMessage(job);
      },
      onMessage: (listener) => {
        worker.addEventListener('message', ({ data }: MessageEvent<PatchReply>) => {
          listener(data);
        });
      },
      onError: (listener) => {
        worker.addEventListener('error', ({ message }) => {
          listener(message);
        });
      },
      terminate: () => {
        worker.terminate();
      },
    };
  });
}

interface RunningPatch {
  readonly patch: Promise<Uint8Array>;
  /** Ends the worker; a patch that is not made yet never comes. */
  stop(): void;
}

function startPatch(
  createWorker: () => PatchWorkerPort,
  job: PatchJob,
  signal: CancelSignal | undefined,
  report: (progress: PatchProgress) => void,
): RunningPatch {
  const port = createWorker();
  let stop = (): void => undefined;
  const patch = new Promise<Uint8Array>((resolve, reject) => {
    const cancel = (): void => {
      stop();
      reject(new AppError('cancelled', 'cancelled'));
    };
    stop = () => {
      signal?.removeEventListener('abort', cancel);
      port.terminate();
    };
    signal?.addEventListener('abort', cancel);
    port.onMessage((reply) => {
      if ('progress' in reply) report(reply.progress);
      else if ('patch' in reply) resolve(reply.patch);
      else reject(revive(reply.failure));
    });
    port.onError((reason) => {
      reject(new AppError('internal', `a patch worker failed: ${reason}`, { context: { reason } }));
    });
    port.postMessage(job);
  });
  return {
    patch,
    stop: () => {
      stop();
    },
  };
}

function revive({ code, message, context }: Extract<PatchReply, { failure: unknown }>['failure']) {
  return new AppError(code, message, { context });
}
