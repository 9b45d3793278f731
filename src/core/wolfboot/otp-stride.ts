/**
 * How far apart the slots of a foreign otp.bin lie. The file does not say: the bootloader knows its
 * stride from its build, and upstream's generator uses another one for RSA, mixed and universal
 * keystores (formats/wolfboot.md, section 5.2). Only strides under which every slot makes sense count.
 */
import { isFilledWith, malformed, Reader } from '../bytes/index.ts';
import { authKeyByCode, authKeys } from './auth-keys.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';
import { OTP_HEADER_BYTES, UDS_RESERVED_BYTES } from './otp-geometry.ts';
import { isPlausibleSlotHeader, slotHeader, type SlotHeader } from './slot-codec.ts';

export interface StrideFinding {
  readonly strideBytes: number;
  readonly warnings: readonly string[];
}

/** 16 + KEYSTORE_PUBKEY_SIZE of a universal build. */
const UNIVERSAL_STRIDE_BYTES = 592;

/**
 * Throws `malformed` when no stride fits, naming those that were tried. Where several fit, the slots
 * read the same under each: the bootloader's own comes first.
 */
export function inferStride(bytes: Uint8Array, fileName: string, itemCount: number): StrideFinding {
  const first = readHeader(bytes, OTP_HEADER_BYTES);
  const key = first && authKeyByCode(first.key_type);
  if (!first || !key || !isPlausibleSlotHeader(first, 0)) {
    throw malformed(
      fileName,
      OTP_HEADER_BYTES,
      'slots[0]',
      'is no keystore slot: its id, key type or key size is impossible',
    );
  }
  const ownStride = SLOT_HEADER_BYTES + bootloaderKeyBytes(first);
  const generatorStride = SLOT_HEADER_BYTES + first.pubkey_size;
  const candidates = strideCandidates(ownStride, generatorStride);
  const fitting = candidates.filter((stride) => fits(bytes, itemCount, stride));
  const [strideBytes] = fitting;
  if (strideBytes === undefined) {
    throw malformed(
      fileName,
      OTP_HEADER_BYTES,
      'slots',
      `${itemCount} slots cannot be found at any distance wolfBoot uses (tried ${candidates.join(', ')} bytes); give the bootloader's stride`,
    );
  }
  return { strideBytes, warnings: strideWarnings(strideBytes, ownStride, itemCount) };
}

/** The room a bootloader built for slot 0's type has for a key. */
function bootloaderKeyBytes(first: SlotHeader): number {
  const key = authKeyByCode(first.key_type);
  if (!key) return first.pubkey_size;
  return key.family === 'ml-dsa' ? first.pubkey_size : key.reservedKeyBytes;
}

function strideCandidates(own: number, generator: number): readonly number[] {
  const strides = authKeys.flatMap(({ family, keySizesBytes, reservedKeyBytes }) =>
    family === 'ml-dsa' ? keySizesBytes : [reservedKeyBytes],
  );
  return [
    ...new Set([
      own,
      generator,
      UNIVERSAL_STRIDE_BYTES,
      ...strides.map((keyBytes) => SLOT_HEADER_BYTES + keyBytes),
    ]),
  ];
}

function fits(bytes: Uint8Array, itemCount: number, stride: number): boolean {
  const end = OTP_HEADER_BYTES + itemCount * stride;
  const udsOffset = bytes.length - UDS_RESERVED_BYTES;
  if (end > udsOffset || !isFilledWith(bytes.subarray(end, udsOffset), 0xff)) return false;
  return Array.from({ length: itemCount }, (_, index) => index).every((index) =>
    slotFits(bytes, OTP_HEADER_BYTES + index * stride, index, stride),
  );
}

/** A slot makes sense when its header does and nothing but filler follows its key. */
function slotFits(bytes: Uint8Array, start: number, index: number, stride: number): boolean {
  const header = readHeader(bytes, start);
  if (!header || !isPlausibleSlotHeader(header, index)) return false;
  const tail = bytes.subarray(start + SLOT_HEADER_BYTES + header.pubkey_size, start + stride);
  const isRsa = authKeyByCode(header.key_type)?.family === 'rsa';
  return isRsa || isFilledWith(tail, 0) || isFilledWith(tail, 0xff);
}

function readHeader(bytes: Uint8Array, start: number): SlotHeader | undefined {
  const end = start + SLOT_HEADER_BYTES;
  if (end > bytes.length) return undefined;
  return slotHeader.read(new Reader(bytes, '', start, end));
}

function strideWarnings(stride: number, own: number, itemCount: number): readonly string[] {
  if (stride === own || itemCount === 1) return [];
  if (stride === UNIVERSAL_STRIDE_BYTES) {
    return [`slots are ${stride} bytes apart: only a universal bootloader reads them all`];
  }
  return [
    `slots are ${stride} bytes apart, but a bootloader for the key type of slot 0 expects ${own}: it finds slot 0 only`,
  ];
}
