/**
 * The route of the primer: flash it, let a person start it and bring the board back, erase it, look.
 *
 * The primer says nothing, so everything is concluded from the bus and from the OTP: the board left, the
 * board came back, the OTP is as before, or complete, or neither. While the primer is in flash the journal
 * says so, and erasing it comes before everything else, whoever opens the board next.
 */
import { AppError, isAppError } from '../errors.ts';
import type { UsbDevice } from '../ports/index.ts';
import type { DfuSession } from '../stm32/index.ts';
import { waitUntilBack, waitUntilGone, withBoard } from './board-link.ts';
import type { BurnCall, BurnEnv } from './burn-types.ts';
import { lockedBlocksOf } from './classify.ts';
import { glimpseOtp, inspectBoard, type Inspection } from './inspection.ts';
import type { IntendedPrimer } from './intended-otp.ts';
import { readJournal, writeJournal, type JournalEntry } from './journal.ts';
import type { BurnPlan } from './plan.ts';
import { describePrimer, erasePrimerFlash, flashPrimer } from './primer-flash.ts';
import { readContent, verifyFailed, wrongAfterPrimer } from './verify.ts';

/** How often the person may come back without having let it run, before the burn gives up. */
const MOST_RUNS = 5;

export interface PrimerJob {
  readonly plan: BurnPlan;
  readonly env: BurnEnv;
  readonly call: BurnCall;
  /** Of just before the primer was flashed. */
  readonly inspection: Inspection;
}

export interface LoadedPrimer {
  readonly kind: 'loaded';
  readonly device: UsbDevice;
  readonly journal: JournalEntry;
}

export interface PrimerResult {
  readonly kind: 'ran';
  readonly inspection: Inspection;
  readonly journal: JournalEntry;
}

/**
 * From the loaded primer to the erased one and the board's content as the primer leaves it. The session that
 * flashed it must be closed by now: the board is about to leave the bus.
 */
export async function runPrimer(job: PrimerJob, first: LoadedPrimer): Promise<PrimerResult> {
  let loaded = first;
  for (let run = 1; ; run++) {
    await letItRun(job, loaded.device, run);
    const { journal } = loaded;
    const back = await withBoard(job.env, job.plan.serial, undefined, (session, device) =>
      afterRun(job, { session, device, journal, run }),
    );
    if (back.kind === 'ran') return back;
    loaded = back;
  }
}

/** Flashes the primer, the journal first. From here on erasing it comes before everything else. */
export async function loadPrimer(
  { plan, env, call, inspection }: PrimerJob,
  session: DfuSession,
  earlier: JournalEntry,
  device: UsbDevice,
): Promise<LoadedPrimer> {
  const primer = requirePrimer(plan);
  const sectorBytes = inspection.board?.flash.sectorBytes;
  if (sectorBytes === undefined) throw new AppError('board-wrong', 'the flash is not known');
  const where = describePrimer(primer, sectorBytes);
  const journal: JournalEntry = { ...earlier, phase: 'primer-in-flash', primer: where };
  await writeJournal(env.store, stamped(env, journal));
  await flashPrimer(session, primer, where, call);
  return { kind: 'loaded', device, journal };
}

function requirePrimer({ intended }: BurnPlan): IntendedPrimer {
  if (intended.primer) return intended.primer;
  throw new AppError('internal', 'a plan on the primer route without a primer');
}

/** The two moments of the person: off with BOOT0 and reset; then on with it again and reset. */
async function letItRun(job: PrimerJob, device: UsbDevice, run: number): Promise<void> {
  const { env, call, plan } = job;
  call.onProgress?.({ stage: 'waiting-for-run', cancelling: 'at-once', run });
  try {
    await waitUntilGone(env, device, call.signal);
  } catch (error) {
    // It is still in DFU mode, so the primer can be taken out again; no loaded gun is left behind.
    if (isAppError(error)) await takeBack(job);
    throw error;
  }
  call.onProgress?.({ stage: 'waiting-for-dfu', cancelling: 'at-once', run });
  await waitUntilBack(env, plan.serial, call.signal);
}

async function takeBack({ env, plan, call }: PrimerJob): Promise<void> {
  try {
    await withBoard(env, plan.serial, undefined, async (session) => {
      await eraseLeftPrimer(session, env, await readJournal(env.store, plan.serial), call);
    });
  } catch (error) {
    // The journal still says that it is there, and the next to open the board will erase it.
    if (!isAppError(error)) throw error;
  }
}

interface BoardBack {
  readonly session: DfuSession;
  readonly device: UsbDevice;
  readonly journal: JournalEntry;
  readonly run: number;
}

