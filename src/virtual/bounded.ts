/** One wait with a time-out and a cancel signal, as every transfer of a pipe needs it. */
import { AppError } from '../core/errors.ts';
import { throwIfCancelled, type TransferOptions } from '../core/ports/index.ts';
import type { SimClock } from './sim-clock.ts';

export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: AppError) => void;
}

/**
 * Calls `start` at once and settles as it says; or with what `onTimeout` says when `timeoutMs` have
 * passed, or rejects with `cancelled`. `start` returns what is to be undone; that happens in the very
 * moment of settling, so that nothing is handed to somebody who has already left. `start` itself
 * never settles before it returns.
 */
export async function bounded<T>(
  clock: SimClock,
  options: TransferOptions,
  onTimeout: (settle: Settle<T>) => void,
  start: (settle: Settle<T>) => () => void,
): Promise<T> {
  throwIfCancelled(options.signal);
  return new Promise<T>((resolve, reject) => {
    let settled = false;
    const undoings: (() => void)[] = [];
    const once = (outcome: () => void): void => {
      if (settled) return;
      settled = true;
      for (const undo of undoings) undo();
      outcome();
    };
    const settle: Settle<T> = {
      resolve: (value) => {
        once(() => {
          resolve(value);
        });
      },
      reject: (error) => {
        once(() => {
          reject(error);
        });
      },
    };
    const onAbort = (): void => {
      settle.reject(new AppError('cancelled', 'cancelled'));
    };
    options.signal?.addEventListener('abort', onAbort);
    undoings.push(() => {
      options.signal?.removeEventListener('abort', onAbort);
    });
    undoings.push(
      clock.schedule(options.timeoutMs, () => {
        onTimeout(settle);
      }),
    );
    undoings.push(start(settle));
  });
}

export function deadlineExceeded(what: string, timeoutMs: number): AppError {
  return new AppError('deadline-exceeded', `${what}: no result after ${timeoutMs} ms`, {
    context: { step: what, timeoutMs },
  });
}
