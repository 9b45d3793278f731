/**
 * Approval: the person types the end of the keystore's fingerprint and of the board's serial (anchors
 * C2, number 4). What comes out is the only thing that `burn` takes, and nothing but this file can make one.
 */
import { groupHex } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { isGenuinePlan, type BurnPlan } from './plan.ts';

export interface RequiredTails {
  /** The last two groups of four hex digits of the keystore's fingerprint, such as `abcd ef01`. */
  readonly keystoreTail: string;
  /** The last four characters of the board's serial. */
  readonly boardTail: string;
}

export interface TypedTails {
  readonly keystoreTail: string;
  readonly boardTail: string;
}

const KEYSTORE_TAIL_DIGITS = 8;
const BOARD_TAIL_CHARACTERS = 4;

/** What has to be typed. For comparing on a screen, never for filling a field in. */
export function requiredTails(plan: BurnPlan): RequiredTails {
  return {
    keystoreTail: groupHex(plan.keystoreFingerprint.slice(-KEYSTORE_TAIL_DIGITS)),
    boardTail: plan.serial.slice(-BOARD_TAIL_CHARACTERS),
  };
}

const constructionKey = Symbol('approval');
const approvals = new WeakSet<ApprovedPlan>();
const usedUp = new WeakSet<ApprovedPlan>();
/** What confirmed each, for the thread that has to check it again. */
const confirmations = new WeakMap<ApprovedPlan, TypedTails>();

/**
 * One approval, one burn: it lasts until that burn has ended well. Until then the same approval goes on
 * with what was interrupted; afterwards it can only find that nothing is left to do.
 */
export class ApprovedPlan {
  /** Private, so that no object literal passes for an approval at compile time. */
  readonly #plan: BurnPlan;

  constructor(key: symbol, plan: BurnPlan) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only approvePlan approves plans');
    }
    this.#plan = plan;
    approvals.add(this);
    Object.freeze(this);
  }

  get plan(): BurnPlan {
    return this.#plan;
  }
}

/** Spaces and case do not matter. Throws `confirmation-mismatch`; context `fields` names which. */
export function approvePlan(plan: BurnPlan, typed: TypedTails): ApprovedPlan {
  if (!isGenuinePlan(plan)) {
    throw new AppError('plan-not-approved', 'this plan did not pass the policy');
  }
  const required = requiredTails(plan);
  const fields = (['keystoreTail', 'boardTail'] as const).filter(
    (field) => plain(typed[field]) !== plain(required[field]),
  );
  if (fields.length > 0) {
    throw new AppError(
      'confirmation-mismatch',
      `what was typed does not match: ${fields.join(', ')}`,
      {
        context: { fields },
      },
    );
  }
  const approved = new ApprovedPlan(constructionKey, plan);
  confirmations.set(approved, { keystoreTail: typed.keystoreTail, boardTail: typed.boardTail });
  return approved;
}

function plain(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

/** The plan of a true approval; anything else, however it was made to look, is `plan-not-approved`. */
export function requireApproved(approved: ApprovedPlan): BurnPlan {
  if (!approvals.has(approved)) {
    throw new AppError('plan-not-approved', 'this is no approval');
  }
  return approved.plan;
}

/** What was typed for it. Not exported from the room. */
export function typedFor(approved: ApprovedPlan): TypedTails {
  const typed = confirmations.get(approved);
  if (typed === undefined) throw new AppError('plan-not-approved', 'this is no approval');
  return typed;
}

export function useUp(approved: ApprovedPlan): void {
  usedUp.add(approved);
}

export function isUsedUp(approved: ApprovedPlan): boolean {
  return usedUp.has(approved);
}