async function afterRun(
  job: PrimerJob,
  { session, device, journal: earlier, run }: BoardBack,
): Promise<PrimerResult | LoadedPrimer> {
  const { plan, env, call } = job;
  const journal = await eraseKnownPrimer(session, env, earlier, call);
  call.onProgress?.({ stage: 'verifying', cancelling: 'at-once' });
  const inspection = await inspectBoard(session, env.bench.clock, { signal: call.signal });
  const before = readContent(job.inspection);
  const after = readContent(inspection);
  if (after.sha256 === before.sha256) {
    call.onProgress?.({ stage: 'primer-did-not-run', cancelling: 'at-once', run });
    if (run >= MOST_RUNS) {
      throw new AppError('primer-did-not-run', `the OTP is as before after ${run} resets`);
    }
    return loadPrimer(job, session, journal, device);
  }
  const wrong = wrongAfterPrimer(before, after, plan.intended);
  if (wrong.length > 0) {
    throw verifyFailed(wrong, 'the primer did not finish, or wrote something else');
  }
  requireLocks(plan, inspection);
  return { kind: 'ran', inspection, journal };
}

/** What the image was to lock is locked, as far as the lock word can be read. */
function requireLocks({ intended }: BurnPlan, inspection: Inspection): void {
  const asked = intended.primer?.image.keyfuse?.lockBlocks ?? [];
  if (inspection.optionBytes.otpLockWord === undefined) return;
  const locked = new Set(lockedBlocksOf(inspection));
  const open = asked.filter((block) => !locked.has(block));
  if (open.length === 0) return;
  throw new AppError('otp-verify-failed', `OTP blocks ${open.join(', ')} were not locked`, {
    context: { blocks: open },
  });
}

/**
 * Erases the primer that the journal says is in flash; without such an entry does nothing. Cannot be
 * cancelled. Throws `primer-ran-again` (once, after erasing) when the UDS is not the one that was seen first.
 */
export async function eraseLeftPrimer(
  session: DfuSession,
  env: BurnEnv,
  journal: JournalEntry | undefined,
  call: BurnCall,
): Promise<JournalEntry | undefined> {
  if (journal?.phase !== 'primer-in-flash') return journal;
  return eraseKnownPrimer(session, env, journal, call);
}

async function eraseKnownPrimer(
  session: DfuSession,
  env: BurnEnv,
  journal: JournalEntry,
  call: BurnCall,
): Promise<JournalEntry> {
  call.onProgress?.({ stage: 'erasing-primer', cancelling: 'finishes-step' });
  if (journal.primer === undefined) throw new AppError('journal-conflict', 'no primer to erase');
  const noted = await noteUds(session, env, journal);
  await erasePrimerFlash(session, journal.primer);
  const erased: JournalEntry = { ...noted, phase: 'primer-erased' };
  await writeJournal(env.store, stamped(env, erased));
  if (erased.udsDamaged && !journal.udsDamaged) {
    throw new AppError(
      'primer-ran-again',
      'the UDS changed since it was first seen: the primer ran a second time before it was erased',
      { context: { serial: journal.serial } },
    );
  }
  return erased;
}

/**
 * A look of a few milliseconds before the erase: the first digest of the UDS is remembered, and should the
 * erase fail and the primer run again, the next look will tell.
 */
async function noteUds(
  session: DfuSession,
  env: BurnEnv,
  journal: JournalEntry,
): Promise<JournalEntry> {
  const seen = (await glimpseOtp(session))?.udsSha256;
  if (seen === undefined || seen === journal.udsSha256) return journal;
  const noted: JournalEntry =
    journal.udsSha256 === undefined
      ? { ...journal, udsSha256: seen }
      : { ...journal, udsDamaged: true };
  // `udsDamaged` is written together with the erased phase, so that it is told exactly once.
  if (!noted.udsDamaged) await writeJournal(env.store, stamped(env, noted));
  return noted;
}

function stamped(env: BurnEnv, entry: JournalEntry): JournalEntry {
  return { ...entry, changedAtWallMs: Math.floor(env.bench.clock.wallMs()) };
}

/**
 * What has to come first when a board turns up in state `primer-in-flash`. Does nothing for any other board.
 * Errors: `board-busy`, `usb-no-device`, `primer-ran-again`, those of DFU.
 */
export async function erasePrimer(
  env: BurnEnv,
  serial: string,
  call: BurnCall = {},
): Promise<void> {
  await env.locks.exclusive(`board/${serial}`, async () => {
    const journal = await readJournal(env.store, serial);
    if (journal?.phase !== 'primer-in-flash') return;
    await withBoard(env, serial, call.signal, (session) =>
      eraseLeftPrimer(session, env, journal, call),
    );
  });
}
