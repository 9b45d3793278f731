/**
 * Our own primer image and the marked region in it, which says what is burned (docs/formats/primer.md;
 * firmware/primer/region.h). Fills the region of a prebuilt image and reads it back; makes no code.
 */
import {
  asciiToBytes,
  byteString,
  crc32,
  encode,
  indexOfBytes,
  magic,
  Reader,
  struct,
  u32le,
  type ValueOf,
} from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { readVectorTable, type VectorTable } from './cortex-m-image.ts';
import { SLOT_HEADER_BYTES, type KeystoreSlot } from './keystore-slot.ts';
import { buildOtpImage } from './otp-build.ts';
import { blankOtp } from './otp.ts';
import { OTP_HEADER_BYTES, otpGeometry, UDS_BYTES } from './otp-geometry.ts';
import { slotStrideBytes, type BootloaderProfile } from './profile.ts';

/** What our own primer is to burn. */
export interface KeyfusePrimer {
  /** Built for TrustZone on, linked at the secure alias of the flash. */
  readonly trustZone: boolean;
  readonly loadAddress: number;
  readonly vectorTable: VectorTable;
  readonly regionOffsetBytes: number;
  /** `empty`: it runs, says so and writes nothing. */
  readonly state: 'empty' | 'filled';
  /** The whole OTP area; FF where nothing is written. */
  readonly content: Uint8Array;
  /** One entry a halfword, without those of the UDS. */
  readonly written: readonly boolean[];
  readonly uds: UdsOrder;
  /** Locked for ever when all is written, ascending. */
  readonly lockBlocks: readonly number[];
  /** Distance between slots, as the filler knew it. */
  readonly strideBytes: number;
}

/** `generate`: the chip draws it, unless it has one. `none`: the place is not touched. */
export type UdsOrder = 'generate' | 'none';

export interface KeyfusePrimerInput {
  readonly profile: BootloaderProfile;
  readonly slots: readonly KeystoreSlot[];
  readonly uds: UdsOrder;
  /** 0 to 31; none when not given. Locking cannot be undone. */
  readonly lockBlocks?: readonly number[];
  /** Programs the unused rest of each slot too, with FFFF; it can then never hold anything else. */
  readonly fillPadding?: boolean;
}

const KEYFUSE_PRIMER_MARK = 'KEYFUSE-PRIMER-1';
const REGION_VERSION = 1;
const REGION_ALIGNMENT = 16;
const FILLED = 1;
const GENERATE_UDS = 2;
const OPEN_ADDRESS = 0x08000000;
const SECURE_ADDRESS = 0x0c000000;

const geometry = otpGeometry('stm32h5');
const HALFWORDS = geometry.sizeBytes / 2;
const WRITE_MASK_BYTES = HALFWORDS / 8;
const FIRST_UDS_HALFWORD = geometry.udsOffsetBytes / 2;
const UDS_END_HALFWORD = FIRST_UDS_HALFWORD + UDS_BYTES / 2;

const regionHead = struct({
  mark: magic(KEYFUSE_PRIMER_MARK),
  version: u32le,
  length: u32le,
  flags: u32le,
  lock_mask: u32le,
  otp_base: u32le,
  otp_bytes: u32le,
  uds_offset: u32le,
  uds_bytes: u32le,
  count: u32le,
  stride: u32le,
  reserved: u32le,
});
const regionBody = struct({
  content: byteString(geometry.sizeBytes),
  write_mask: byteString(WRITE_MASK_BYTES),
});
type RegionHead = ValueOf<typeof regionHead>;

const HEAD_BYTES = 60;
const CRC_BYTES = 4;
export const PRIMER_REGION_BYTES = HEAD_BYTES + CRC_BYTES + geometry.sizeBytes + WRITE_MASK_BYTES;

/** The region of an image that nobody has filled yet. */
export function emptyPrimerRegion(): Uint8Array {
  const region = new Uint8Array(PRIMER_REGION_BYTES);
  region.set(encode(regionHead, headOf({ flags: 0, lockMask: 0, count: 0, stride: 0 })));
  return region;
}

