/**
 * Finds the C array `struct keystore_slot PubKeys[]` inside a program image. Elements have all the same
 * size, that of the build's KEYSTORE_PUBKEY_SIZE, and C fills what a key leaves with zero
 * (formats/wolfboot.md, sections 2, 4 and 6).
 */
import { isFilledWith, Reader } from '../bytes/index.ts';
import { authKeyByCode, authKeys } from './auth-keys.ts';
import { SLOT_HEADER_BYTES, type KeystoreSlot } from './keystore-slot.ts';
import {
  isPlausibleSlotHeader,
  keyWithoutTail,
  slotHeader,
  type SlotHeader,
} from './slot-codec.ts';

/** What is odd about a primer. */
export type PrimerWarningCode =
  | 'no-otp-address' // the code names no address of the OTP area
  | 'key-room-assumed' // the build's room for a key cannot be told from the image
  | 'slot-left-out' // would start at an odd address
  | 'slot-outside' // lies outside the OTP area
  | 'uds-left-out' // the keys reach into its place; the program hangs
  | 'locks-blocks'; // the code touches the lock register

export interface PrimerWarning {
  readonly code: PrimerWarningCode;
  /** Index of the slot it is about. */
  readonly slot?: number;
  /** English, for logs and terminals. */
  readonly message: string;
}

export interface SlotArray {
  readonly offsetBytes: number;
  /** sizeof(struct keystore_slot), a multiple of 4. */
  readonly elementBytes: number;
  /** Distance between slots in OTP: 16 + KEYSTORE_PUBKEY_SIZE of the build. */
  readonly strideBytes: number;
  readonly slots: readonly KeystoreSlot[];
  readonly warnings: readonly PrimerWarning[];
}

/** KEYSTORE_PUBKEY_SIZE where the build does not set it (section 4). */
const UNIVERSAL_KEY_BYTES = 576;

/** Every KEYSTORE_PUBKEY_SIZE a build can have, ascending. */
const KEY_ROOMS: readonly number[] = [
  ...new Set([
    UNIVERSAL_KEY_BYTES,
    ...authKeys.flatMap((key) =>
      key.family === 'ml-dsa' ? key.keySizesBytes : [key.reservedKeyBytes],
    ),
  ]),
].sort((a, b) => a - b);

/** All arrays in the image, at least one slot each, none inside another. */
export function findSlotArrays(bytes: Uint8Array): readonly SlotArray[] {
  const arrays: SlotArray[] = [];
  let from = 0;
  while (from + SLOT_HEADER_BYTES < bytes.length) {
    const found = slotArrayAt(bytes, from);
    if (found) arrays.push(found);
    from += found ? found.elementBytes * found.slots.length : 4;
  }
  return arrays;
}

function slotArrayAt(bytes: Uint8Array, offsetBytes: number): SlotArray | undefined {
  const first = headerAt(bytes, offsetBytes, 0);
  if (!first || !holdsKey(bytes, offsetBytes, first)) return undefined;
  const own = ownKeyRoom(first);
  const counts = KEY_ROOMS.map((room) => ({
    room,
    count: countSlots(bytes, offsetBytes, elementSize(room)),
  }));
  const most = Math.max(...counts.map(({ count }) => count));
  const rooms = counts.filter(({ count }) => count === most).map(({ room }) => room);
  if (most === 0) return undefined;
  const { room, warnings } = chooseRoom(rooms, own, offsetBytes);
  const elementBytes = elementSize(room);
  return {
    offsetBytes,
    elementBytes,
    strideBytes: SLOT_HEADER_BYTES + room,
    slots: Array.from({ length: most }, (_, index) =>
      readSlot(bytes, offsetBytes + index * elementBytes),
    ),
    warnings,
  };
}

/**
 * One slot fits into elements of several sizes, because zeros behind it may be the rest of the
 * element or of something else. A universal build is the one case in which many zeros must follow.
 */
function chooseRoom(
  rooms: readonly number[],
  own: number,
  offsetBytes: number,
): { readonly room: number; readonly warnings: readonly PrimerWarning[] } {
  const [smallest = own] = rooms;
  const universal = rooms.includes(UNIVERSAL_KEY_BYTES) && own !== UNIVERSAL_KEY_BYTES;
  const room = universal ? UNIVERSAL_KEY_BYTES : rooms.includes(own) ? own : smallest;
  const sizes = rooms.join(', ');
  const certain = rooms.length === 1 || (room === own && !universal);
  if (certain) return { room, warnings: [] };
  return {
    room,
    warnings: [
      {
        code: 'key-room-assumed',
        message: `the key array at offset ${offsetBytes} fits builds with ${sizes} bytes for each key; ${room} is taken, because of the zeros that follow the key`,
      },
    ],
  };
}

/** C rounds the size of the structure up to the alignment of its 32-bit members. */
export function elementSize(keyRoomBytes: number): number {
  return Math.ceil((SLOT_HEADER_BYTES + keyRoomBytes) / 4) * 4;
}

function ownKeyRoom(first: SlotHeader): number {
  const key = authKeyByCode(first.key_type);
  if (!key || key.family === 'ml-dsa') return first.pubkey_size;
  return key.reservedKeyBytes;
}

function countSlots(bytes: Uint8Array, offsetBytes: number, elementBytes: number): number {
  let count = 0;
  while (isElement(bytes, offsetBytes + count * elementBytes, count, elementBytes)) count++;
  return count;
}

function isElement(bytes: Uint8Array, start: number, index: number, elementBytes: number): boolean {
  const header = headerAt(bytes, start, index);
  const keyEnd = SLOT_HEADER_BYTES + (header?.pubkey_size ?? 0);
  if (!header || keyEnd > elementBytes || start + elementBytes > bytes.length) return false;
  return isFilledWith(bytes.subarray(start + keyEnd, start + elementBytes), 0);
}

function headerAt(bytes: Uint8Array, start: number, slotId: number): SlotHeader | undefined {
  const end = start + SLOT_HEADER_BYTES;
  // Two bytes decide for nearly every place of an image.
  if (end > bytes.length || bytes[start] !== slotId || !authKeyByCode(bytes[start + 4] ?? 0)) {
    return undefined;
  }
  const header = slotHeader.read(new Reader(bytes, '', start, end));
  return isPlausibleSlotHeader(header, slotId) && header.pubkey_size > 0 ? header : undefined;
}

/** Zeros and small numbers occur everywhere; a key has many different bytes. */
function holdsKey(bytes: Uint8Array, start: number, header: SlotHeader): boolean {
  const key = bytes.subarray(start + SLOT_HEADER_BYTES);
  const used = key.subarray(0, header.pubkey_size);
  return header.part_id_mask !== 0 && new Set(used).size >= FEWEST_KEY_VALUES;
}

/** A random 32-byte key has about 30 different byte values; fewer than this never happens. */
const FEWEST_KEY_VALUES = 12;

function readSlot(bytes: Uint8Array, start: number): KeystoreSlot {
  const reader = new Reader(bytes, '', start);
  const header = slotHeader.read(reader);
  const field = reader.take(header.pubkey_size);
  return {
    slotId: header.slot_id,
    keyType: header.key_type,
    partitionMask: header.part_id_mask,
    publicKey: keyWithoutTail(header.key_type, field),
    publicKeySize: header.pubkey_size,
  };
}
