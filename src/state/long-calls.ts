/** Calls of a store that may take long: they tell how far they are, and the person can end them. */
import type { CryptoProgress } from '../core/crypto/index.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import { perform, type Activity } from './activity.ts';

/** What a long call is handed to say how far it is and to hear that it shall end. */
export interface LongCallHandle {
  readonly signal: Canceller['signal'];
  readonly onProgress: (progress: CryptoProgress) => void;
}

export interface LongCalls {
  /** As `perform`; the progress is undefined again when it has ended, however it ended. */
  run(what: string, work: (call: LongCallHandle) => Promise<void>): Promise<void>;
  /** Ends the latest call that runs. */
  cancel(): void;
}

export function createLongCalls(
  report: (activity: Activity) => void,
  showProgress: (progress: CryptoProgress | undefined) => void,
): LongCalls {
  let canceller: Canceller | undefined;
  return {
    async run(what, work) {
      const own = createCanceller();
      canceller = own;
      await perform(report, what, () => work({ signal: own.signal, onProgress: showProgress }));
      if (canceller === own) canceller = undefined;
      showProgress(undefined);
    },
    cancel() {
      canceller?.cancel();
    },
  };
}
