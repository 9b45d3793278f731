/**
 * Erasing all of a board's user flash, as a plan: which board, what goes, and every reason against it first.
 * OTP, option bytes and the product state are no part of it. What comes out of `approveMassErase` is the only
 * thing that `runMassErase` takes, and nothing but this file can make one.
 */
import { AppError } from '../errors.ts';
import type { Bench } from '../ports/index.ts';
import { canonicalSha256 } from './canonical-json.ts';
import type { Inspection } from './inspection.ts';
import type { JournalEntry } from './journal.ts';
import type { PlanRefusal } from './plan-policy.ts';

export interface MassEraseInput {
  readonly inspection: Inspection;
  readonly benchKind: Bench['kind'];
  /** The board's burn journal, `readJournal`. */
  readonly journal: JournalEntry | undefined;
}

export type MassEraseCaution =
  /** The product state could not be read; a bootloader that answers makes Open or Provisioning likely. */
  | 'state-not-readable'
  /** Secure sectors may be out of this bootloader's reach and stay; the reading afterwards tells. */
  | 'trustzone-on';

export type MassErasePlanResult =
  | { readonly kind: 'plan'; readonly plan: MassErasePlan }
  /** Never empty. */
  | { readonly kind: 'refused'; readonly reasons: readonly PlanRefusal[] };

const constructionKey = Symbol('mass erase');
const genuinePlans = new WeakSet<MassErasePlan>();

/** Comes from `planMassErase` alone. */
export class MassErasePlan {
  /** Lower-case hex SHA-256 of the board and the range. */
  readonly hash: string;
  readonly benchKind: Bench['kind'];
  readonly serial: string;
  readonly boardName: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly cautions: readonly MassEraseCaution[];
  /** What it was made of, for the thread that has the device. */
  readonly input: MassEraseInput;

  constructor(key: symbol, input: MassEraseInput, facts: PlanFacts) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only planMassErase makes such plans');
    }
    const { flash, name } = facts.board;
    this.benchKind = input.benchKind;
    this.serial = facts.serial;
    this.boardName = name;
    this.address = flash.baseAddress;
    this.sizeBytes = flash.sizeBytes;
    this.sectorBytes = flash.sectorBytes;
    this.cautions = cautionsOf(input.inspection);
    this.input = input;
    this.hash = canonicalSha256({
      format: 'keyfuse-mass-erase-1',
      board: facts.serial,
      address: flash.baseAddress,
      sizeBytes: flash.sizeBytes,
    });
    genuinePlans.add(this);
    Object.freeze(this);
  }
}

interface PlanFacts {
  readonly serial: string;
  readonly board: NonNullable<Inspection['board']>;
}

/** Changes nothing and asks no device. */
export function planMassErase(input: MassEraseInput): MassErasePlanResult {
  const { serial, board } = input.inspection;
  const reasons = refusalsOf(input);
  if (reasons.length > 0 || serial === undefined || board === undefined) {
    return { kind: 'refused', reasons };
  }
  return { kind: 'plan', plan: new MassErasePlan(constructionKey, input, { serial, board }) };
}

function refusalsOf({ inspection, journal }: MassEraseInput): readonly PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  if (inspection.serial === undefined || inspection.serial === '') {
    refusals.push({
      code: 'board-wrong',
      message: 'the board tells no serial number, so nothing can be bound to it',
    });
  }
  if (inspection.board === undefined) {
    refusals.push({ code: 'board-wrong', message: 'this is not a board that Keyfuse knows' });
  }
  refusals.push(...refuseNotOpen(inspection));
  if (journal?.phase === 'primer-in-flash') {
    refusals.push({
      code: 'journal-conflict',
      message: 'a primer may still be in the flash of this board: it is erased first, head first',
    });
  }
  return refusals;
}

/** Also asked again with a fresh reading right before the act. A state that cannot be read passes here. */
export function refuseNotOpen({
  optionBytes,
}: Pick<Inspection, 'optionBytes'>): readonly PlanRefusal[] {
  const { productState } = optionBytes;
  if (productState === undefined || productState.name === 'open') return [];
  return [
    { code: 'board-not-open', message: `the product state is ${productState.name}, not Open` },
  ];
}

function cautionsOf({ optionBytes }: Inspection): readonly MassEraseCaution[] {
  return [
    ...(optionBytes.productState === undefined ? (['state-not-readable'] as const) : []),
    ...(optionBytes.trustZone === 'on' ? (['trustzone-on'] as const) : []),
  ];
}

/** What has to be typed. For comparing on a screen, never for filling a field in. */
export interface MassEraseWords {
  /** The last four characters of the board's serial. */
  readonly boardTail: string;
  readonly word: string;
}

const BOARD_TAIL_CHARACTERS = 4;
const WORD = 'ERASE';

export function wordsForMassErase(plan: MassErasePlan): MassEraseWords {
  return { boardTail: plan.serial.slice(-BOARD_TAIL_CHARACTERS), word: WORD };
}

const approvalKey = Symbol('mass erase approval');
const approvals = new WeakMap<ApprovedMassErase, MassEraseWords>();
const usedUp = new WeakSet<ApprovedMassErase>();

/** One approval, one erase that ended well; until then it may be tried again. */
export class ApprovedMassErase {
  readonly #plan: MassErasePlan;

  constructor(key: symbol, plan: MassErasePlan, typed: MassEraseWords) {
    if (key !== approvalKey) {
      throw new AppError('plan-not-approved', 'only approveMassErase approves this');
    }
    this.#plan = plan;
    approvals.set(this, typed);
    Object.freeze(this);
  }

  get plan(): MassErasePlan {
    return this.#plan;
  }
}

/** Spaces around it and case do not matter. Throws `confirmation-mismatch`; context `fields` names which. */
export function approveMassErase(plan: MassErasePlan, typed: MassEraseWords): ApprovedMassErase {
  if (!genuinePlans.has(plan)) {
    throw new AppError('plan-not-approved', 'this plan did not pass the policy');
  }
  const required = wordsForMassErase(plan);
  const fields = (['boardTail', 'word'] as const).filter(
    (field) => plain(typed[field]) !== plain(required[field]),
  );
  if (fields.length > 0) {
    throw new AppError('confirmation-mismatch', `what was typed differs: ${fields.join(', ')}`, {
      context: { fields },
    });
  }
  return new ApprovedMassErase(approvalKey, plan, { ...typed });
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}

/** The plan of a true, unused approval and what was typed for it; else `plan-not-approved`. Not exported from the room. */
export function requireMassEraseApproval(approved: ApprovedMassErase): {
  readonly plan: MassErasePlan;
  readonly typed: MassEraseWords;
} {
  const typed = approvals.get(approved);
  if (typed === undefined) throw new AppError('plan-not-approved', 'this is no approval');
  if (usedUp.has(approved)) {
    throw new AppError('plan-not-approved', 'this approval was used: plan and approve again');
  }
  return { plan: approved.plan, typed };
}

export function useUpMassErase(approved: ApprovedMassErase): void {
  usedUp.add(approved);
}
