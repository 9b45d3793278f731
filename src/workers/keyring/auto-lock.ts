/** Locks the vault when no key was used for a while; time that the computer slept counts too. */
import { createCanceller, type Canceller, type Clock } from '../../core/ports/index.ts';

export interface AutoLock {
  /** A key is used: the time starts anew. `minutes` undefined: there is nothing to lock. */
  touch(minutes: number | undefined): void;
  /** Whether the time is over although no timer told so, as after the computer slept. */
  isOver(): boolean;
  stop(): void;
}

const MINUTE_MS = 60_000;

export function createAutoLock(clock: Clock, onTime: () => void): AutoLock {
  let timer: Canceller | undefined;
  let endsAtMs = Infinity;
  const stop = (): void => {
    timer?.cancel();
    timer = undefined;
    endsAtMs = Infinity;
  };
  return {
    touch(minutes) {
      stop();
      if (minutes === undefined) return;
      const own = createCanceller();
      timer = own;
      endsAtMs = clock.wallMs() + minutes * MINUTE_MS;
      clock.sleep(minutes * MINUTE_MS, own.signal).then(
        () => {
          if (timer === own) onTime();
        },
        () => undefined, // touched again
      );
    },
    isOver: () => clock.wallMs() >= endsAtMs,
    stop,
  };
}
