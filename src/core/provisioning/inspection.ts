/**
 * Looking at a board without changing anything: who it is, what its option bytes say, what its OTP
 * holds. Reading is harmless; the OTP is read twice and both readings must agree (formats/stm32-dfu.md,
 * section 5, step 3).
 */
import { equalBytes } from '../bytes/index.ts';
import { AppError, isAppError, type ErrorCode } from '../errors.ts';
import type { CancelSignal, Clock, LongCall, UsbIdentity } from '../ports/index.ts';
import {
  NO_OPTION_BYTES,
  readOptionBytes,
  recogniseBoard,
  type BoardDescription,
  type DfuSession,
  type OptionBytes,
} from '../stm32/index.ts';
import { otpGeometry, otpTargets, type OtpTarget } from '../wolfboot/index.ts';
import { OtpContent } from './otp-content.ts';

export type OtpReading =
  | {
      readonly kind: 'read';
      /**
       * Without an OTP alternate a ROM may still answer through the flash alternate; it cannot be written there.
       * `primer`: our own program on the board read it, no DFU was needed.
       */
      readonly via: 'otp-alternate' | 'flash-alternate' | 'primer';
      /** -1 where a primer read it. */
      readonly alternate: number;
      readonly content: OtpContent;
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Facts only, and no secret: it may go into a store. */
export interface Inspection {
  readonly identity: UsbIdentity;
  /** The USB serial, which stands for the board everywhere; without it nothing can be planned. */
  readonly serial: string | undefined;
  readonly board: BoardDescription | undefined;
  /** Parts are undefined where they could not be read. */
  readonly optionBytes: OptionBytes;
  readonly otp: OtpReading;
  /** English remarks, for logs and bundles. */
  readonly warnings: readonly string[];
  readonly atWallMs: number;
}

export interface InspectProgress {
  readonly stage: 'option-bytes' | 'otp-first-reading' | 'otp-second-reading';
}

/** Answers that mean "not here" rather than "broken". */
const REFUSALS: readonly ErrorCode[] = [
  'dfu-address-refused',
  'dfu-read-protected',
  'dfu-status',
  'usb-stall',
];

/**
 * Throws `otp-read-unstable` when two readings differ, and what the session throws when the board goes
 * away or hangs. A refused read is no error: it stands in the result.
 */
export async function inspectBoard(
  session: DfuSession,
  clock: Clock,
  call: LongCall<InspectProgress> = {},
): Promise<Inspection> {
  const { description } = session;
  const board = recogniseBoard(description);
  const warnings = [...description.warnings];
  call.onProgress?.({ stage: 'option-bytes' });
  const optionBytes = await optionBytesOf(session, warnings, call.signal);
  const otp = await readOtp(session, board, call);
  return {
    identity: description.identity,
    serial: description.identity.serial,
    board,
    optionBytes,
    otp,
    warnings,
    atWallMs: Math.floor(clock.wallMs()),
  };
}

async function optionBytesOf(
  session: DfuSession,
  warnings: string[],
  signal: CancelSignal | undefined,
): Promise<OptionBytes> {
  try {
    return await readOptionBytes(session, { signal });
  } catch (error) {
    const refusal = refusalOf(error);
    warnings.push(`option bytes: ${refusal.message}`);
    return NO_OPTION_BYTES;
  }
}

interface OtpPlace {
  readonly via: 'otp-alternate' | 'flash-alternate';
  readonly alternate: number;
  readonly target: OtpTarget;
}

async function readOtp(
  session: DfuSession,
  board: BoardDescription | undefined,
  call: LongCall<InspectProgress>,
): Promise<OtpReading> {
  const place = otpPlace(session, board);
  if (place === undefined) {
    return { kind: 'unreadable', reason: 'the chip is not one whose OTP is known' };
  }
  try {
    call.onProgress?.({ stage: 'otp-first-reading' });
    const first = await readArea(session, place, call.signal);
    call.onProgress?.({ stage: 'otp-second-reading' });
    const second = await readArea(session, place, call.signal);
    return { ...place, kind: 'read', content: agreed(first, second, place.target) };
  } catch (error) {
    return { kind: 'unreadable', reason: refusalOf(error).message };
  }
}

function agreed(first: Uint8Array, second: Uint8Array, target: OtpTarget): OtpContent {
  if (equalBytes(first, second)) return new OtpContent(first, target);
  const offsets = Array.from(first.keys()).filter((index) => first[index] !== second[index]);
  throw new AppError(
    'otp-read-unstable',
    `two readings of the OTP differ in ${offsets.length} bytes`,
    { context: { offsets } },
  );
}

function readArea(
  session: DfuSession,
  place: OtpPlace,
  signal: CancelSignal | undefined,
): Promise<Uint8Array> {
  const { baseAddress, sizeBytes } = otpGeometry(place.target);
  return session.readMemory(place.alternate, baseAddress, sizeBytes, {
    signal,
    allowForeignAddress: place.via === 'flash-alternate',
  });
}

/** By address, never by number or name of the alternate. */
function otpPlace(session: DfuSession, board: BoardDescription | undefined): OtpPlace | undefined {
  const target = board?.otp.target ?? targetByRegion(session);
  if (target === undefined) return undefined;
  const { baseAddress, sizeBytes } = otpGeometry(target);
  const { alternates } = session.description;
  const own = alternates.find((alternate) =>
    alternate.map?.regions.some(
      (region) =>
        region.startAddress <= baseAddress &&
        region.startAddress + region.sizeBytes >= baseAddress + sizeBytes,
    ),
  );
  if (own?.kind === 'otp') return { via: 'otp-alternate', alternate: own.number, target };
  const flash = alternates.find((alternate) => alternate.kind === 'flash');
  return flash && { via: 'flash-alternate', alternate: flash.number, target };
}

/** An unknown chip whose OTP alternate has the address and size of a known one can at least be looked at. */
function targetByRegion(session: DfuSession): OtpTarget | undefined {
  const regions = session.description.alternates.flatMap((alternate) =>
    alternate.kind === 'otp' ? (alternate.map?.regions ?? []) : [],
  );
  return otpTargets.find((target) => {
    const { baseAddress, sizeBytes } = otpGeometry(target);
    return regions.some(
      (region) => region.startAddress === baseAddress && region.sizeBytes === sizeBytes,
    );
  });
}

/**
 * The OTP content, read twice, or undefined when it cannot be had for whatever reason. For a first look on
 * the way to something more urgent; `inspectBoard` is the one that says what is wrong.
 */
export async function glimpseOtp(session: DfuSession): Promise<OtpContent | undefined> {
  try {
    const reading = await readOtp(session, recogniseBoard(session.description), {});
    return reading.kind === 'read' ? reading.content : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function refusalOf(error: unknown): AppError {
  const refusal = REFUSALS.map((code) => isAppError(error, code)).includes(true);
  if (refusal && error instanceof AppError) return error;
  throw error;
}
