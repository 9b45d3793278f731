/**
 * Proof after a burn: what the board holds now against what was intended and against what it held before.
 *
 * Read from the content itself, not from the plan's rows: a mistake in the planner must not vouch for
 * itself. What DFU cannot show is named in the result: the ECC state of a cell.
 */
import { asciiToBytes, equalBytes, hexNumber } from '../bytes/index.ts';
import { fingerprint } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import type { Clock, LongCall } from '../ports/index.ts';
import type { DfuSession } from '../stm32/index.ts';
import {
  keystoreFingerprint,
  OTP_MAGIC,
  parseOtpImage,
  slotStrideBytes,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../wolfboot/index.ts';
import { lockedBlocksOf } from './classify.ts';
import { inspectBoard, type Inspection, type InspectProgress } from './inspection.ts';
import { intendedBytes, type IntendedOtp } from './intended-otp.ts';
import {
  BLANK_HALFWORD,
  halfwordAt,
  HALFWORD_BYTES,
  trueBytes,
  type OtpContent,
} from './otp-content.ts';
import { isVersion } from './otp-diff.ts';
import { listed } from './plan-policy.ts';

export interface SlotVerdict {
  readonly slot: number;
  readonly verdict: 'equal' | 'different' | 'blank' | 'missing';
  /** Of the key that should be there. */
  readonly fingerprint: string;
  readonly partitionMask: number;
}

/** `suspect`: complete, but it changed since it was first seen. */
export type UdsVerdict = 'present' | 'absent' | 'partial' | 'suspect';

export interface Verification {
  /** Magic, count and every slot are as intended. */
  readonly ok: boolean;
  /** "WOLFBOOT" in ASCII at the start of the area. */
  readonly magic: boolean;
  readonly itemCount: number | undefined;
  readonly slots: readonly SlotVerdict[];
  /** Of the slots as read back; equal to the plan's when all is well. */
  readonly keystoreFingerprint: string | undefined;
  readonly uds: UdsVerdict;
  /** Undefined: the lock word cannot be read. */
  readonly lockedBlocks: readonly number[] | undefined;
  readonly sha256: string;
  readonly sha256WithoutUds: string;
  /** What this check cannot see; a primer on the board shows the ECC state of each cell. */
  readonly notVisible: readonly 'ecc'[];
}

export interface ExpectedKeystore {
  readonly slots: readonly KeystoreSlot[];
  readonly profile: BootloaderProfile;
}

/** Never throws: a board that holds something else gets a verdict that says so. */
export function verifyContent(
  inspection: Inspection,
  content: OtpContent,
  expected: ExpectedKeystore,
  options: { readonly udsSuspect?: boolean } = {},
): Verification {
  const shown = content.redacted();
  const found = readKeystore(shown, expected.profile);
  const slots = expected.slots.map((slot, index) => slotVerdict(slot, index, found?.slots[index]));
  const magic = equalBytes(shown.subarray(0, OTP_MAGIC.length), asciiToBytes(OTP_MAGIC));
  const foundFingerprint = found && keystoreFingerprint(found.slots);
  const complete = magic && found?.itemCount === expected.slots.length;
  return {
    ok:
      complete &&
      slots.every(({ verdict }) => verdict === 'equal') &&
      foundFingerprint === keystoreFingerprint(expected.slots),
    magic,
    itemCount: found?.itemCount,
    slots,
    keystoreFingerprint: foundFingerprint,
    uds: udsVerdict(content, options.udsSuspect === true),
    lockedBlocks:
      inspection.optionBytes.otpLockWord === undefined ? undefined : lockedBlocksOf(inspection),
    sha256: content.sha256,
    sha256WithoutUds: content.sha256WithoutUds,
    notVisible: inspection.otp.kind === 'read' && inspection.otp.via === 'primer' ? [] : ['ecc'],
  };
}

function readKeystore(shown: Uint8Array, profile: BootloaderProfile) {
  try {
    return parseOtpImage(shown, 'OTP', { strideBytes: slotStrideBytes(profile) });
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function slotVerdict(
  expected: KeystoreSlot,
  slot: number,
  found: KeystoreSlot | undefined,
): SlotVerdict {
  const facts = {
    slot,
    fingerprint: fingerprint(expected.publicKey),
    partitionMask: expected.partitionMask,
  };
  if (found === undefined) return { ...facts, verdict: 'missing' };
  const same =
    found.keyType === expected.keyType &&
    found.partitionMask === expected.partitionMask &&
    equalBytes(found.publicKey, expected.publicKey);
  if (same) return { ...facts, verdict: 'equal' };
  const blank = found.publicKey.every((byte) => byte === 0xff);
  return { ...facts, verdict: blank ? 'blank' : 'different' };
}

function udsVerdict(content: OtpContent, suspect: boolean): UdsVerdict {
  switch (content.udsCells) {
    case 'blank':
    case 'zero':
      return 'absent';
    case 'partial':
      return 'partial';
    case 'complete':
      return suspect ? 'suspect' : 'present';
  }
}

/** A fresh look at a board, and the verdict on it. Throws what `inspectBoard` throws, and `otp-unreadable`. */
export async function verifyBoard(
  session: DfuSession,
  clock: Clock,
  expected: ExpectedKeystore,
  call: LongCall<InspectProgress> = {},
): Promise<{ readonly inspection: Inspection; readonly verification: Verification }> {
  const inspection = await inspectBoard(session, clock, call);
  const content = readContent(inspection);
  return { inspection, verification: verifyContent(inspection, content, expected) };
}

/** The content of an inspection, or `otp-unreadable`. */
export function readContent(inspection: Inspection): OtpContent {
  if (inspection.otp.kind === 'read') return inspection.otp.content;
  throw new AppError('otp-unreadable', `the OTP cannot be read: ${inspection.otp.reason}`);
}

/** A halfword that is not what it must be; the UDS without values. */
export interface WrongHalfword {
  readonly index: number;
  readonly expected: number | 'secret';
  readonly found: number | 'secret';
}

/**
 * Every halfword of the area after writing the halfwords `written`: those as intended, all others as
 * before (stm32-dfu.md, section 5, step 15). An address that was garbled on its way would show here.
 */
export function wrongHalfwords(
  before: OtpContent,
  after: OtpContent,
  intended: IntendedOtp,
  written: ReadonlySet<number>,
): readonly WrongHalfword[] {
  return halfwordIndexes(before).flatMap((index): WrongHalfword[] => {
    const source = written.has(index) ? intendedBytes(intended) : trueBytes(before);
    const expected = halfwordAt(source, index);
    const found = halfwordAt(trueBytes(after), index);
    if (found === expected) return [];
    const secret = intended.isUds(index);
    return [{ index, expected: secret ? 'secret' : expected, found: secret ? 'secret' : found }];
  });
}

/**
 * The same for a board that burnt itself: the UDS must be complete, and the version word may be any
 * (formats/wolfboot.md, section 5.2).
 */
export function wrongAfterPrimer(
  before: OtpContent,
  after: OtpContent,
  intended: IntendedOtp,
): readonly WrongHalfword[] {
  const programmed = new Set(halfwordIndexes(before).filter((index) => intended.programs(index)));
  return wrongHalfwords(before, after, intended, programmed).filter(({ index }) => {
    if (intended.isUds(index)) return after.udsCells !== 'complete';
    const versionIsThere =
      isVersion(index) && halfwordAt(trueBytes(after), index) !== BLANK_HALFWORD;
    return !versionIsThere;
  });
}

function halfwordIndexes(content: OtpContent): readonly number[] {
  return Array.from({ length: content.halfwordCount }, (_, index) => index);
}

/** `otp-verify-failed` with every halfword named. */
export function verifyFailed(wrong: readonly WrongHalfword[], what: string): AppError {
  const words = wrong.map(({ index, expected, found }) => {
    const place = hexNumber(index * HALFWORD_BYTES, 3);
    if (expected === 'secret' || found === 'secret') return `${place} (UDS)`;
    // Not with its value: what went astray may be a piece of the UDS.
    if (expected === BLANK_HALFWORD) return `${place} is not blank any more`;
    return `${place} is ${hexNumber(found, 4)}, not ${hexNumber(expected, 4)}`;
  });
  return new AppError('otp-verify-failed', `${what}: ${listed(words)}`, {
    context: { halfwords: wrong.map(({ index }) => index) },
  });
}
