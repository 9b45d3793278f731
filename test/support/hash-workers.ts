/** Hashing workers that live in this thread, watched, and breakable. */
import type {
  FromHashWorker,
  HashWorkerPort,
  ToHashWorker,
} from '../../src/workers/hashing/protocol.ts';
import { createLocalWorker } from '../../src/workers/hashing/local-worker.ts';

export interface WatchedWorker {
  readonly sent: ToHashWorker['type'][];
  readonly received: FromHashWorker[];
  terminated: boolean;
  /** As when a worker's script fails: nothing comes from it any more. */
  crash(reason: string): void;
}

export interface WatchedWorkers {
  readonly workers: WatchedWorker[];
  create(): HashWorkerPort;
}

/** `onSent` hears of every message before the worker gets it. */
export function watchedWorkers(
  onSent: (worker: WatchedWorker, message: ToHashWorker) => void = () => undefined,
): WatchedWorkers {
  const workers: WatchedWorker[] = [];
  return {
    workers,
    create() {
      const port = createLocalWorker(setImmediate);
      let fail: ((reason: string) => void) | undefined;
      const worker: WatchedWorker = {
        sent: [],
        received: [],
        terminated: false,
        crash(reason) {
          port.terminate();
          fail?.(reason);
        },
      };
      workers.push(worker);
      return {
        postMessage(message) {
          worker.sent.push(message.type);
          onSent(worker, message);
          port.postMessage(message);
        },
        onMessage(listener) {
          port.onMessage((message) => {
            worker.received.push(message);
            listener(message);
          });
        },
        onError(listener) {
          fail = listener;
        },
        terminate() {
          worker.terminated = true;
          port.terminate();
        },
      };
    },
  };
}
