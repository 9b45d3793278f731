/**
 * A plan against a fresh inspection: what is still to be done, or why it may not be done any more.
 * Whatever changed since the plan was made must be this very plan's own work.
 */
import { AppError } from '../errors.ts';
import { hexNumber } from '../bytes/index.ts';
import type { Inspection } from './inspection.ts';
import type { JournalEntry } from './journal.ts';
import { halfwordAt, HALFWORD_BYTES, trueBytes, type OtpContent } from './otp-content.ts';
import { diffOtp, type PlanRow } from './otp-diff.ts';
import { udsIsOurs, type BurnPlan } from './plan.ts';
import { listed, refuseAfterDiff, refuseBoardState } from './plan-policy.ts';
import { readContent } from './verify.ts';

export interface RemainingWork {
  readonly rows: readonly PlanRow[];
  /** Everything is there. */
  readonly isComplete: boolean;
}

/**
 * Throws `board-wrong`, `board-not-open`, `board-trustzone-on`, `otp-unreadable`, `not-supported`, `plan-changed`,
 * `otp-conflict` or `otp-locked`, halfwords named.
 */
export function remainingWork(
  plan: BurnPlan,
  inspection: Inspection,
  journal: JournalEntry | undefined,
): RemainingWork {
  requireBoard(plan, inspection);
  const content = readContent(inspection);
  const rows = diffOtp({
    present: content,
    intended: plan.intended,
    otpLockWord: inspection.optionBytes.otpLockWord,
    udsIsOurs: udsIsOurs(journal, plan.intended),
    udsIsThisImage: wroteThisImage(plan, journal),
  });
  const isComplete = rows.every((row) => row.kind === 'equal' || row.kind === 'untouched');
  requireUnchanged(plan, content, journal, isComplete);
  throwFirst(refuseAfterDiff(rows, plan.intended));
  return { rows, isComplete };
}

/** An earlier attempt of this plan wrote through the OTP alternate, so its UDS is known to the last bit. */
function wroteThisImage(plan: BurnPlan, journal: JournalEntry | undefined): boolean {
  if (plan.intended.udsSource !== 'image') return false;
  return udsIsOurs(journal, plan.intended) && journal?.planHash === plan.hash;
}

function requireBoard(plan: BurnPlan, inspection: Inspection): void {
  if (inspection.serial !== plan.serial) {
    throw new AppError('board-wrong', `this is not board ${plan.serial}`, {
      context: { expected: plan.serial, found: inspection.serial },
    });
  }
  if (inspection.board?.otp.target !== plan.intended.target) {
    throw new AppError('board-wrong', `this board is not ${plan.intended.target}`);
  }
  throwFirst(refuseBoardState({ inspection, intended: plan.intended }));
}

function throwFirst(refusals: ReturnType<typeof refuseAfterDiff>): void {
  const [first] = refusals;
  if (first === undefined) return;
  throw new AppError(first.code, first.message, {
    context: { halfwords: first.halfwords, blocks: first.blocks },
  });
}

/**
 * The content must be what was approved. It may differ where this plan's own earlier attempt wrote, which the
 * journal vouches for; or the board may hold everything already, then nothing is written anyway.
 */
function requireUnchanged(
  plan: BurnPlan,
  content: OtpContent,
  journal: JournalEntry | undefined,
  isComplete: boolean,
): void {
  if (content.sha256 === plan.present.sha256) return;
  const changed = changedHalfwords(plan.present, content);
  const begunByUs = journal?.planHash === plan.hash;
  const strays = changed.filter((index) => !plan.intended.programs(index));
  if ((begunByUs || isComplete) && strays.length === 0) return;
  const named = strays.length > 0 && begunByUs ? strays : changed;
  const places = named.map((index) => hexNumber(index * HALFWORD_BYTES, 3));
  throw new AppError(
    'plan-changed',
    `the OTP is no longer as it was when the plan was made: ${listed(places)}`,
    { context: { halfwords: named } },
  );
}

function changedHalfwords(before: OtpContent, now: OtpContent): readonly number[] {
  const indexes = Array.from({ length: before.halfwordCount }, (_, index) => index);
  return indexes.filter(
    (index) => halfwordAt(trueBytes(before), index) !== halfwordAt(trueBytes(now), index),
  );
}
