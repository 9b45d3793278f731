/**
 * Cancelling. The core has no DOM types, so this is the part of `AbortSignal` that it needs;
 * every `AbortSignal` is one.
 */
import { AppError } from '../errors.ts';

export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Throws `cancelled` when the signal has been raised. */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'cancelled');
}

/** What a long call takes: a way to stop it and a way to say how far it is. */
export interface LongCall<Progress> {
  readonly signal?: CancelSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
