/** How an image finds its key (formats/wolfboot.md, section 12, "Hint"). */
import { equalBytes } from '../../bytes/index.ts';
import { hash, type HashId } from '../../crypto/index.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';

/** The first slot whose key hashes to the hint, or -1. */
export function slotByHint(
  hashId: HashId,
  hint: Uint8Array,
  slots: readonly KeystoreSlot[],
): number {
  return slots.findIndex(
    ({ publicKey }) => publicKey.length > 0 && equalBytes(hash(hashId, publicKey), hint),
  );
}
