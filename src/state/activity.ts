/** What a store is doing. One thing at a time, and a failure stays until the next attempt. */
import { toAppError, type AppError } from '../core/errors.ts';

export type Activity =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly what: string }
  | { readonly kind: 'failed'; readonly what: string; readonly error: AppError };

export const idle: Activity = { kind: 'idle' };

/**
 * Runs `work` and reports it as the activity `what`. Resolves with undefined when it failed: the
 * failure then stands in the activity. The person's own cancel is not a failure.
 */
export async function perform<T>(
  report: (activity: Activity) => void,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  report({ kind: 'busy', what });
  try {
    const result = await work();
    report(idle);
    return result;
  } catch (thrown) {
    const error = toAppError(thrown);
    report(error.code === 'cancelled' ? idle : { kind: 'failed', what, error });
    return undefined;
  }
}
