/** How many signatures a key has left, and when to say so. */

export interface SignaturesLeft {
  readonly left: bigint;
  /** `low` at a tenth of the capacity, `last` at one. */
  readonly level: 'ok' | 'low' | 'last' | 'none';
}

const LOW_FRACTION = 10n;

/** `nextIndex` counts from 0; equal to `capacity` when nothing is left. */
export function signaturesLeft(nextIndex: bigint, capacity: bigint): SignaturesLeft {
  const left = nextIndex < capacity ? capacity - nextIndex : 0n;
  if (left === 0n) return { left, level: 'none' };
  if (left === 1n) return { left, level: 'last' };
  return { left, level: left * LOW_FRACTION <= capacity ? 'low' : 'ok' };
}

const MAXIMUM_BATCH = 16n;
const BATCH_FRACTION = 256n;

/**
 * How many indices are reserved at a time: what is reserved is lost when a tab is closed, so a key of
 * 32 signatures reserves one by one and a key of a million sixteen.
 */
export function defaultBatch(capacity: bigint): bigint {
  const batch = capacity / BATCH_FRACTION;
  if (batch < 1n) return 1n;
  return batch < MAXIMUM_BATCH ? batch : MAXIMUM_BATCH;
}