/**
 * A copy of `image`, one of ours, whose region burns `slots` for the bootloader of `profile`. Halfwords of FFFF
 * inside header and slots are programmed too, so that reading them raises no ECC error; those behind the
 * keys only with `fillPadding`. Throws what `buildOtpImage` refuses, `not-supported` for another chip,
 * `primer-not-recognised` for another image, `invalid-argument` for a block that is none.
 */
export function fillKeyfusePrimer(image: Uint8Array, input: KeyfusePrimerInput): Uint8Array {
  const { profile, slots, uds, lockBlocks = [] } = input;
  if (profile.target !== 'stm32h5') {
    throw new AppError('not-supported', `there is no primer of ours for ${profile.target}`);
  }
  const found = recogniseKeyfusePrimer(image);
  if (!found) throw notOurs('is not the primer of Keyfuse');
  const content = buildOtpImage({ profile, slots, uds: undefined });
  const stride = slotStrideBytes(profile);
  const written = halfwordsToWrite(slots, stride, input.fillPadding === true);
  const head = encode(
    regionHead,
    headOf({
      flags: FILLED | (uds === 'generate' ? GENERATE_UDS : 0),
      lockMask: lockMaskOf(lockBlocks),
      count: written.filter(Boolean).length,
      stride,
    }),
  );
  const body = encode(regionBody, { content, write_mask: maskOf(written) });
  const filled = image.slice();
  filled.set(head, found.regionOffsetBytes);
  filled.set(encode(u32le, crc32(head, body)), found.regionOffsetBytes + HEAD_BYTES);
  filled.set(body, found.regionOffsetBytes + HEAD_BYTES + CRC_BYTES);
  return filled;
}

function headOf(parts: {
  readonly flags: number;
  readonly lockMask: number;
  readonly count: number;
  readonly stride: number;
}): RegionHead {
  return {
    mark: KEYFUSE_PRIMER_MARK,
    version: REGION_VERSION,
    length: PRIMER_REGION_BYTES,
    flags: parts.flags,
    lock_mask: parts.lockMask,
    otp_base: geometry.baseAddress,
    otp_bytes: geometry.sizeBytes,
    uds_offset: geometry.udsOffsetBytes,
    uds_bytes: UDS_BYTES,
    count: parts.count,
    stride: parts.stride,
    reserved: 0,
  };
}

function lockMaskOf(blocks: readonly number[]): number {
  return blocks.reduce((mask, block) => {
    if (Number.isInteger(block) && block >= 0 && block < geometry.blockCount) {
      return (mask | (1 << block)) >>> 0;
    }
    throw new AppError('invalid-argument', `${block} is no OTP block: 0 to 31`);
  }, 0);
}

function halfwordsToWrite(
  slots: readonly KeystoreSlot[],
  stride: number,
  fillPadding: boolean,
): boolean[] {
  const written = new Array<boolean>(HALFWORDS).fill(false);
  const mark = (startBytes: number, lengthBytes: number): void => {
    written.fill(true, Math.floor(startBytes / 2), Math.ceil((startBytes + lengthBytes) / 2));
  };
  mark(0, OTP_HEADER_BYTES);
  for (const [index, { publicKey }] of slots.entries()) {
    const used = fillPadding ? stride : SLOT_HEADER_BYTES + publicKey.length;
    mark(OTP_HEADER_BYTES + index * stride, used);
  }
  return written;
}

