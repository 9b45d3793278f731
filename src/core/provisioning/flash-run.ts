/**
 * Carrying out an approved flash plan: the journal first, then run by run over `DfuSession.programFlash`, which
 * reads, erases the sectors that differ, writes and reads back. Running it again goes on where it stopped:
 * sectors that hold their part by then are left alone. OTP is burnt by `burn` with its own approval.
 */
import { AppError, isAppError } from '../errors.ts';
import {
  createCanceller,
  throwIfCancelled,
  type CancelSignal,
  type Clock,
  type LongCall,
} from '../ports/index.ts';
import {
  recogniseBoard,
  type DfuProgress,
  type DfuSession,
  type ProgramReport,
} from '../stm32/index.ts';
import { withBoard } from './board-link.ts';
import { burn, confirmBurned } from './burn.ts';
import type { BurnEnv, BurnOutcome, BurnProgress } from './burn-types.ts';
import { readFlashJournal, writeFlashJournal } from './flash-journal.ts';
import { FlashPace } from './flash-pace.ts';
import {
  requireApprovedFlash,
  type ApprovedFlash,
  type FlashPlan,
  type FlashStep,
} from './flash-plan.ts';
import type { FlashRun } from './flash-runs.ts';
import { readJournal } from './journal.ts';

export interface FlashStepProgress {
  /** From 0. */
  readonly step: number;
  readonly steps: number;
}

export type FlashProgress = FlashStepProgress &
  (
    | { readonly stage: 'opening' }
    | (DfuProgress & {
        /** Ids. */
        readonly parts: readonly string[];
        /** Of all of flash that is still to be done. */
        readonly projectRemainingMs: number;
      })
    | { readonly stage: 'burning'; readonly burn: BurnProgress }
  );

export interface FlashCall extends LongCall<FlashProgress> {
  /** Default true: equal sectors are left alone. False erases and writes every sector of the plan. */
  readonly readFirst?: boolean;
}

export interface FlashedRun {
  readonly run: FlashRun;
  readonly report: ProgramReport;
}

export interface FlashOutcome {
  readonly plan: FlashPlan;
  /** An earlier attempt at the same project was interrupted. */
  readonly resumed: boolean;
  /** In the order of doing. */
  readonly runs: readonly FlashedRun[];
  readonly burn: BurnOutcome | undefined;
  readonly readFirst: boolean;
  readonly beganAtWallMs: number;
  readonly endedAtWallMs: number;
}

/**
 * Errors besides those of DFU and USB: `plan-not-approved`, `board-wrong`, `board-busy`, `journal-conflict` (a
 * primer may be in flash), `dfu-verify-failed`, `deadline-exceeded`, `cancelled`, and those of `burn`. After any
 * of them the same approval may be run again.
 */
export async function runFlashProject(
  approved: ApprovedFlash,
  env: BurnEnv,
  call: FlashCall = {},
): Promise<FlashOutcome> {
  const plan = requireApprovedFlash(approved);
  if (env.bench.kind !== plan.benchKind) {
    throw new AppError('board-wrong', `the plan was made for a ${plan.benchKind} board`);
  }
  const { clock } = env.bench;
  const beganAtWallMs = Math.floor(clock.wallMs());
  const job: Job = { approved, plan, env, call, pace: new FlashPace(call.readFirst ?? true) };
  const earlier = await readFlashJournal(env.store, plan.serial);
  const resumed = earlier?.phase === 'writing' && earlier.projectHash === plan.projectHash;
  const began = resumed ? earlier.beganAtWallMs : beganAtWallMs;
  await note(job, 'writing', began);
  const runs: FlashedRun[] = [];
  let burnt: BurnOutcome | undefined;
  for (const [index, step] of plan.steps.entries()) {
    throwIfCancelled(call.signal);
    if (step.kind === 'flash') runs.push(await flashStep(job, step, index));
    else burnt = await burnStep(job, index);
  }
  await note(job, 'done', began);
  return {
    plan,
    resumed,
    runs,
    burn: burnt,
    readFirst: call.readFirst ?? true,
    beganAtWallMs: began,
    endedAtWallMs: Math.floor(clock.wallMs()),
  };
}

interface Job {
  readonly approved: ApprovedFlash;
  readonly plan: FlashPlan;
  readonly env: BurnEnv;
  readonly call: FlashCall;
  readonly pace: FlashPace;
}

