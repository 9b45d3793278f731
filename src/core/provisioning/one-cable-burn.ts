/**
 * The burn with the ST-LINK cable alone: the filled primer goes onto the drive, burns as soon as the probe starts
 * it, says what it did, and gives the whole area back. Plan, approval and journal are those of every burn. A
 * primer of ours may run again without harm, so that it stays in flash until the factory image takes its place.
 */
import { hexNumber, wipe } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { PrimerStatus } from '../serial/index.ts';
import { boardById } from '../stm32/index.ts';
import { isUsedUp, requireApproved, useUp, type ApprovedPlan } from './approval.ts';
import { askPrimer, type BoardLine } from './board-line.ts';
import type { BurnOutcome } from './burn-types.ts';
import { lockedBlocksOf, udsChanged } from './classify.ts';
import { placeImage } from './drive-placing.ts';
import type { Inspection } from './inspection.ts';
import {
  isUnfinished,
  newJournalEntry,
  readJournal,
  writeJournal,
  type JournalEntry,
} from './journal.ts';
import { recall } from './one-cable-memory.ts';
import { inspectionOf, readTwice, serialOf, withLine } from './one-cable-read.ts';
import type { DriveFile, OneCableCall, OneCableEnv } from './one-cable-types.ts';
import { isGenuinePlan, makePlan, udsIsOurs, type BurnPlan, type PlanResult } from './plan.ts';
import type { PlanInput } from './plan-policy.ts';
import { describePrimer } from './primer-flash.ts';
import { identifyDrive } from './probe-files.ts';
import { remainingWork } from './remaining-work.ts';
import { proveReading } from './verify-primer.ts';
import { readContent, verifyContent, verifyFailed, wrongAfterPrimer } from './verify.ts';

/** As `makePlan`; refuses damaged cells too, which DFU does not show, and primers that are not ours. */
export function planOneCable(input: PlanInput, damaged: readonly number[]): PlanResult {
  const made = makePlan(input);
  const touched = damaged.filter((index) => input.intended.programs(index));
  const reasons = [
    ...(touched.length === 0
      ? []
      : [
          {
            code: 'otp-conflict' as const,
            halfwords: touched,
            message: `${touched.length} halfwords are damaged, from ${hexNumber(2 * (touched[0] ?? 0), 3)} on`,
          },
        ]),
    ...(input.intended.mayRunAgain
      ? []
      : [
          {
            code: 'primer-not-recognised' as const,
            message: 'only the primer of Keyfuse may start as soon as it is in flash',
          },
        ]),
  ];
  if (reasons.length === 0) return made;
  const rows = made.kind === 'plan' ? made.plan.rows : made.rows;
  const earlier = made.kind === 'plan' ? [] : made.reasons;
  return { kind: 'refused', reasons: [...reasons, ...earlier], rows };
}

/**
 * The board must have been read by `readBoardOverLine`, and that reader must still answer. Errors: `plan-not-approved`,
 * `board-wrong` (another board on the line, or another drive), `board-busy`, `console-silent`, `plan-changed`,
 * `otp-conflict`, `otp-locked`, `otp-verify-failed`, `otp-read-unstable`, and as `placeImage`. After any of them
 * read the board again and plan; the journal knows what was begun.
 */
export async function burnOverLine(
  approved: ApprovedPlan,
  env: OneCableEnv,
  call: OneCableCall = {},
): Promise<BurnOutcome> {
  const plan = requireApproved(approved);
  const outcome = await exclusively(plan, env, call, !isUsedUp(approved));
  useUp(approved);
  return outcome;
}

/** For a board that holds everything already (`plan.work === 'nothing'`): reads and verifies, writes nothing. */
export async function confirmOverLine(
  plan: BurnPlan,
  env: OneCableEnv,
  call: OneCableCall = {},
): Promise<BurnOutcome> {
  if (!isGenuinePlan(plan)) throw new AppError('plan-not-approved', 'this is no plan');
  return exclusively(plan, env, call, false);
}

interface Job {
  readonly plan: BurnPlan;
  readonly env: OneCableEnv;
  readonly call: OneCableCall;
  readonly mayWrite: boolean;
  readonly line: BoardLine;
}

