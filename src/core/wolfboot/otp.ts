/**
 * The OTP area as wolfBoot reads it, and the image file of it, otp.bin (formats/wolfboot.md, section
 * 5): "WOLFBOOT", count, slots at a fixed stride, and the device's unique secret (UDS) at the top.
 *
 * The UDS is a secret: nothing here hands it out. Its bytes stand in no span, value or error.
 */
import {
  described,
  filledBytes,
  hexNumber,
  isFilledWith,
  magic,
  malformed,
  Reader,
  struct,
  toHex,
  u16le,
  u32le,
  type Span,
} from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';
import { OTP_HEADER_BYTES, otpGeometry, otpTargets, UDS_BYTES } from './otp-geometry.ts';
import { UDS_RESERVED_BYTES, type OtpTarget } from './otp-geometry.ts';
import { inferStride } from './otp-stride.ts';
import { keyWithoutTail, slotHeader } from './slot-codec.ts';

export const OTP_MAGIC = 'WOLFBOOT';

/** What otp-keystore-gen writes: the release the format was taken from, 2.9.0. No reader checks it. */
export const GENERATOR_VERSION_WORD = 0x02090000;

/** What the primer of the stock configurations writes: WOLFBOOT_VERSION of the build. */
export const PRIMER_VERSION_WORD = 1;

export const otpHeader = struct({
  magic: magic(OTP_MAGIC),
  item_count: u16le,
  flags: u16le,
  version: described(u32le, (word) => ({
    value: hexNumber(word),
    note: 'the version of the tool or of the primer build; no reader checks it',
  })),
});

export type UdsState = 'absent' | 'present';

export interface OtpImage {
  /** By the size of the file; undefined for the 4096 bytes that the tool writes without TARGET. */
  readonly target: OtpTarget | undefined;
  readonly itemCount: number;
  readonly flags: number;
  readonly versionWord: number;
  /** Distance between slots, given or inferred; 0 when there is no slot to infer it from. */
  readonly strideBytes: number;
  readonly slots: readonly KeystoreSlot[];
  /** 32 bytes of 00 or of FF count as absent (section 5.3). */
  readonly uds: UdsState;
  readonly spans: readonly Span[];
  /** What is odd about the content, for people; also what a bootloader will do about it. */
  readonly warnings: readonly string[];
}

export interface OtpReadOptions {
  /** As the bootloader reads it: `slotStrideBytes(profile)`. Without it the stride is inferred. */
  readonly strideBytes?: number | undefined;
  /** Refuses a file of another target's size. */
  readonly target?: OtpTarget | undefined;
}

/** Size of the image that otp-keystore-gen makes when no TARGET is given. */
const NO_TARGET_BYTES = 4096;

/**
 * Reads an otp.bin or a read-out of the area. `bytes` is not kept.
 * Throws `malformed` with file, offset and field; also when no stride fits what is there.
 */
export function parseOtpImage(
  bytes: Uint8Array,
  fileName: string,
  options: OtpReadOptions = {},
): OtpImage {
  const target = targetOf(bytes, fileName, options.target);
  const udsOffsetBytes = bytes.length - UDS_RESERVED_BYTES;
  const reader = new Reader(bytes, fileName, 0, udsOffsetBytes);
  const header = otpHeader.read(reader);
  const { strideBytes, warnings } = findStride(bytes, fileName, header.item_count, options);
  checkCount(fileName, header.item_count, strideBytes, udsOffsetBytes);
  const slots = Array.from({ length: header.item_count }, (_, index) =>
    reader.field(`slots[${index}]`, () => readSlot(reader, strideBytes)),
  );
  const uds = udsState(bytes);
  return {
    target,
    itemCount: header.item_count,
    flags: header.flags,
    versionWord: header.version,
    strideBytes,
    slots,
    uds,
    spans: [
      ...reader.spans,
      ...freeSpan(bytes, reader.offsetBytes, udsOffsetBytes),
      ...udsSpans(bytes.length, uds),
    ],
    warnings: [
      ...warnings,
      ...(header.flags === 0 ? [] : [`flags are ${hexNumber(header.flags, 4)}, not 0`]),
      ...slots.flatMap((slot, index) => slotWarnings(slot, index, strideBytes)),
      ...contentWarnings(bytes, reader.offsetBytes, udsOffsetBytes),
    ],
  };
}

function targetOf(
  bytes: Uint8Array,
  fileName: string,
  wanted: OtpTarget | undefined,
): OtpTarget | undefined {
  const target = otpTargets.find((id) => otpGeometry(id).sizeBytes === bytes.length);
  if (wanted !== undefined && target !== wanted) {
    throw malformed(
      fileName,
      0,
      '',
      `is ${bytes.length} bytes long; the OTP area of ${wanted} has ${otpGeometry(wanted).sizeBytes}`,
    );
  }
  if (target === undefined && bytes.length !== NO_TARGET_BYTES) {
    throw malformed(
      fileName,
      0,
      '',
      `is ${bytes.length} bytes long; an OTP image has 2048 (stm32h5), 1024 (stm32h7) or 4096 (no target)`,
    );
  }
  return target;
}

function findStride(
  bytes: Uint8Array,
  fileName: string,
  itemCount: number,
  { strideBytes }: OtpReadOptions,
): { readonly strideBytes: number; readonly warnings: readonly string[] } {
  if (strideBytes !== undefined) {
    if (!Number.isInteger(strideBytes) || strideBytes < SLOT_HEADER_BYTES) {
      throw new AppError('invalid-argument', `a slot cannot be ${strideBytes} bytes long`);
    }
    return { strideBytes, warnings: [] };
  }
  if (itemCount === 0) return { strideBytes: 0, warnings: ['item_count is 0: there is no key'] };
  return inferStride(bytes, fileName, itemCount);
}

