/**
 * Calls that use keys, as far as the lock is concerned: none begins while the vault is locked, what
 * runs can be stopped, and nothing is wiped under the hands of what still runs.
 */
import { AppError } from '../../core/errors.ts';
import { createCanceller, type Canceller } from '../../core/ports/index.ts';
import type { KeyCall } from './protocol.ts';

export interface Work {
  /** Runs `task`; its call is cancelled by the caller or by `stop`. */
  run<T>(call: KeyCall | undefined, task: (call: KeyCall) => Promise<T>): Promise<T>;
  /** Runs `task` whether the vault is locked or not; `stop` waits for it. It is no use of a key. */
  hold<T>(task: () => Promise<T>): Promise<T>;
  readonly busy: boolean;
  /** Cancels what runs, waits for its end, then does `last`; meanwhile nothing begins. */
  stop(last: () => void): Promise<void>;
}

/** `admit` throws when no call may begin; `onEnd` follows every call. */
export function createWork(admit: () => Promise<void>, onEnd: () => void): Work {
  const running = new Map<Canceller, Promise<unknown>>();
  let stopping = false;

  const refuseStopping = (): void => {
    if (stopping) throw new AppError('vault-locked', 'the vault is being locked');
  };
  const enter = async (): Promise<void> => {
    refuseStopping();
    await admit();
  };

  return {
    get busy() {
      return running.size > 0;
    },

    async run(call, task) {
      const canceller = createCanceller();
      const forward = (): void => {
        canceller.cancel();
      };
      if (call?.signal?.aborted) forward();
      call?.signal?.addEventListener('abort', forward);
      const job = enter().then(() =>
        task({ signal: canceller.signal, onProgress: call?.onProgress }),
      );
      running.set(canceller, job);
      try {
        return await job;
      } finally {
        call?.signal?.removeEventListener('abort', forward);
        running.delete(canceller);
        onEnd();
      }
    },

    async hold(task) {
      refuseStopping();
      const canceller = createCanceller();
      const job = task();
      running.set(canceller, job);
      try {
        return await job;
      } finally {
        running.delete(canceller);
      }
    },

    async stop(last) {
      stopping = true;
      try {
        for (const canceller of running.keys()) canceller.cancel();
        await Promise.allSettled(running.values());
        last();
      } finally {
        stopping = false;
      }
    },
  };
}