function exclusively(
  plan: BurnPlan,
  env: OneCableEnv,
  call: OneCableCall,
  mayWrite: boolean,
): Promise<BurnOutcome> {
  if (env.bench.kind !== plan.benchKind) {
    throw new AppError('board-wrong', `the plan was made for a ${plan.benchKind} board`);
  }
  if (!plan.intended.mayRunAgain) {
    throw new AppError('plan-not-approved', 'this plan is not for a primer of Keyfuse');
  }
  return env.locks.exclusive(`board/${plan.serial}`, () =>
    withLine(env, (line) => run({ plan, env, call, mayWrite, line })),
  );
}

async function run(job: Job): Promise<BurnOutcome> {
  const { plan, env, line, call } = job;
  const beganAtWallMs = Math.floor(env.bench.clock.wallMs());
  const running = await requireBoard(job);
  const left = await readJournal(env.store, plan.serial);
  call.onProgress?.({ stage: 'reading-otp' });
  const before = await readBoard(job);
  const { isComplete } = remainingWork(plan, before, left);
  const journal = entryFor(job, left, before, beganAtWallMs);
  if (!isComplete) await letItBurn(job, journal, running);
  call.onProgress?.({ stage: 'verifying' });
  const { inspection, verification, suspect } = await verify(job, before, journal, !isComplete);
  const content = readContent(inspection);
  await writeJournal(env.store, {
    ...journal,
    phase: 'done',
    udsDamaged: suspect,
    ...(!suspect && content.udsSha256 !== undefined && { udsSha256: content.udsSha256 }),
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  });
  await line.close();
  return {
    kind: isComplete ? 'already-burned' : 'burned',
    plan,
    oneCable: true,
    resumed: isUnfinished(left) && left.contentSha256 === journal.contentSha256,
    halfwordsWritten: 0,
    before: {
      sha256: plan.present.sha256,
      sha256WithoutUds: plan.present.sha256WithoutUds,
    },
    inspection,
    verification,
    beganAtWallMs,
    endedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
}

/** The board of the plan is on the line, and the drive is the one that was seen to start it. */
async function requireBoard({ plan, env, line, call }: Job): Promise<PrimerStatus> {
  const status = await askPrimer(line, call.signal);
  if (status === undefined) {
    throw new AppError('console-silent', 'no Keyfuse primer answers: read the board again');
  }
  requireSerial(plan, status);
  const { driveId } = await recall(env.store, plan.serial);
  const found = await identifyDrive(env.drive);
  if (env.drive !== undefined && found !== driveId) {
    throw new AppError('board-wrong', 'the drive is not the one that this board was read by', {
      context: { expected: plan.serial },
    });
  }
  return status;
}

function requireSerial({ serial }: BurnPlan, status: PrimerStatus): void {
  const found = serialOf(status);
  if (found === serial) return;
  throw new AppError('board-wrong', `this is board ${found}, not ${serial}`, {
    context: { expected: serial, found },
  });
}

async function readBoard({ env, line, call, plan }: Job): Promise<Inspection> {
  const reading = await readTwice(line, call.signal);
  try {
    requireSerial(plan, reading.status);
    return inspectionOf(env, reading);
  } finally {
    wipe(reading.bytes);
  }
}

/** What the journal will say of this burn; an earlier attempt's memory of the UDS is kept. */
function entryFor(
  { plan, env }: Job,
  earlier: JournalEntry | undefined,
  inspection: Inspection,
  beganAtWallMs: number,
): JournalEntry {
  const { udsCells } = readContent(inspection);
  const sameContent = earlier?.contentSha256 === plan.intended.contentSha256;
  const continued = sameContent && udsCells !== 'blank' ? earlier : undefined;
  const entry = newJournalEntry({
    serial: plan.serial,
    planHash: plan.hash,
    route: plan.route,
    contentSha256: plan.intended.contentSha256,
    keystoreFingerprint: plan.keystoreFingerprint,
    phase: 'writing',
    udsIsOurs: udsCells === 'blank' || udsIsOurs(earlier, plan.intended),
    beganAtWallMs: continued?.beganAtWallMs ?? beganAtWallMs,
  });
  return {
    ...entry,
    udsDamaged: continued?.udsDamaged ?? false,
    udsSha256: continued?.udsSha256,
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
}

/** The journal first: from here on a primer that burns may be in flash, whatever happens. */
async function letItBurn(job: Job, journal: JournalEntry, before: PrimerStatus): Promise<void> {
  const { plan, env, line, call, mayWrite } = job;
  const { restarts } = line;
  const { primer } = plan.intended;
  if (!mayWrite) {
    throw new AppError(
      'plan-not-approved',
      'there is something to write, and no unused approval for it: plan and approve again',
    );
  }
  if (primer === undefined) throw new AppError('internal', 'a plan of a primer without one');
  const { sectorBytes } = boardById('nucleo-h563zi').flash;
  await writeJournal(env.store, {
    ...journal,
    phase: 'primer-in-flash',
    primer: describePrimer(primer, sectorBytes),
  });
  const file: DriveFile = {
    image: 'burner',
    name: `keyfuse-burn-${plan.serial.slice(-4)}.bin`,
    bytes: primer.bytes,
  };
  const status = await placeImage(
    env,
    file,
    async (signal) => {
      const now = await askPrimer(line, signal);
      if (now === undefined) return undefined;
      requireSerial(plan, now);
      // A burner of an earlier attempt may still be talking of its own run.
      const isAnew = before.region === 'empty' || line.restarts > restarts;
      return now.region !== 'empty' && isAnew ? now : undefined;
    },
    call,
  );
  requireBurned(status);
}

/** What the primer says is not believed where it says "done"; where it says that it stopped, it is. */
function requireBurned({ result, conflicts, fault }: PrimerStatus): void {
  const halfwords = [...conflicts, ...(fault ? [fault] : [])].map(
    ({ offsetBytes }) => offsetBytes / 2,
  );
  const context = { result, halfwords };
  switch (result) {
    case 'done':
    case 'already':
      return;
    case 'refused-conflict':
      throw new AppError('otp-conflict', 'the primer found something else in the OTP', { context });
    case 'refused-locked':
      throw new AppError('otp-locked', 'the primer found locked blocks', { context });
    case 'region-damaged':
    case 'no-keystore':
      throw new AppError('drive-image-failed', 'the primer did not arrive as it was sent', {
        context: { kind: 'transfer', result },
      });
    default:
      throw new AppError('otp-verify-failed', `the primer stopped: ${result}`, { context });
  }
}

/** Byte for byte and cell by cell: what was intended as intended, all the rest as it was. */
async function verify(job: Job, before: Inspection, journal: JournalEntry, burned: boolean) {
  const { plan, line, call, env } = job;
  const reading = await readTwice(line, call.signal);
  try {
    requireSerial(plan, reading.status);
    const inspection = inspectionOf(env, reading);
    const content = readContent(inspection);
    const wrong = burned ? wrongAfterPrimer(readContent(before), content, plan.intended) : [];
    if (wrong.length > 0) throw verifyFailed(wrong, 'the OTP is not as intended');
    const proof = proveReading(reading, plan);
    // Another route leaves halfwords of FFFF unprogrammed; a primer programs them.
    const bad = burned ? [...proof.wrong, ...proof.unprogrammed] : proof.wrong;
    const suspect = udsChanged(content, journal);
    const verification = verifyContent(
      inspection,
      content,
      { slots: plan.intended.slots, profile: plan.profile },
      { udsSuspect: suspect },
    );
    if (!verification.ok || bad.length > 0 || (burned && !proof.ok)) {
      throw new AppError('otp-verify-failed', 'the keystore read back is not the intended one', {
        context: { halfwords: bad },
      });
    }
    requireLocks(plan, inspection);
    return { inspection, verification, suspect };
  } finally {
    wipe(reading.bytes);
  }
}

/** What the image was to lock is locked. */
function requireLocks({ intended }: BurnPlan, inspection: Inspection): void {
  const asked = intended.primer?.image.keyfuse?.lockBlocks ?? [];
  const locked = new Set(lockedBlocksOf(inspection));
  const open = asked.filter((block) => !locked.has(block));
  if (open.length === 0) return;
  throw new AppError('otp-verify-failed', `OTP blocks ${open.join(', ')} were not locked`, {
    context: { blocks: open },
  });
}
