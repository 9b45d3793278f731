/** The marked region of a Keyfuse primer, read as the program reads it (docs/formats/primer.md, "The region"). */
import { crc32 } from 'node:zlib';

const MARK = 'KEYFUSE-PRIMER-1';
const ALIGNMENT = 16;
const REGION_BYTES = 2240;
const CONTENT_AT = 64;
const CONTENT_BYTES = 2048;
const WRITE_MASK_AT = CONTENT_AT + CONTENT_BYTES;
const OTP_BASE = 0x08fff000;
const UDS_OFFSET = 1984;
const UDS_BYTES = 32;
const FILLED = 1;
const GENERATE_UDS = 2;

export interface PrimerRegion {
  readonly state: 'empty' | 'filled' | 'damaged';
  readonly generateUds: boolean;
  readonly lockMask: number;
  /** Halfwords to program, ascending; never one of the UDS. */
  readonly halfwords: readonly number[];
  /** Value of a halfword of the content. */
  readonly wanted: (halfword: number) => number;
}

export const FIRST_UDS_HALFWORD = UDS_OFFSET / 2;
export const UDS_END_HALFWORD = (UDS_OFFSET + UDS_BYTES) / 2;

/** Undefined when the image holds no region. */
export function findRegion(image: Uint8Array): PrimerRegion | undefined {
  const mark = Buffer.from(MARK, 'latin1');
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.length);
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    if (at % ALIGNMENT === 0 && at + REGION_BYTES <= bytes.length) {
      return readRegion(bytes.subarray(at, at + REGION_BYTES));
    }
  }
  return undefined;
}

function readRegion(region: Buffer): PrimerRegion {
  const word = (at: number): number => region.readUInt32LE(at);
  const flags = word(24);
  const mask = region.subarray(WRITE_MASK_AT, REGION_BYTES);
  const halfwords = Array.from({ length: CONTENT_BYTES / 2 }, (_, n) => n).filter(
    (n) => (((mask[n >> 3] ?? 0) >> (n & 7)) & 1) === 1,
  );
  const crc = crc32(Buffer.concat([region.subarray(0, 60), region.subarray(64)]));
  const sound =
    word(16) === 1 &&
    word(20) === REGION_BYTES &&
    word(32) === OTP_BASE &&
    word(36) === CONTENT_BYTES &&
    word(40) === UDS_OFFSET &&
    word(44) === UDS_BYTES &&
    word(48) === halfwords.length &&
    halfwords.every((n) => n < FIRST_UDS_HALFWORD || n >= UDS_END_HALFWORD) &&
    word(60) === crc;
  const filled = (flags & FILLED) !== 0;
  return {
    state: filled ? (sound ? 'filled' : 'damaged') : 'empty',
    generateUds: (flags & GENERATE_UDS) !== 0,
    lockMask: word(28),
    halfwords,
    wanted: (halfword) => region.readUInt16LE(CONTENT_AT + 2 * halfword),
  };
}
