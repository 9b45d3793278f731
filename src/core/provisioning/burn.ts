/**
 * Burning an approved plan, on either route, from wherever an earlier attempt stopped:
 *
 *   erase a primer that was left in flash → inspect → compare with the plan → write what is missing,
 *   or let the board write it → inspect again → verify.
 *
 * Calling `burn` again is how a burn is resumed; when everything is there it writes nothing. It keeps no
 * state of its own: what it needs stands on the board and in the journal.
 */
import { AppError, isAppError } from '../errors.ts';
import type { DfuSession } from '../stm32/index.ts';
import { actHostOf, type ActHost } from './acts.ts';
import { isUsedUp, requireApproved, useUp, type ApprovedPlan } from './approval.ts';
import { withBoard } from './board-link.ts';
import { writeNewHalfwords } from './burn-otp.ts';
import { eraseLeftPrimer, loadPrimer, runPrimer } from './burn-primer.ts';
import type { BurnCall, BurnEnv, BurnOutcome } from './burn-types.ts';
import { udsChanged } from './classify.ts';
import { inspectBoard, type Inspection } from './inspection.ts';
import type { IntendedOtp } from './intended-otp.ts';
import {
  isUnfinished,
  newJournalEntry,
  readJournal,
  writeJournal,
  type JournalEntry,
} from './journal.ts';
import type { OtpContent } from './otp-content.ts';
import { halfwordsOf, type PlanRow } from './otp-diff.ts';
import { isGenuinePlan, udsIsOurs, type BurnPlan } from './plan.ts';
import { remainingWork } from './remaining-work.ts';
import { restSha256 } from './stray-cells.ts';
import { readContent, verifyContent, verifyFailed, wrongHalfwords } from './verify.ts';

/**
 * Errors besides those of DFU and USB: `plan-not-approved`, `board-wrong`, `board-busy` (another tab),
 * `board-not-open`, `board-trustzone-on`, `plan-changed`, `otp-unreadable`, `otp-read-unstable`, `otp-conflict`,
 * `otp-locked`, `otp-verify-failed`, `journal-conflict`, `board-gone`, `primer-did-not-run`, `primer-ran-again`,
 * `cancelled`. After any of them the same approval may be tried again.
 */
export async function burn(
  approved: ApprovedPlan,
  env: BurnEnv,
  call: BurnCall = {},
): Promise<BurnOutcome> {
  const plan = requireApproved(approved);
  // A used-up approval writes nothing, so it needs nobody who may.
  const host = isUsedUp(approved) ? undefined : actHostOf(env);
  const outcome =
    host === undefined
      ? await exclusively(plan, env, call, !isUsedUp(approved))
      : await ordered(host, approved, env, call);
  useUp(approved);
  return outcome;
}

/** Who burns right here never loads it. */
async function ordered(
  host: ActHost,
  approved: ApprovedPlan,
  env: BurnEnv,
  call: BurnCall,
): Promise<BurnOutcome> {
  const { orderBurn } = await import('./burn-order.ts');
  return orderBurn(host, approved, env, call);
}

/**
 * For a board that already holds everything (`plan.work === 'nothing'`): reads and verifies, writes no OTP,
 * so it needs no approval. `plan-not-approved` when there would be something to write after all.
 */
export async function confirmBurned(
  plan: BurnPlan,
  env: BurnEnv,
  call: BurnCall = {},
): Promise<BurnOutcome> {
  if (!isGenuinePlan(plan)) throw new AppError('plan-not-approved', 'this is no plan');
  return exclusively(plan, env, call, false);
}

function exclusively(
  plan: BurnPlan,
  env: BurnEnv,
  call: BurnCall,
  mayWrite: boolean,
): Promise<BurnOutcome> {
  if (env.bench.kind !== plan.benchKind) {
    throw new AppError(
      'board-wrong',
      `the plan was made for a ${plan.benchKind} board, this bench is ${env.bench.kind}`,
    );
  }
  return env.locks.exclusive(`board/${plan.serial}`, () => run({ plan, env, call, mayWrite }));
}

interface Run {
  readonly plan: BurnPlan;
  readonly env: BurnEnv;
  readonly call: BurnCall;
  readonly mayWrite: boolean;
}

/** The board holds everything now. */
interface Result {
  readonly halfwordsWritten: number;
  readonly boardWrote: boolean;
  readonly resumed: boolean;
  readonly journal: JournalEntry;
  readonly inspection: Inspection;
}

