/**
 * What the keystore keeps from one visit to the next: imported public keys, and the place of each key.
 * All of it is public. A place without a key shows nothing: only the vault or a file brings the key.
 */
import { fromHex, toHex } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import type { JsonValue, Store } from '../core/ports/index.ts';
import type { ImportedSlot } from './keystore-view.ts';

export interface KeptSlots {
  /** Ids of keys and imported slots, in slot order; also of keys that are not here now. */
  readonly order: readonly string[];
  /** Ids of keys that were taken out. */
  readonly leftOut: readonly string[];
  readonly imported: readonly ImportedSlot[];
}

const STORE_KEY = 'keystore-slots';
/** Far more than any keystore has room for; keys that never come back do not pile up beyond it. */
const MOST_PLACES = 256;
const MOST_MASK = 0xffffffff;

/** Nothing where nothing was kept; whatever is not sound is left out. Throws `storage-failed`. */
export async function loadKeptSlots(store: Store): Promise<KeptSlots> {
  const value = await store.get(STORE_KEY);
  if (!isObject(value)) return { order: [], leftOut: [], imported: [] };
  return {
    order: textsOf(value.order),
    leftOut: textsOf(value.leftOut),
    imported: listOf(value.imported).flatMap(readImported),
  };
}

/** Throws `storage-failed`. */
export async function keepSlots(store: Store, slots: KeptSlots): Promise<void> {
  await store.put(STORE_KEY, {
    order: slots.order.slice(0, MOST_PLACES),
    leftOut: slots.leftOut.slice(0, MOST_PLACES),
    imported: slots.imported.map(({ id, name, fileName, fingerprint: of, slot }) => ({
      id,
      name,
      fileName,
      fingerprint: of,
      keyType: slot.keyType,
      partitionMask: slot.partitionMask,
      publicKey: toHex(slot.publicKey),
      publicKeySize: slot.publicKeySize,
    })),
  });
}

function readImported(value: JsonValue): readonly ImportedSlot[] {
  if (!isObject(value)) return [];
  const { id, name, fileName, keyType, partitionMask, publicKeySize } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof fileName !== 'string') return [];
  if (!isWhole(keyType) || !isWhole(partitionMask) || !isWhole(publicKeySize)) return [];
  const publicKey = bytesOf(value.publicKey);
  // Whatever happened to the stored text, another key than the imported one never stands in a slot.
  if (publicKey === undefined || fingerprint(publicKey) !== value.fingerprint) return [];
  const slot = { slotId: 0, keyType, partitionMask, publicKey, publicKeySize };
  return [{ id, name, fileName, fingerprint: fingerprint(publicKey), slot }];
}

function bytesOf(value: JsonValue | undefined): Uint8Array | undefined {
  const isHex = typeof value === 'string' && /^(?:[0-9a-f]{2})+$/.test(value);
  return isHex ? fromHex(value) : undefined;
}

function isObject(
  value: JsonValue | undefined,
): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_MASK;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return listOf(value).filter((text) => typeof text === 'string');
}
