/** Two reasons to stop as one. */
import type { CancelSignal } from '../ports/index.ts';

/** Raised when either is. */
export function joinSignals(
  a: CancelSignal | undefined,
  b: CancelSignal | undefined,
): CancelSignal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    get aborted() {
      return a.aborted || b.aborted;
    },
    addEventListener: (type, listener) => {
      a.addEventListener(type, listener);
      b.addEventListener(type, listener);
    },
    removeEventListener: (type, listener) => {
      a.removeEventListener(type, listener);
      b.removeEventListener(type, listener);
    },
  };
}
