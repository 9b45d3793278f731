/** What a store is doing. One thing at a time, and a failure stays until the next attempt. */
import { toAppError, type AppError } from '../core/errors.ts';

export type Activity =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly what: string }
  | { readonly kind: 'failed'; readonly what: string; readonly error: AppError };

export const idle: Activity = { kind: 'idle' };

/** How many works each store has begun. */
const begun = new WeakMap<object, number>();

/**
 * Runs `work` and reports it as the activity `what`. Resolves with undefined when it failed: the
 * failure then stands in the activity. The person's own cancel is not a failure. Where works overlap, the
 * end of an earlier one says nothing, so that it cannot take a later one's failure from the screen.
 */
export async function perform<T>(
  report: (activity: Activity) => void,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const turn = (begun.get(report) ?? 0) + 1;
  begun.set(report, turn);
  const end = (): void => {
    if (begun.get(report) === turn) report(idle);
  };
  report({ kind: 'busy', what });
  try {
    const result = await work();
    end();
    return result;
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'cancelled') end();
    else report({ kind: 'failed', what, error });
    return undefined;
  }
}
