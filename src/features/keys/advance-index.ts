/** The index that a suspended key is moved on to. */
import type { KeyEntry } from '../../state/keys.ts';

type Suspension = NonNullable<KeyEntry['suspended']>;

/**
 * Whether what is known here tells which index is free. Of a key that was elsewhere it does not: then
 * only the person can say.
 */
export function isIndexKnown({ reason }: Pick<Suspension, 'reason'>): boolean {
  return reason === 'rolled-back';
}

/** What stands in the field at first; empty where nothing known here is good enough to be confirmed unread. */
export function offeredIndex(suspension: Suspension): string {
  return isIndexKnown(suspension) ? suspension.lowestSafeIndex.toString() : '';
}

/** undefined when it is no whole number from `lowest` to `most`. */
export function readIndex(typed: string, lowest: bigint, most: bigint): bigint | undefined {
  const digits = typed.trim();
  if (!/^\d+$/.test(digits)) return undefined;
  const index = BigInt(digits);
  return index >= lowest && index <= most ? index : undefined;
}
