/** Time, as the core sees it. */
import { AppError, type ErrorCode } from '../errors.ts';
import { throwIfCancelled, type CancelSignal } from './cancel.ts';

export interface Clock {
  /** Milliseconds from an arbitrary start; never goes back. */
  nowMs(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z, for records. */
  wallMs(): number;
  /** Rejects with `cancelled` when the signal is raised before or while it waits. */
  sleep(durationMs: number, signal?: CancelSignal): Promise<void>;
}

/** A timer that fires later than this shows that the host was held up: a hidden tab, a computer that slept. */
const HELD_UP_MS = 250;
/** For what has come meanwhile and stands behind the timer in the host's queue. */
const GRACE_MS = 250;

/**
 * Waits for `work`, but not longer than `timeoutMs`: then rejects with `code`. Time is told by the clock, not
 * by the timer: one that fires late gives the work a moment more, for its result may already be waiting.
 * The work itself is told to stop through its own signal, which is raised on time-out and on cancel.
 */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (signal: CancelSignal) => Promise<T>,
  options: { readonly signal?: CancelSignal | undefined; readonly code?: ErrorCode } = {},
): Promise<T> {
  throwIfCancelled(options.signal);
  const inner = createCanceller();
  const timer = createCanceller();
  const forward = (): void => {
    inner.cancel();
    timer.cancel();
  };
  options.signal?.addEventListener('abort', forward);
  const startedMs = clock.nowMs();
  try {
    return await new Promise<T>((resolve, reject) => {
      work(inner.signal).then(resolve, reject);
      sleepInFull(clock, timeoutMs, timer.signal).then(
        () => {
          const waitedMs = Math.round(clock.nowMs() - startedMs);
          reject(
            new AppError(
              options.code ?? 'deadline-exceeded',
              `${what}: no result after ${waitedMs} ms`,
              {
                context: { step: what, timeoutMs },
              },
            ),
          );
          inner.cancel();
        },
        () => {
          if (options.signal?.aborted) reject(new AppError('cancelled', 'cancelled'));
        },
      );
    });
  } finally {
    options.signal?.removeEventListener('abort', forward);
    timer.cancel();
  }
}

async function sleepInFull(clock: Clock, durationMs: number, signal: CancelSignal): Promise<void> {
  const dueMs = clock.nowMs() + durationMs;
  await clock.sleep(durationMs, signal);
  if (clock.nowMs() - dueMs > HELD_UP_MS) await clock.sleep(GRACE_MS, signal);
}

export interface Canceller {
  readonly signal: CancelSignal;
  cancel(): void;
}

/** A signal of our own, for code that has no AbortController. */
export function createCanceller(): Canceller {
  const listeners = new Set<() => void>();
  let aborted = false;
  return {
    signal: {
      get aborted() {
        return aborted;
      },
      addEventListener: (_type, listener) => {
        listeners.add(listener);
      },
      removeEventListener: (_type, listener) => {
        listeners.delete(listener);
      },
    },
    cancel: () => {
      if (aborted) return;
      aborted = true;
      for (const listener of [...listeners]) listener();
      listeners.clear();
    },
  };
}