function checkCount(
  fileName: string,
  itemCount: number,
  strideBytes: number,
  udsOffsetBytes: number,
): void {
  if (itemCount === 0) return;
  const capacity = Math.floor((udsOffsetBytes - OTP_HEADER_BYTES) / strideBytes);
  if (itemCount <= capacity) return;
  throw malformed(
    fileName,
    COUNT_OFFSET_BYTES,
    'item_count',
    `${itemCount} slots of ${strideBytes} bytes do not fit, at most ${capacity} do; the bootloader takes this for no keys at all`,
  );
}

const COUNT_OFFSET_BYTES = 8;

function readSlot(reader: Reader, strideBytes: number): KeystoreSlot {
  const header = slotHeader.read(reader);
  const room = strideBytes - SLOT_HEADER_BYTES;
  const held = Math.min(header.pubkey_size, room);
  const field = reader.field(
    'pubkey',
    () => reader.take(held),
    (key) => ({ value: toHex(keyWithoutTail(header.key_type, key)) }),
  );
  if (room > held) {
    reader.field(
      'padding',
      () => reader.take(room - held),
      (padding) => ({
        value: fillingOf(padding),
        note: 'room of the slot that its key does not use',
      }),
    );
  }
  return {
    slotId: header.slot_id,
    keyType: header.key_type,
    partitionMask: header.part_id_mask,
    publicKey: keyWithoutTail(header.key_type, field),
    publicKeySize: header.pubkey_size,
  };
}

function fillingOf(bytes: Uint8Array): string {
  if (isFilledWith(bytes, 0xff)) return 'blank (FF)';
  return isFilledWith(bytes, 0) ? 'zero' : 'other content';
}

function slotWarnings(slot: KeystoreSlot, index: number, strideBytes: number): readonly string[] {
  const room = strideBytes - SLOT_HEADER_BYTES;
  if (slot.publicKeySize <= room) return [];
  return [
    `slot ${index}: pubkey_size is ${slot.publicKeySize}, but a slot has room for ${room}; the key is cut and cannot verify anything`,
  ];
}

function contentWarnings(
  bytes: Uint8Array,
  usedBytes: number,
  udsOffsetBytes: number,
): readonly string[] {
  const warnings: string[] = [];
  if (!isFilledWith(bytes.subarray(usedBytes, udsOffsetBytes), 0xff)) {
    warnings.push(`there is content after the last slot, from offset ${usedBytes} on`);
  }
  if (!isFilledWith(bytes.subarray(udsOffsetBytes + UDS_BYTES), 0xff)) {
    warnings.push('the 32 bytes after the UDS are not blank');
  }
  return warnings;
}

/** Whether the unique secret is there; all 00 or all FF is not one. `bytes` is the whole area. */
export function udsState(bytes: Uint8Array): UdsState {
  const start = bytes.length - UDS_RESERVED_BYTES;
  const uds = bytes.subarray(start, start + UDS_BYTES);
  return isFilledWith(uds, 0) || isFilledWith(uds, 0xff) ? 'absent' : 'present';
}

function freeSpan(bytes: Uint8Array, startBytes: number, endBytes: number): readonly Span[] {
  if (startBytes >= endBytes) return [];
  const value = fillingOf(bytes.subarray(startBytes, endBytes));
  return [{ path: 'free', startBytes, endBytes, value }];
}

function udsSpans(sizeBytes: number, uds: UdsState): readonly Span[] {
  const startBytes = sizeBytes - UDS_RESERVED_BYTES;
  const endBytes = startBytes + UDS_BYTES;
  return [
    {
      path: 'uds',
      startBytes,
      endBytes,
      value: uds === 'present' ? 'present, not shown' : 'absent',
      note: 'unique device secret (DICE)',
    },
    { path: 'reserved', startBytes: endBytes, endBytes: sizeBytes, note: 'set aside with the UDS' },
  ];
}

/**
 * A copy that may be shown: an UDS that is present is overwritten with AA. Takes whole areas and
 * images only, because the UDS lies at their end.
 */
export function redactUds(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (bytes.length >= UDS_RESERVED_BYTES && udsState(bytes) === 'present') {
    const start = bytes.length - UDS_RESERVED_BYTES;
    copy.fill(REDACTED_BYTE, start, start + UDS_BYTES);
  }
  return copy;
}

const REDACTED_BYTE = 0xaa;

/**
 * Spans for the hex view of any read-out, also a blank or a foreign one. Never throws; what cannot be
 * understood becomes one span that says why.
 */
export function describeOtp(
  bytes: Uint8Array,
  options: OtpReadOptions = {},
): { readonly spans: readonly Span[]; readonly problem?: string } {
  const end = Math.max(0, bytes.length - UDS_RESERVED_BYTES);
  try {
    return { spans: parseOtpImage(bytes, 'OTP', options).spans };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const blank = isFilledWith(bytes.subarray(0, end), 0xff);
    const spans: readonly Span[] = [
      ...(blank
        ? freeSpan(bytes, 0, end)
        : [{ path: 'unrecognised', startBytes: 0, endBytes: end, value: error.message }]),
      ...(end > 0 ? udsSpans(bytes.length, udsState(bytes)) : []),
    ];
    return blank ? { spans } : { spans, problem: error.message };
  }
}

/** An area of `sizeBytes` in which nothing was ever written. The caller owns it. */
export function blankOtp(target: OtpTarget): Uint8Array {
  return filledBytes(otpGeometry(target).sizeBytes, 0xff);
}
