/**
 * The 16 bytes in front of every key and the rules that hold wherever slots lie: keystore.der, OTP,
 * primer (formats/wolfboot.md, section 2). Knows no file.
 */
import { described, hexNumber, struct, u32le, type Field, type ValueOf } from '../bytes/index.ts';
import { authKeyByCode, LARGEST_KEY_BYTES, type AuthKey } from './auth-keys.ts';
import { MASK_ALL } from './keystore-slot.ts';

const PARTITION_BITS = 32;

const keyTypeField: Field<number> = described(u32le, (code) => ({
  value: authKeyByCode(code)?.cName ?? `unknown key type ${code}`,
}));

/** Refuses numbers that are no key type. */
const knownKeyTypeField: Field<number> = {
  ...keyTypeField,
  read(reader) {
    const at = reader.offsetBytes;
    const code = keyTypeField.read(reader);
    if (!authKeyByCode(code)) {
      reader.fail(`${code} is not a key type; wolfBoot knows 1 to 14`, at);
    }
    return code;
  },
};

const maskField: Field<number> = described(u32le, (mask) => ({ value: describeMask(mask) }));

/** Takes any key type; for places where foreign content must still be shown. */
export const slotHeader = struct({
  slot_id: u32le,
  key_type: keyTypeField,
  part_id_mask: maskField,
  pubkey_size: u32le,
});

export const knownSlotHeader = struct({
  slot_id: u32le,
  key_type: knownKeyTypeField,
  part_id_mask: maskField,
  pubkey_size: u32le,
});

export type SlotHeader = ValueOf<typeof slotHeader>;

/** `0xFFFFFFFF all partitions`, `0x00000006 partitions 1, 2`, `0x00000000 no partition`. */
export function describeMask(mask: number): string {
  const hex = hexNumber(mask);
  if (mask === MASK_ALL) return `${hex} all partitions`;
  const ids = partitionsOfMask(mask);
  if (ids.length === 0) return `${hex} no partition`;
  return `${hex} partition${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
}

/** The partition ids a mask allows, ascending. */
export function partitionsOfMask(mask: number): readonly number[] {
  return Array.from({ length: PARTITION_BITS }, (_, id) => id).filter((id) => maskAllows(mask, id));
}

export function maskAllows(mask: number, partitionId: number): boolean {
  return Math.floor(mask / 2 ** partitionId) % 2 === 1;
}

/**
 * The key inside its field. RSA keys are DER and shorter than the room they get; what follows is
 * the writing tool's own memory and never part of the key (section 3). All others fill the field.
 */
export function keyWithoutTail(keyType: number, field: Uint8Array): Uint8Array {
  if (authKeyByCode(keyType)?.family !== 'rsa') return field.slice();
  const length = derSequenceLength(field);
  return field.slice(0, length !== undefined && length <= field.length ? length : field.length);
}

/** Whole length of a DER SEQUENCE whose length takes two bytes, as that of every RSA key does. */
function derSequenceLength(bytes: Uint8Array): number | undefined {
  const [tag, form, high, low] = bytes;
  if (tag !== 0x30 || form !== 0x82 || high === undefined || low === undefined) return undefined;
  return 4 + high * 256 + low;
}

/** Why a key of this type cannot have this `pubkey_size`; undefined when it can. */
export function sizeProblem(key: AuthKey, publicKeySize: number): string | undefined {
  if (publicKeySize === 0 && key.name === 'ECC521') return undefined;
  if (key.family === 'rsa') {
    const fits = publicKeySize > 0 && publicKeySize <= key.reservedKeyBytes;
    return fits ? undefined : `${publicKeySize} is not between 1 and ${key.reservedKeyBytes}`;
  }
  if (key.keySizesBytes.includes(publicKeySize)) return undefined;
  return `${publicKeySize} is not ${key.keySizesBytes.join(' or ')}, the size of an ${key.label} key`;
}

/** As `sizeProblem`, as a yes or no, for searching; a field is never longer than the largest key. */
export function isPlausibleSlotHeader(header: SlotHeader, slotId: number): boolean {
  const key = authKeyByCode(header.key_type);
  return (
    key !== undefined &&
    header.slot_id === slotId &&
    header.pubkey_size <= LARGEST_KEY_BYTES &&
    sizeProblem(key, header.pubkey_size) === undefined
  );
}