async function note(
  { plan, env }: Job,
  phase: 'writing' | 'done',
  beganAtWallMs: number,
): Promise<void> {
  await writeFlashJournal(env.store, {
    serial: plan.serial,
    planHash: plan.hash,
    projectHash: plan.projectHash,
    parts: plan.project.parts.map(({ name }) => name),
    phase,
    beganAtWallMs,
    changedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  });
}

async function flashStep(
  job: Job,
  { run }: FlashStep & { kind: 'flash' },
  index: number,
): Promise<FlashedRun> {
  const { plan, env, call } = job;
  const at = { step: index, steps: plan.steps.length };
  const laterBytes = plan.steps
    .slice(index + 1)
    .reduce((sum, step) => sum + (step.kind === 'flash' ? step.run.bytes.length : 0), 0);
  const onProgress = (progress: DfuProgress): void => {
    const projectRemainingMs = job.pace.remainingMs(progress, run.bytes.length, laterBytes);
    call.onProgress?.({ ...at, ...progress, parts: run.parts, projectRemainingMs });
  };
  call.onProgress?.({ ...at, stage: 'opening' });
  const report = await env.locks.exclusive(`board/${plan.serial}`, () =>
    withBoard(env, plan.serial, call.signal, async (session) => {
      await refuseOtherBoard(job, session);
      return within(env.bench.clock, deadlineMs(run), call.signal, (signal) =>
        session.programFlash(run.address, run.bytes, {
          signal,
          onProgress,
          ...(call.readFirst !== undefined && { readFirst: call.readFirst }),
        }),
      );
    }),
  );
  return { run, report };
}

/** The plan was made with this board; what can have changed since is what hands and other tabs did. */
async function refuseOtherBoard({ plan, env }: Job, { description }: DfuSession): Promise<void> {
  const board = recogniseBoard(description);
  if (board?.otp.target !== plan.project.profile.target) {
    throw new AppError('board-wrong', `no ${plan.project.profile.target} board answers`);
  }
  if (board.flash.sizeBytes !== plan.project.geometry.sizeBytes) {
    throw new AppError('board-wrong', 'the board has another flash than the plan was made for');
  }
  // A primer that was left in flash would run at the next reset, over a burn that is not finished.
  if ((await readJournal(env.store, plan.serial))?.phase === 'primer-in-flash') {
    throw new AppError('journal-conflict', 'a primer may be in flash: erase it on the page Burn', {
      context: { serial: plan.serial },
    });
  }
}

async function burnStep({ approved, plan, env, call }: Job, index: number): Promise<BurnOutcome> {
  const at = { step: index, steps: plan.steps.length };
  const burnCall = {
    signal: call.signal,
    onProgress: (progress: BurnProgress): void => {
      call.onProgress?.({ ...at, stage: 'burning', burn: progress });
    },
  };
  if (plan.burn === undefined) throw new AppError('internal', 'a burn step without a burn plan');
  if (plan.burn.work === 'nothing') return confirmBurned(plan.burn, env, burnCall);
  if (approved.burn === undefined) {
    throw new AppError('plan-not-approved', 'what goes into OTP needs its typed confirmation');
  }
  return burn(approved.burn, env, burnCall);
}

const SECTOR_DEADLINE_MS = 1_000;
const SLOWEST_BYTES_PER_SECOND = 4_000;

/** Ten times what a slow board takes; each transfer has a deadline of its own besides. */
function deadlineMs({ sectors, bytes }: FlashRun): number {
  return (
    30_000 + sectors.length * SECTOR_DEADLINE_MS + (1000 * bytes.length) / SLOWEST_BYTES_PER_SECOND
  );
}

/**
 * Cancels the work when its time is up, and waits until it has let go of the board: closing a pipe under a
 * transfer leaves the device in the middle of one.
 */
async function within<T>(
  clock: Clock,
  timeoutMs: number,
  outer: CancelSignal | undefined,
  work: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  const inner = createCanceller();
  const timer = createCanceller();
  const time = { isUp: false };
  outer?.addEventListener('abort', inner.cancel);
  if (outer?.aborted) inner.cancel();
  const alarm = clock.sleep(timeoutMs, timer.signal).then(
    () => {
      time.isUp = true;
      inner.cancel();
    },
    () => undefined,
  );
  try {
    return await work(inner.signal);
  } catch (error) {
    if (!time.isUp || !isAppError(error, 'cancelled')) throw error;
    throw new AppError('deadline-exceeded', `flashing did not finish in ${timeoutMs} ms`, {
      cause: error,
      context: { step: 'flash project', timeoutMs },
    });
  } finally {
    outer?.removeEventListener('abort', inner.cancel);
    timer.cancel();
    await alarm;
  }
}
