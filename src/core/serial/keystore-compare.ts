/**
 * Compares the keys that a board's console lists with the keys it should have.
 * Knows no keystore format: a slot is a type, a mask and bytes.
 */
import { equalBytes } from '../bytes/index.ts';
import type { ConsoleKey } from './console-types.ts';

export interface ExpectedSlot {
  readonly keyType: number;
  /** Unsigned 32 bits. */
  readonly partitionMask: number;
  readonly publicKey: Uint8Array;
}

export type SlotVerdict =
  | { readonly index: number; readonly verdict: 'equal' }
  | {
      readonly index: number;
      readonly verdict: 'different';
      readonly differs: readonly ('key' | 'type' | 'mask' | 'size')[];
    }
  /** Expected, but the board does not list it. */
  | { readonly index: number; readonly verdict: 'missing' }
  /** Listed, but not expected. */
  | { readonly index: number; readonly verdict: 'extra' }
  /** Listed, but its dump arrived damaged: ask again. */
  | { readonly index: number; readonly verdict: 'unreadable' };

export interface KeystoreComparison {
  /** Every expected slot is equal and there is no other. */
  readonly equal: boolean;
  readonly slots: readonly SlotVerdict[];
}

/** Slot by slot, by position: the bootloader looks keys up by their place. */
export function compareKeystore(
  keys: readonly ConsoleKey[],
  slots: readonly ExpectedSlot[],
): KeystoreComparison {
  const listed = new Map(keys.map((key) => [key.index, key]));
  const expected = slots.map((slot, index) => compareSlot(index, listed.get(index), slot));
  const extra = keys
    .filter((key) => key.index >= slots.length)
    .map((key): SlotVerdict => ({ index: key.index, verdict: 'extra' }));
  const verdicts = [...expected, ...extra];
  return {
    equal: slots.length > 0 && verdicts.every(({ verdict }) => verdict === 'equal'),
    slots: verdicts,
  };
}

function compareSlot(index: number, key: ConsoleKey | undefined, slot: ExpectedSlot): SlotVerdict {
  if (key === undefined) return { index, verdict: 'missing' };
  if (!key.complete) return { index, verdict: 'unreadable' };
  const differs = [
    ...(key.keyType === slot.keyType ? [] : (['type'] as const)),
    ...(key.partitionMask >>> 0 === slot.partitionMask >>> 0 ? [] : (['mask'] as const)),
    ...(key.sizeBytes === slot.publicKey.length ? [] : (['size'] as const)),
    ...(equalBytes(key.bytes, slot.publicKey) ? [] : (['key'] as const)),
  ];
  return differs.length === 0
    ? { index, verdict: 'equal' }
    : { index, verdict: 'different', differs };
}
