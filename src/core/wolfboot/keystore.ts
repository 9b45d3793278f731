/**
 * keystore.der, the binary keystore of wolfBoot's keygen (formats/wolfboot.md, section 3). It is
 * slots one after the other, without header or count; despite its name it is not DER.
 *
 * Judges structure only. Whether a key can verify anything is `checkKeystoreKey`, whether a
 * bootloader can use the keystore is `refuseKeystore`.
 */
import {
  concatBytes,
  encode,
  filledBytes,
  hexNumber,
  isFilledWith,
  Reader,
  toHex,
  type Span,
} from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { authKeyByCode, LARGEST_KEY_BYTES, reservedBytesFor } from './auth-keys.ts';
import { SLOT_HEADER_BYTES, type KeystoreSlot } from './keystore-slot.ts';
import { keyWithoutTail, knownSlotHeader, sizeProblem, slotHeader } from './slot-codec.ts';

/** `universal`: every slot has room for the largest key (WOLFBOOT_UNIVERSAL_KEYSTORE=1). */
export type KeystoreLayout = 'per-algorithm' | 'universal';

export interface Keystore {
  readonly slots: readonly KeystoreSlot[];
  readonly spans: readonly Span[];
  readonly layout: KeystoreLayout;
}

const UNIVERSAL_SLOT_BYTES = SLOT_HEADER_BYTES + LARGEST_KEY_BYTES;

/**
 * Reads a keystore.der of either layout. `bytes` is not kept.
 * Throws `malformed` with file, offset and field, `keystore-empty` for an empty file.
 */
export function parseKeystoreDer(bytes: Uint8Array, fileName: string): Keystore {
  if (bytes.length === 0) {
    throw new AppError('keystore-empty', `${fileName} is empty: it holds no key`, {
      context: { file: fileName },
    });
  }
  try {
    return readSlots(bytes, fileName, 'per-algorithm');
  } catch (error) {
    if (!isAppError(error, 'malformed') || bytes.length % UNIVERSAL_SLOT_BYTES !== 0) throw error;
    return readUniversal(bytes, fileName, error);
  }
}

/** The universal layout was only tried: its complaint counts where the file looks like it. */
function readUniversal(bytes: Uint8Array, fileName: string, firstError: AppError): Keystore {
  try {
    return readSlots(bytes, fileName, 'universal');
  } catch (error) {
    const secondHalf = bytes.subarray(UNIVERSAL_SLOT_BYTES / 2, UNIVERSAL_SLOT_BYTES);
    const zeros = secondHalf.filter((byte) => byte === 0).length;
    throw zeros > secondHalf.length / 2 ? error : firstError;
  }
}

function readSlots(bytes: Uint8Array, fileName: string, layout: KeystoreLayout): Keystore {
  const reader = new Reader(bytes, fileName);
  const slots: KeystoreSlot[] = [];
  while (reader.remainingBytes > 0) {
    slots.push(
      reader.field(`slots[${slots.length}]`, () =>
        layout === 'universal' ? readUniversalSlot(reader) : readSlot(reader),
      ),
    );
  }
  return { slots, spans: reader.spans, layout };
}

function readSlot(reader: Reader): KeystoreSlot {
  const header = readHeader(reader);
  return slotOf(header, readKey(reader, header));
}

function readUniversalSlot(reader: Reader): KeystoreSlot {
  const header = readHeader(reader);
  const field = readKey(reader, header);
  reader.field(
    'padding',
    () => {
      const at = reader.offsetBytes;
      const padding = reader.take(LARGEST_KEY_BYTES - header.pubkey_size);
      // keygen gives P-521 the size 0, so what follows need not be zero (section 3).
      if (header.pubkey_size > 0 && !isFilledWith(padding, 0)) {
        reader.fail('is not zero, as the rest of a slot in a universal keystore is', at);
      }
    },
    () => ({ value: 'zero' }),
  );
  return slotOf(header, field);
}

type Header = ReturnType<typeof readHeader>;

function readHeader(reader: Reader) {
  const header = knownSlotHeader.read(reader);
  const key = authKeyByCode(header.key_type);
  const problem = key && sizeProblem(key, header.pubkey_size);
  if (problem !== undefined) {
    reader.field('pubkey_size', () => reader.fail(problem, reader.offsetBytes - 4));
  }
  return header;
}

function readKey(reader: Reader, header: Header): Uint8Array {
  return reader.field(
    'pubkey',
    () => reader.take(header.pubkey_size),
    (field) => {
      const key = keyWithoutTail(header.key_type, field);
      const tail = field.length - key.length;
      return {
        value: toHex(key),
        ...(tail > 0 && { note: `the last ${tail} bytes are not part of the key` }),
      };
    },
  );
}