function maskOf(written: readonly boolean[]): Uint8Array {
  const mask = new Uint8Array(WRITE_MASK_BYTES);
  for (const [index, isWritten] of written.entries()) {
    if (isWritten) mask[index >> 3] = (mask[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return mask;
}

/**
 * Undefined: not our primer. Throws `primer-not-recognised` when it is ours, but its region is damaged or of
 * another version; the firmware would refuse it too.
 */
export function recogniseKeyfusePrimer(image: Uint8Array): KeyfusePrimer | undefined {
  const regionOffsetBytes = findRegion(image);
  if (regionOffsetBytes === undefined) return undefined;
  const place = placeOf(image);
  if (!place) throw notOurs('has the region of a Keyfuse primer, but no program around it');
  return { ...place, regionOffsetBytes, ...readRegion(image, regionOffsetBytes) };
}

function findRegion(image: Uint8Array): number | undefined {
  const mark = asciiToBytes(KEYFUSE_PRIMER_MARK);
  let found: number | undefined;
  // The code itself names the mark as well, so the last one that is followed by a region counts.
  for (let at = indexOfBytes(image, mark); at >= 0; at = indexOfBytes(image, mark, at + 1)) {
    if (at % REGION_ALIGNMENT === 0 && at + PRIMER_REGION_BYTES <= image.length) found = at;
  }
  return found;
}

function placeOf(image: Uint8Array) {
  for (const loadAddress of [OPEN_ADDRESS, SECURE_ADDRESS]) {
    const vectorTable = readVectorTable(image, loadAddress);
    if (vectorTable) return { trustZone: loadAddress === SECURE_ADDRESS, loadAddress, vectorTable };
  }
  return undefined;
}

type RegionFacts = Pick<
  KeyfusePrimer,
  'state' | 'content' | 'written' | 'uds' | 'lockBlocks' | 'strideBytes'
>;

function readRegion(image: Uint8Array, start: number): RegionFacts {
  const reader = new Reader(image, 'primer', start, start + PRIMER_REGION_BYTES);
  const head = regionHead.read(reader);
  if (head.version !== REGION_VERSION || head.length !== PRIMER_REGION_BYTES) {
    throw notOurs('is a Keyfuse primer of another version');
  }
  if (head.flags === 0) return emptyFacts();
  const crc = u32le.read(reader);
  const body = regionBody.read(reader);
  const headBytes = image.subarray(start, start + HEAD_BYTES);
  const bodyBytes = image.subarray(start + HEAD_BYTES + CRC_BYTES, start + PRIMER_REGION_BYTES);
  const written = Array.from(
    { length: HALFWORDS },
    (_, index) => (((body.write_mask[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
  );
  if (crc !== crc32(headBytes, bodyBytes) || !fits(head, written)) {
    throw notOurs('is a Keyfuse primer whose region is damaged; make it again');
  }
  return {
    state: 'filled',
    content: body.content,
    written,
    uds: (head.flags & GENERATE_UDS) === 0 ? 'none' : 'generate',
    lockBlocks: Array.from({ length: geometry.blockCount }, (_, block) => block).filter(
      (block) => ((head.lock_mask >>> block) & 1) === 1,
    ),
    strideBytes: head.stride,
  };
}

function fits(head: RegionHead, written: readonly boolean[]): boolean {
  const expected = headOf({
    flags: head.flags,
    lockMask: head.lock_mask,
    count: written.filter(Boolean).length,
    stride: head.stride,
  });
  return (
    (head.flags & FILLED) !== 0 &&
    (head.flags & ~(FILLED | GENERATE_UDS)) === 0 &&
    head.otp_base === expected.otp_base &&
    head.otp_bytes === expected.otp_bytes &&
    head.uds_offset === expected.uds_offset &&
    head.uds_bytes === expected.uds_bytes &&
    head.count === expected.count &&
    head.count > 0 &&
    !written.slice(FIRST_UDS_HALFWORD, UDS_END_HALFWORD).includes(true)
  );
}

function emptyFacts(): RegionFacts {
  return {
    state: 'empty',
    content: blankOtp('stm32h5'),
    written: new Array<boolean>(HALFWORDS).fill(false),
    uds: 'none',
    lockBlocks: [],
    strideBytes: 0,
  };
}

function notOurs(problem: string): AppError {
  return new AppError('primer-not-recognised', `the image ${problem}`, {
    context: { file: 'primer', problem },
  });
}