async function run(job: Run): Promise<BurnOutcome> {
  const { plan, env } = job;
  const beganAtWallMs = Math.floor(env.bench.clock.wallMs());
  const result = await work(job, beganAtWallMs);
  const content = readContent(result.inspection);
  const suspect = udsChanged(content, result.journal);
  const verification = verifyContent(
    result.inspection,
    content,
    { slots: plan.intended.slots, profile: plan.profile },
    { udsSuspect: suspect },
  );
  if (!verification.ok) {
    throw new AppError('otp-verify-failed', 'the keystore read back is not the intended one', {
      context: {
        slots: verification.slots.flatMap(({ slot, verdict }) =>
          verdict === 'equal' ? [] : [slot],
        ),
      },
    });
  }
  await finishJournal(job, result.journal, content, suspect);
  const { halfwordsWritten, boardWrote, resumed, inspection } = result;
  return {
    kind: halfwordsWritten > 0 || boardWrote ? 'burned' : 'already-burned',
    plan,
    resumed,
    halfwordsWritten,
    before: digestsOf(plan.present),
    inspection,
    verification,
    beganAtWallMs,
    endedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
}

function digestsOf({ sha256, sha256WithoutUds }: OtpContent): BurnOutcome['before'] {
  return { sha256, sha256WithoutUds };
}

async function finishJournal(
  { env }: Run,
  journal: JournalEntry,
  content: OtpContent,
  suspect: boolean,
): Promise<void> {
  await writeJournal(env.store, {
    ...journal,
    phase: 'done',
    udsDamaged: suspect,
    ...(!suspect && content.udsSha256 !== undefined && { udsSha256: content.udsSha256 }),
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  });
}

/** Brings the board to the intended content and returns what it holds then. */
async function work(job: Run, beganAtWallMs: number): Promise<Result> {
  const { plan, env, call } = job;
  const first = await withBoard(env, plan.serial, call.signal, async (session, device) => {
    const left = await readJournal(env.store, plan.serial);
    const cleared = await eraseLeftPrimer(session, env, left, call);
    const inspection = await look(session, job);
    const { rows, isComplete } = remainingWork(plan, inspection, cleared);
    const journal = entryFor(job, cleared, inspection, beganAtWallMs);
    const resumed = isUnfinished(cleared) && cleared.contentSha256 === journal.contentSha256;
    const nothingYet: Result = {
      halfwordsWritten: 0,
      boardWrote: false,
      resumed,
      journal,
      inspection,
    };
    if (isComplete) return nothingYet;
    requireMayWrite(job);
    if (plan.route === 'otp-alternate') {
      return writeThroughAlternate(job, session, rows, nothingYet);
    }
    const primer = { plan, env, call, inspection };
    const loaded = await loadPrimer(primer, session, journal, device);
    return { ...nothingYet, primer, loaded };
  });
  if (!('loaded' in first)) return first;
  const { journal, inspection } = await runPrimer(first.primer, first.loaded);
  return { halfwordsWritten: 0, boardWrote: true, resumed: first.resumed, journal, inspection };
}

function requireMayWrite({ mayWrite }: Run): void {
  if (mayWrite) return;
  throw new AppError(
    'plan-not-approved',
    'there is something to write, and no unused approval for it: plan and approve again',
  );
}

function look(session: DfuSession, { env, call }: Run): Promise<Inspection> {
  call.onProgress?.({ stage: 'inspecting', cancelling: 'at-once' });
  return inspectBoard(session, env.bench.clock, { signal: call.signal });
}

/** What the journal will say about this burn; an earlier attempt's memory of the UDS is kept. */
function entryFor(
  { plan, env }: Run,
  earlier: JournalEntry | undefined,
  inspection: Inspection,
  beganAtWallMs: number,
): JournalEntry {
  const content = readContent(inspection);
  const { udsCells } = content;
  const sameContent = earlier?.contentSha256 === plan.intended.contentSha256;
  // Blank UDS cells have no past: what an entry remembers of an UDS was another chip's.
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
    restSha256: restAtBeginning(earlier, content, plan.intended),
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
}

function restAtBeginning(
  earlier: JournalEntry | undefined,
  content: OtpContent,
  intended: IntendedOtp,
): string {
  const goesOn = isUnfinished(earlier) && earlier.contentSha256 === intended.contentSha256;
  const known = goesOn && !content.isAllBlank ? earlier.restSha256 : undefined;
  return known ?? restSha256(content, intended);
}

async function writeThroughAlternate(
  { plan, env, call }: Run,
  session: DfuSession,
  rows: readonly PlanRow[],
  start: Result,
): Promise<Result> {
  const { otp } = start.inspection;
  if (otp.kind !== 'read') throw new AppError('otp-unreadable', otp.reason);
  const write = writeNewHalfwords({
    session,
    alternate: otp.alternate,
    plan,
    rows,
    before: otp.content,
    call,
    announce: async ({ offsetBytes }) => {
      const changedAtWallMs = Math.floor(env.bench.clock.wallMs());
      const entry = { ...start.journal, unitOffsetBytes: offsetBytes, changedAtWallMs };
      await writeJournal(env.store, entry);
    },
  });
  const halfwordsWritten = await write.catch(async (error: unknown) => {
    await rememberSpoiltUds(env, plan, start.journal, error);
    throw error;
  });
  call.onProgress?.({ stage: 'verifying', cancelling: 'at-once' });
  const inspection = await inspectBoard(session, env.bench.clock, { signal: call.signal });
  const written = new Set(halfwordsOf(rows, 'new'));
  const wrong = wrongHalfwords(otp.content, readContent(inspection), plan.intended, written);
  if (wrong.length > 0) throw verifyFailed(wrong, 'the OTP is not as intended');
  return { ...start, halfwordsWritten, inspection };
}

/** Another tab cannot know what the UDS should have been; the journal tells it that this one is not that. */
async function rememberSpoiltUds(
  env: BurnEnv,
  { intended }: BurnPlan,
  journal: JournalEntry,
  error: unknown,
): Promise<void> {
  if (!isAppError(error, 'otp-verify-failed')) return;
  const { halfwords } = error.context;
  const named = Array.isArray(halfwords) ? halfwords : [];
  if (!named.some((index) => typeof index === 'number' && intended.isUds(index))) return;
  await writeJournal(env.store, { ...journal, udsDamaged: true });
}