function slotOf(header: Header, field: Uint8Array): KeystoreSlot {
  return {
    slotId: header.slot_id,
    keyType: header.key_type,
    partitionMask: header.part_id_mask,
    publicKey: keyWithoutTail(header.key_type, field),
    publicKeySize: header.pubkey_size,
  };
}

export interface KeystoreDerOptions {
  readonly layout?: KeystoreLayout | undefined;
  /**
   * P-521 keys as keygen writes them: a slot of 16 bytes that says 0 and holds no key. Of use only to
   * compare files; nothing can be verified with it.
   */
  readonly upstreamCompatible?: boolean | undefined;
}

/**
 * Writes a keystore.der as keygen does, with two differences: the room after an RSA key is zero, and
 * P-521 keys are there. Slot ids are written as given. The caller owns the result.
 * Throws `keystore-empty`, `keystore-key-type-refused`, `key-invalid` (a key of the wrong length),
 * `not-supported` for P-521 in a universal keystore with `upstreamCompatible`: what keygen writes there
 * is not known.
 */
export function buildKeystoreDer(
  slots: readonly KeystoreSlot[],
  { layout = 'per-algorithm', upstreamCompatible = false }: KeystoreDerOptions = {},
): Uint8Array {
  if (slots.length === 0) throw new AppError('keystore-empty', 'a keystore needs at least one key');
  for (const [index, slot] of slots.entries()) checkLength(slot, index);
  const written = upstreamCompatible ? slots.map((slot) => asUpstream(slot, layout)) : slots;
  return concatBytes(...written.map((slot) => encodeSlot(slot, layout)));
}

/** keygen has no size for P-521, so it writes none (section 3). */
function asUpstream(slot: KeystoreSlot, layout: KeystoreLayout): KeystoreSlot {
  if (authKeyByCode(slot.keyType)?.name !== 'ECC521') return slot;
  if (layout === 'per-algorithm') return { ...slot, publicKey: new Uint8Array() };
  throw new AppError(
    'not-supported',
    'what keygen writes for a P-521 key into a universal keystore is not known',
    { context: { slot: slot.slotId } },
  );
}

function checkLength(slot: KeystoreSlot, index: number): void {
  const key = authKeyByCode(slot.keyType);
  if (!key) {
    throw new AppError(
      'keystore-key-type-refused',
      `slot ${index}: ${slot.keyType} is not a key type`,
      { context: { slot: index } },
    );
  }
  const { length } = slot.publicKey;
  const problem = length === 0 ? 'the slot holds no key' : sizeProblem(key, length);
  if (problem !== undefined) {
    throw new AppError('key-invalid', `slot ${index}: ${problem}`, { context: { slot: index } });
  }
}

function encodeSlot(slot: KeystoreSlot, layout: KeystoreLayout): Uint8Array {
  const key = authKeyByCode(slot.keyType);
  const reserved = key ? reservedBytesFor(key, slot.publicKey.length) : slot.publicKey.length;
  const size = Math.max(slot.publicKey.length === 0 ? 0 : reserved, slot.publicKey.length);
  const room = layout === 'universal' ? LARGEST_KEY_BYTES : size;
  return concatBytes(
    encode(slotHeader, {
      slot_id: slot.slotId,
      key_type: slot.keyType,
      part_id_mask: slot.partitionMask,
      pubkey_size: size,
    }),
    slot.publicKey,
    filledBytes(Math.max(0, room - slot.publicKey.length), 0),
  );
}

/**
 * The keystore's fingerprint, equal for keystore.der, keystore.c and OTP of the same keys: lower-case
 * hex SHA-256 over the slots as keystore.der, numbered from 0, room after RSA keys zero. For keys
 * other than RSA and P-521 that is the SHA-256 of keygen's own keystore.der.
 * Never throws; it also tells two broken keystores apart.
 */
export function keystoreFingerprint(slots: readonly KeystoreSlot[]): string {
  const numbered = slots.map((slot, index) => ({ ...slot, slotId: index }));
  return toHex(hash('sha256', ...numbered.map((slot) => encodeSlot(slot, 'per-algorithm'))));
}

/** For messages: `slot 2 (AUTH_KEY_ECC256)`. */
export function slotName(slot: KeystoreSlot, index: number): string {
  return `slot ${index} (${authKeyByCode(slot.keyType)?.cName ?? `key type ${hexNumber(slot.keyType, 2)}`})`;
}
