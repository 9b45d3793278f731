/** Real time: the browser's or Node's. The only place that reads clocks and sets timers. */
import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;
/**
 * Browsers stretch nested timers to 4 ms, and timers of hidden tabs to a second. A sleep shorter than this
 * is waited out in messages to oneself, which are neither: a device that asks for 1 ms between two polls
 * would otherwise wait four times as long, block after block.
 */
const SHORT_SLEEP_MS = 5;

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
          stop();
          reject(cancelled());
        };
        const onEnd = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const short = durationMs > 0 && durationMs < SHORT_SLEEP_MS;
        const stop = short ? waitInMessages(durationMs, onEnd) : waitWithTimer(durationMs, onEnd);
        signal?.addEventListener('abort', onAbort);
      }),
  };
}

/** Calls `onEnd` after `durationMs`; returns what calls it off. */
function waitWithTimer(durationMs: number, onEnd: () => void): () => void {
  const timer = setTimeout(
    () => {
      if (durationMs <= MAX_TIMER_MS) onEnd();
    },
    // Timers hold 31 bits and fire at once when asked for more; a sleep without end needs none.
    Math.min(Math.max(0, durationMs), MAX_TIMER_MS),
  );
  return () => {
    clearTimeout(timer);
  };
}

/** The same to a fraction of a millisecond. Each message lets everything else that waits run first. */
function waitInMessages(durationMs: number, onEnd: () => void): () => void {
  const endMs = performance.now() + durationMs;
  const { port1, port2 } = new MessageChannel();
  const stop = (): void => {
    port1.close();
    port2.close();
  };
  port1.onmessage = () => {
    if (performance.now() < endMs) {
      port2.postMessage(undefined);
      return;
    }
    stop();
    onEnd();
  };
  port2.postMessage(undefined);
  return stop;
}
