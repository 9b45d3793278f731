/**
 * Knowing the board without DFU: our primer with an empty region runs on it, writes nothing and gives the OTP with
 * the ECC state of each cell, the lock word and the unique id (docs/formats/primer.md).
 */
import { equalBytes, fromHex, wipe } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import {
  createPrimerDialogue,
  readOtpOverPrimer,
  type ConsoleInfo,
  type PrimerOtpReading,
  type PrimerStatus,
} from '../serial/index.ts';
import { boardById, NO_OPTION_BYTES } from '../stm32/index.ts';
import { askConsole, askPrimer, BoardLine } from './board-line.ts';
import { placeImage } from './drive-placing.ts';
import type { Inspection } from './inspection.ts';
import { readJournal, writeJournal, type JournalEntry } from './journal.ts';
import { recall, remember } from './one-cable-memory.ts';
import type { DriveFile, OneCableCall, OneCableEnv } from './one-cable-types.ts';
import { BLANK_HALFWORD, halfwordAt, OtpContent } from './otp-content.ts';
import { identifyDrive, readDetails, type ProbeDetails } from './probe-files.ts';
import { usbSerialOf } from './verify-primer.ts';

export type LineLook =
  /** Our primer; `region` tells which. */
  | { readonly kind: 'primer'; readonly serial: string; readonly status: PrimerStatus }
  | { readonly kind: 'application'; readonly info: ConsoleInfo }
  | { readonly kind: 'silent' };

export interface OneCableReading {
  readonly serial: string;
  readonly status: PrimerStatus;
  readonly inspection: Inspection;
  /** What the probe says of itself on its drive; undefined without one, or while it is away. */
  readonly probe: ProbeDetails | undefined;
  /** Halfwords that raise the double-ECC flag and are not blank: no plan may touch them. */
  readonly damaged: readonly number[];
  /** As the next plan has to see it. */
  readonly journal: JournalEntry | undefined;
}

/** What the ROM bootloader of this chip says of itself, but for the serial. */
const IDENTITY = {
  vendorId: 0x0483,
  productId: 0xdf11,
  deviceVersionBcd: 0,
  manufacturer: undefined,
  product: undefined,
} as const;

/** The pieces of an image's work that start the board: `work` has the line, which is closed behind it. */
export async function withLine<T>(
  { findPort, bench }: OneCableEnv,
  work: (line: BoardLine) => Promise<T>,
): Promise<T> {
  const line = new BoardLine(findPort, bench.clock);
  try {
    await line.open();
    return await work(line);
  } finally {
    await line.close();
  }
}

/** Asks who is on the line; changes nothing. Throws what opening the port throws, and `cancelled`. */
export async function lookAtLine(env: OneCableEnv, call: OneCableCall = {}): Promise<LineLook> {
  call.onProgress?.({ stage: 'listening' });
  return withLine(env, async (line) => {
    const status = await askPrimer(line, call.signal);
    if (status) return { kind: 'primer', serial: serialOf(status), status };
    const info = await askConsole(line, call.signal);
    return info ? { kind: 'application', info } : { kind: 'silent' };
  });
}

/**
 * Reads the board through our primer. With a drive the reader is always written, because only a chip that is
 * seen to start anew proves that drive and port belong to one board; without, a primer that runs is taken.
 * `reader`: `builtInPrimer()`. It takes the place of whatever program begins the flash. Writes no OTP.
 * Throws `drive-wrong` when the drive belongs to another board, `otp-read-unstable`, and as `placeImage`.
 */
export async function readBoardOverLine(
  env: OneCableEnv,
  reader: Uint8Array,
  call: OneCableCall = {},
): Promise<OneCableReading> {
  const file: DriveFile = { image: 'reader', name: 'keyfuse-read.bin', bytes: reader };
  return withLine(env, async (line) => {
    call.onProgress?.({ stage: 'listening' });
    const before = await askPrimer(line, call.signal);
    if (env.drive === undefined && before !== undefined) return readRunning(env, line, call);
    const { driveId, status } = await startReader(env, line, file, before, call);
    const memory = await recall(env.store, serialOf(status));
    await remember(env.store, { ...memory, driveId: driveId ?? memory.driveId });
    return readRunning(env, line, call);
  });
}

