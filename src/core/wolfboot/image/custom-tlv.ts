/** Header fields of one's own (formats/wolfboot.md, section 11, "custom tags"). */
import { hexNumber } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { TAG } from './image-tags.ts';

export interface CustomTlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

export const MOST_CUSTOM_TLVS = 16;
const LOWEST_CUSTOM_TAG = 0x0030;
const HIGHEST_CUSTOM_TAG = 0xfefe;
const LONGEST_VALUE_BYTES = 65524;
/** What `--cmdline` accepts; wolfBoot's own buffer for it. */
const LONGEST_CMDLINE_BYTES = 255;

export const NUMERIC_TLV_LENGTHS: readonly number[] = [1, 2, 4, 8];

/** Throws `invalid-argument`; the message names the tag. */
export function checkCustomTlvs(tlvs: readonly CustomTlv[]): void {
  if (tlvs.length > MOST_CUSTOM_TLVS) {
    throw new AppError(
      'invalid-argument',
      `${tlvs.length} custom TLVs are too many; ${MOST_CUSTOM_TLVS} fit`,
    );
  }
  for (const { tag, value } of tlvs) {
    checkCustomTag(tag);
    if (value.length > LONGEST_VALUE_BYTES) {
      throw new AppError(
        'invalid-argument',
        `custom TLV ${hexNumber(tag, 4)}: ${value.length} bytes are too long; ${LONGEST_VALUE_BYTES} fit`,
      );
    }
  }
}

/** A byte of FF at the place of a tag reads as filler, so neither half may be FF. */
export function checkCustomTag(tag: number): void {
  const inRange = Number.isInteger(tag) && tag >= LOWEST_CUSTOM_TAG && tag <= HIGHEST_CUSTOM_TAG;
  if (inRange && (tag & 0xff) !== 0xff && tag >>> 8 !== 0xff) return;
  throw new AppError(
    'invalid-argument',
    `custom tag ${hexNumber(tag, 4)} is not allowed: tags go from 0x0030 to 0xFEFE, and neither byte is FF`,
  );
}

/** wolfBoot gives these two a meaning although they lie in the custom range. */
export function reservedTagMeaning(tag: number): string | undefined {
  if (tag === TAG.cmdline) return 'the command line of the operating system';
  return tag === TAG.deviceTreeDigest ? 'the digest of the device tree' : undefined;
}

/**
 * A number as a field of 1, 2, 4 or 8 bytes, little-endian. As sign does, the value is cut to the
 * length. Throws `invalid-argument`.
 */
export function numericTlv(tag: number, lengthBytes: number, value: bigint): CustomTlv {
  checkCustomTag(tag);
  if (!NUMERIC_TLV_LENGTHS.includes(lengthBytes)) {
    throw new AppError(
      'invalid-argument',
      `custom TLV ${hexNumber(tag, 4)}: a number has 1, 2, 4 or 8 bytes, not ${lengthBytes}`,
    );
  }
  const bytes = Uint8Array.from({ length: lengthBytes }, (_, index) =>
    Number((value >> BigInt(8 * index)) & 0xffn),
  );
  return { tag, value: bytes };
}

/** The command line field. `text` is UTF-8 bytes, 1 to 255 of them. Throws `invalid-argument`. */
export function cmdlineTlv(text: Uint8Array): CustomTlv {
  if (text.length === 0 || text.length > LONGEST_CMDLINE_BYTES) {
    throw new AppError(
      'invalid-argument',
      `a command line has 1 to ${LONGEST_CMDLINE_BYTES} bytes, not ${text.length}`,
    );
  }
  return { tag: TAG.cmdline, value: text.slice() };
}
