/** How keys and keystores stand to the keystore that is judged by. Pure. */
import { equalBytes, toHex } from '../../core/bytes/index.ts';
import { keystoreFingerprint, type KeystoreSlot } from '../../core/wolfboot/index.ts';
import type { ShownExamination } from '../../state/examined-part.ts';

export type Relation =
  | { readonly kind: 'same-keystore'; readonly count: number }
  | { readonly kind: 'other-keystore'; readonly common: number; readonly count: number }
  | { readonly kind: 'key-in-slot'; readonly index: number; readonly mask: number }
  | { readonly kind: 'key-in-no-slot' };

/** Undefined for files that have no keys. */
export function relationOf(
  { kind, facts, slots }: ShownExamination,
  judge: readonly KeystoreSlot[],
): Relation | undefined {
  if (kind === 'private-key' || kind === 'public-key') {
    const [own] = slots;
    const publicKey =
      own === undefined ? facts.find(({ id }) => id === 'publicKey')?.value : toHex(own.publicKey);
    return typeof publicKey === 'string' ? placeOf(publicKey, judge) : undefined;
  }
  if (slots.length === 0) return undefined;
  if (judge.length > 0 && keystoreFingerprint(slots) === keystoreFingerprint(judge)) {
    return { kind: 'same-keystore', count: slots.length };
  }
  const common = slots.filter((slot) => slotWithKeyOf(slot, judge) >= 0).length;
  return { kind: 'other-keystore', common, count: slots.length };
}

/** Index of the slot that holds the same key; -1 where none does. */
export function slotWithKeyOf(
  { keyType, publicKey }: KeystoreSlot,
  judge: readonly KeystoreSlot[],
): number {
  return judge.findIndex(
    (slot) => slot.keyType === keyType && equalBytes(slot.publicKey, publicKey),
  );
}

function placeOf(publicKey: string, judge: readonly KeystoreSlot[]): Relation {
  const index = judge.findIndex((slot) => toHex(slot.publicKey) === publicKey);
  const slot = judge[index];
  return slot === undefined
    ? { kind: 'key-in-no-slot' }
    : { kind: 'key-in-slot', index, mask: slot.partitionMask };
}