async function startReader(
  env: OneCableEnv,
  line: BoardLine,
  file: DriveFile,
  before: PrimerStatus | undefined,
  call: OneCableCall,
) {
  const driveId = await identifyDrive(env.drive);
  const { restarts } = line;
  const status = await placeImage(
    env,
    file,
    async (signal) => {
      const now = await askPrimer(line, signal);
      const isAnew = before?.region !== now?.region || line.restarts > restarts;
      return now?.region === 'empty' && isAnew ? now : undefined;
    },
    call,
  ).catch(async (error: unknown) => {
    // The port's board went on as before: the file went into another one.
    const still = isAppError(error, 'console-silent') && (await askPrimer(line, call.signal));
    if (!still) throw error;
    throw new AppError('drive-wrong', 'the board on this serial port did not start anew');
  });
  return { driveId, status };
}

async function readRunning(
  env: OneCableEnv,
  line: BoardLine,
  call: OneCableCall,
): Promise<OneCableReading> {
  call.onProgress?.({ stage: 'reading-otp' });
  const reading = await readTwice(line, call.signal);
  try {
    return await takeReading(env, reading);
  } finally {
    wipe(reading.bytes);
  }
}

/** Everything, the area twice; both readings must agree. The caller wipes `bytes`. */
export async function readTwice(
  line: BoardLine,
  signal: CancelSignal | undefined,
): Promise<PrimerOtpReading> {
  const reading = await line.use(async (pipe) => {
    const first = await readOtpOverPrimer(pipe, line.clock, { signal });
    const second = await createPrimerDialogue(pipe, line.clock).dump({ signal });
    const agree =
      equalBytes(first.bytes, second.bytes) &&
      first.doubleErrors.join() === second.doubleErrors.join();
    wipe(second.bytes);
    if (agree) return first;
    wipe(first.bytes);
    throw new AppError('otp-read-unstable', 'two readings of the OTP differ');
  });
  if (reading !== undefined) return reading;
  throw new AppError('serial-disconnected', 'the serial port went away while the OTP was read');
}

async function takeReading(env: OneCableEnv, reading: PrimerOtpReading): Promise<OneCableReading> {
  const inspection = inspectionOf(env, reading);
  const serial = serialOf(reading.status);
  return {
    serial,
    status: reading.status,
    inspection,
    probe: await readDetails(env.drive),
    damaged: reading.doubleErrors.filter(
      (index) => halfwordAt(reading.bytes, index) !== BLANK_HALFWORD,
    ),
    journal: await settleJournal(env, serial, reading, inspection),
  };
}

/** `reading.bytes` is copied. What DFU tells besides (product state, banks) stays undefined. */
export function inspectionOf(
  { bench }: Pick<OneCableEnv, 'bench'>,
  { bytes, lockWord, status }: PrimerOtpReading,
): Inspection {
  const serial = serialOf(status);
  return {
    identity: { ...IDENTITY, serial },
    serial,
    board: boardById('nucleo-h563zi'),
    optionBytes: {
      ...NO_OPTION_BYTES,
      trustZone: status.trustZone ? 'on' : 'off',
      otpLockWord: lockWord,
    },
    otp: {
      kind: 'read',
      via: 'primer',
      alternate: -1,
      content: new OtpContent(bytes, 'stm32h5'),
    },
    warnings: [],
    atWallMs: Math.floor(bench.clock.wallMs()),
  };
}

/**
 * A reader on the line stands where a burning primer may have been: that one is gone. One that still runs has
 * done what it could, and running it again changes nothing (docs/formats/primer.md, rule 6): a plan may go on.
 */
async function settleJournal(
  env: OneCableEnv,
  serial: string,
  { status }: PrimerOtpReading,
  { otp }: Inspection,
): Promise<JournalEntry | undefined> {
  const journal = await readJournal(env.store, serial);
  if (journal?.phase !== 'primer-in-flash') return journal;
  const erased: JournalEntry = { ...journal, phase: 'primer-erased' };
  if (status.region !== 'empty') return erased;
  const seen = otp.kind === 'read' ? otp.content.udsSha256 : undefined;
  const changedUds = journal.udsSha256 !== undefined && seen !== journal.udsSha256;
  const noted: JournalEntry = {
    ...erased,
    udsSha256: journal.udsSha256 ?? seen,
    udsDamaged: journal.udsDamaged || changedUds,
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
  await writeJournal(env.store, noted);
  return noted;
}

export function serialOf({ uniqueId }: Pick<PrimerStatus, 'uniqueId'>): string {
  return usbSerialOf(fromHex(uniqueId));
}
