/**
 * Proof of a burn over the serial line alone: the running primer gives the whole area, cell states included,
 * which a ROM bootloader does not show. Compared with the intended content itself, not with what the
 * primer says it did.
 */
import { fromHex, wipe } from '../bytes/index.ts';
import { fingerprint } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import type { BytePipe, Clock } from '../ports/index.ts';
import {
  readOtpOverPrimer,
  type PrimerCall,
  type PrimerOtpReading,
  type PrimerStatus,
} from '../serial/index.ts';
import { lockedOtpBlocks } from '../stm32/index.ts';
import {
  keystoreFingerprint,
  parseOtpImage,
  slotStrideBytes,
  type BootloaderProfile,
} from '../wolfboot/index.ts';
import { intendedBytes, type IntendedOtp } from './intended-otp.ts';
import { BLANK_HALFWORD, halfwordAt, OtpContent, udsHalfwords } from './otp-content.ts';
import { isVersion } from './otp-diff.ts';

export interface ExpectedBurn {
  readonly intended: IntendedOtp;
  readonly profile: BootloaderProfile;
  /** The USB serial of the board that was burned; another board is `board-wrong`. */
  readonly serial?: string | undefined;
}

export interface PrimerProof {
  /** Every intended halfword stands as intended, and the UDS as the plan wanted it. */
  readonly ok: boolean;
  readonly status: PrimerStatus;
  /** The board's USB serial, worked out from its unique id. */
  readonly serial: string;
  /** Halfwords of the keystore that hold something else, ascending. */
  readonly wrong: readonly number[];
  /** Halfwords that read right but were never programmed: reading them raises an NMI on the chip. */
  readonly unprogrammed: readonly number[];
  /** Halfwords outside of what was intended that hold something. */
  readonly foreign: readonly number[];
  readonly uds: 'present' | 'absent' | 'partial' | 'damaged';
  readonly lockedBlocks: readonly number[];
  /** Of the slots as read back; undefined when they cannot be read as slots. */
  readonly keystoreFingerprint: string | undefined;
  readonly keyFingerprints: readonly string[];
  /** Lower-case hex SHA-256 of the area, the UDS taken for blank. */
  readonly sha256WithoutUds: string;
}

/**
 * Reads the area through the primer that runs on the board and compares. A board that holds something else gets a
 * proof that says so. Throws `board-wrong` and what `readOtpOverPrimer` throws.
 */
export async function verifyOverPrimer(
  pipe: BytePipe,
  clock: Clock,
  expected: ExpectedBurn,
  call: PrimerCall = {},
): Promise<PrimerProof> {
  const reading = await readOtpOverPrimer(pipe, clock, call);
  try {
    return proveReading(reading, expected);
  } finally {
    wipe(reading.bytes);
  }
}

/** The same of a reading at hand, whose bytes stay the caller's. Throws `board-wrong`. */
export function proveReading(
  { bytes, doubleErrors, lockWord, status, uniqueId }: PrimerOtpReading,
  expected: ExpectedBurn,
): PrimerProof {
  const serial = usbSerialOf(fromHex(uniqueId));
  if (expected.serial !== undefined && expected.serial !== serial) {
    throw new AppError('board-wrong', `this is board ${serial}, not ${expected.serial}`, {
      context: { expected: expected.serial, found: serial },
    });
  }
  const content = new OtpContent(bytes, expected.intended.target);
  const cells = compareCells(bytes, new Set(doubleErrors), expected.intended);
  const slots = slotsIn(content, expected.profile);
  const found = slots && keystoreFingerprint(slots);
  const wantsUds = expected.intended.udsSource !== 'none';
  return {
    ok:
      cells.wrong.length === 0 &&
      cells.unprogrammed.length === 0 &&
      found === keystoreFingerprint(expected.intended.slots) &&
      (!wantsUds || cells.uds === 'present'),
    status,
    serial,
    ...cells,
    lockedBlocks: lockedOtpBlocks(lockWord),
    keystoreFingerprint: found,
    keyFingerprints: (slots ?? []).map(({ publicKey }) => fingerprint(publicKey)),
    sha256WithoutUds: content.sha256WithoutUds,
  };
}

function compareCells(bytes: Uint8Array, doubleErrors: ReadonlySet<number>, intended: IntendedOtp) {
  const wrong: number[] = [];
  const unprogrammed: number[] = [];
  const foreign: number[] = [];
  const wanted = intendedBytes(intended);
  for (let index = 0; index < bytes.length / 2; index++) {
    if (intended.isUds(index)) continue;
    const found = halfwordAt(bytes, index);
    const raised = doubleErrors.has(index);
    const isBlank = raised && found === BLANK_HALFWORD;
    if (!intended.programs(index)) {
      if (!isBlank) foreign.push(index);
    } else if (isBlank && halfwordAt(wanted, index) === BLANK_HALFWORD) unprogrammed.push(index);
    else if (raised || (found !== halfwordAt(wanted, index) && !isVersion(index))) {
      wrong.push(index);
    }
  }
  return { wrong, unprogrammed, foreign, uds: udsIn(bytes, doubleErrors, intended) };
}

function udsIn(
  bytes: Uint8Array,
  doubleErrors: ReadonlySet<number>,
  { geometry }: IntendedOtp,
): PrimerProof['uds'] {
  const indexes = udsHalfwords(geometry);
  const raised = indexes.filter((index) => doubleErrors.has(index));
  if (raised.some((index) => halfwordAt(bytes, index) !== BLANK_HALFWORD)) return 'damaged';
  if (raised.length === indexes.length) return 'absent';
  if (raised.length > 0) return 'partial';
  const start = geometry.udsOffsetBytes;
  const uds = bytes.subarray(start, start + geometry.udsBytes);
  // All 00 or all FF is none to the bootloader.
  const [first = 0] = uds;
  const isNone = (first === 0 || first === 0xff) && uds.every((byte) => byte === first);
  return isNone ? 'absent' : 'present';
}

function slotsIn(content: OtpContent, profile: BootloaderProfile) {
  try {
    const strideBytes = slotStrideBytes(profile);
    return parseOtpImage(content.redacted(), 'OTP', { strideBytes }).slots;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/**
 * The serial under which the ROM bootloader shows a chip: 32 bits of id word 0 + word 2, then the upper 16 bits of
 * word 1 (formats/stm32-dfu.md, section 1).
 */
export function usbSerialOf(uniqueId: Uint8Array): string {
  const view = new DataView(uniqueId.buffer, uniqueId.byteOffset, uniqueId.length);
  const sum = (view.getUint32(0, true) + view.getUint32(8, true)) >>> 0;
  const upper = view.getUint16(6, true);
  const text = sum.toString(16).padStart(8, '0') + upper.toString(16).padStart(4, '0');
  return text.toUpperCase();
}
