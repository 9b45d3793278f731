/** Real time: the browser's or Node's. The only place that reads clocks and sets timers. */
import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

export function createRealClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    sleep: (durationMs, signal) =>
      new Promise<void>((resolve, reject) => {
        const cancelled = (): AppError => new AppError('cancelled', 'cancelled');
        if (signal?.aborted) {
          reject(cancelled());
          return;
        }
        const onAbort = (): void => {
          clearTimeout(timer);
          reject(cancelled());
        };
        const timer = setTimeout(
          () => {
            if (durationMs > MAX_TIMER_MS) return;
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
          // Timers hold 31 bits and fire at once when asked for more; a sleep without end needs none.
          Math.min(Math.max(0, durationMs), MAX_TIMER_MS),
        );
        signal?.addEventListener('abort', onAbort);
      }),
  };
}
