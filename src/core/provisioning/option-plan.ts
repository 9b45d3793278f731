/**
 * Setting a board's TrustZone option bytes, as a plan: before, after, what changes, every reason against it.
 * There is no way back over DFU, so the confirmation is the strictest of all. What comes out of
 * `approveOptionBytes` is the only thing that `writeOptionBytes` takes, and nothing but this file can make one.
 */
import { groupHex } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { Bench } from '../ports/index.ts';
import { optionField, type OptionField } from '../stm32/index.ts';
import { withOptionValues } from '../stm32/option-fields.ts';
import type { OptionChange } from '../stm32/option-write.ts';
import { canonicalSha256 } from './canonical-json.ts';
import type { Inspection } from './inspection.ts';
import { isUnfinished, type JournalEntry } from './journal.ts';
import { optionPreset, type OptionPresetId } from './option-presets.ts';
import type { PlanRefusal } from './plan-policy.ts';

export interface OptionPlanInput {
  readonly inspection: Inspection;
  readonly benchKind: Bench['kind'];
  readonly presetId: OptionPresetId;
  /** The board's burn journal, `readJournal`. */
  readonly journal: JournalEntry | undefined;
}

export interface OptionFieldChange {
  readonly before: OptionField;
  readonly after: OptionField;
}

export type OptionCaution =
  /** Switching TrustZone off again takes a regression over the debug port, which erases the flash. */
  | 'way-back-erases-flash'
  /** A document of the walkthrough gives another watermark; see `OptionPreset.otherwise`. */
  | 'documents-disagree'
  /** The primer belongs before this: with TrustZone on it would not run. */
  | 'otp-blank'
  /** Whether this ROM takes watermarks is unproven on silicon; the reading afterwards tells. */
  | 'unproven-on-silicon';

export type OptionPlanResult =
  | { readonly kind: 'plan'; readonly plan: OptionPlan }
  /** The board holds these values. */
  | { readonly kind: 'already'; readonly fields: readonly OptionField[] }
  /** Never empty. */
  | { readonly kind: 'refused'; readonly reasons: readonly PlanRefusal[] };

const constructionKey = Symbol('option bytes');
const genuinePlans = new WeakSet<OptionPlan>();

/** Comes from `planOptionBytes` alone. */
export class OptionPlan {
  /** Lower-case hex SHA-256 of board, preset, and every field before and after. */
  readonly hash: string;
  readonly presetId: OptionPresetId;
  readonly benchKind: Bench['kind'];
  readonly serial: string;
  readonly boardName: string;
  readonly before: readonly OptionField[];
  readonly after: readonly OptionField[];
  /** Never empty. */
  readonly changes: readonly OptionFieldChange[];
  /** The preset's values, those that the board has already among them. */
  readonly values: readonly OptionChange[];
  readonly cautions: readonly OptionCaution[];
  /** What it was made of, for the thread that has the device. */
  readonly input: OptionPlanInput;

  constructor(key: symbol, input: OptionPlanInput, facts: PlanFacts) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only planOptionBytes makes such plans');
    }
    this.presetId = input.presetId;
    this.benchKind = input.benchKind;
    this.serial = facts.serial;
    this.boardName = input.inspection.board?.name ?? facts.serial;
    this.before = input.inspection.optionBytes.fields;
    this.after = facts.after;
    this.changes = changesBetween(this.before, facts.after);
    this.values = optionPreset(input.presetId).values;
    this.cautions = cautionsOf(input.inspection);
    this.input = input;
    this.hash = canonicalSha256({
      format: 'keyfuse-option-bytes-1',
      board: facts.serial,
      preset: input.presetId,
      before: valuesOf(this.before),
      after: valuesOf(facts.after),
    });
    genuinePlans.add(this);
    Object.freeze(this);
  }
}

interface PlanFacts {
  readonly serial: string;
  readonly after: readonly OptionField[];
}

/** Changes nothing and asks no device. */
export function planOptionBytes(input: OptionPlanInput): OptionPlanResult {
  const { inspection, presetId } = input;
  const before = inspection.optionBytes.fields;
  const after = withOptionValues(before, optionPreset(presetId).values);
  const { serial } = inspection;
  const reasons = refusalsOf(input, after);
  if (reasons.length > 0 || serial === undefined) return { kind: 'refused', reasons };
  if (changesBetween(before, after).length === 0) return { kind: 'already', fields: before };
  return { kind: 'plan', plan: new OptionPlan(constructionKey, input, { serial, after }) };
}

function refusalsOf(input: OptionPlanInput, after: readonly OptionField[]): readonly PlanRefusal[] {
  const { inspection, journal } = input;
  const { board, serial, optionBytes } = inspection;
  const refusals: PlanRefusal[] = [];
  const refuse = (code: PlanRefusal['code'], message: string): void => {
    refusals.push({ code, message });
  };
  if (serial === undefined || serial === '') {
    refuse('board-wrong', 'the board tells no serial number, so nothing can be bound to it');
  }
  if (board?.otp.target !== 'stm32h5') {
    refuse('board-wrong', 'this is not an STM32H5 that Keyfuse knows');
  } else if (board.flash.bankBytes !== PRESET_BANK_BYTES) {
    refuse('not-supported', 'the presets are for banks of 1 MB');
  }
  if (optionBytes.productState?.name !== 'open') {
    refuse(
      'board-not-open',
      `the product state is ${optionBytes.productState?.name ?? 'not readable'}, not Open`,
    );
  }
  const unread = optionPreset(input.presetId).values.filter(
    ({ name }) => optionField(optionBytes.fields, name)?.value === undefined,
  );
  if (unread.length > 0) {
    const names = unread.map(({ name }) => name).join(', ');
    refuse('not-supported', `the bootloader does not offer ${names}; use the vendor's programmer`);
  }
  if (input.presetId === 'trustzone-single-bank' && optionBytes.swapBank === true) {
    refuse('not-supported', 'the banks are swapped; the single-bank layout has them as wired');
  }
  if (isUnfinished(journal)) {
    refuse('journal-conflict', 'a burn of this board was begun and not finished');
  }
  if (stateOf(after) !== stateOf(optionBytes.fields)) {
    refuse('internal', 'the product state would change');
  }
  return refusals;
}

const PRESET_BANK_BYTES = 1024 * 1024;

function stateOf(fields: readonly OptionField[]): number | undefined {
  return optionField(fields, 'PRODUCT_STATE')?.value;
}

function cautionsOf({ otp }: Inspection): readonly OptionCaution[] {
  const blank = otp.kind === 'read' && otp.content.isAllBlank;
  return [
    'way-back-erases-flash',
    'documents-disagree',
    'unproven-on-silicon',
    ...(blank ? (['otp-blank'] as const) : []),
  ];
}

function changesBetween(
  before: readonly OptionField[],
  after: readonly OptionField[],
): readonly OptionFieldChange[] {
  return before.flatMap((field) => {
    const other = optionField(after, field.name);
    return other === undefined || other.value === field.value
      ? []
      : [{ before: field, after: other }];
  });
}

function valuesOf(fields: readonly OptionField[]): Record<string, number | undefined> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

/** What has to be typed. For comparing on a screen, never for filling a field in. */
export interface OptionWords {
  /** The last four characters of the board's serial. */
  readonly boardTail: string;
  readonly word: string;
  /** The last two groups of four hex digits of the plan's hash, such as `abcd ef01`. */
  readonly changeTail: string;
}

const BOARD_TAIL_CHARACTERS = 4;
const CHANGE_TAIL_DIGITS = 8;
const WORD = 'TRUSTZONE';

export function wordsForOptionBytes(plan: OptionPlan): OptionWords {
  return {
    boardTail: plan.serial.slice(-BOARD_TAIL_CHARACTERS),
    word: WORD,
    changeTail: groupHex(plan.hash.slice(-CHANGE_TAIL_DIGITS)),
  };
}

const approvalKey = Symbol('option bytes approval');
const approvals = new WeakMap<ApprovedOptionBytes, OptionWords>();
const usedUp = new WeakSet<ApprovedOptionBytes>();

/** One approval, one writing that ended well; until then it may be tried again. */
export class ApprovedOptionBytes {
  readonly #plan: OptionPlan;

  constructor(key: symbol, plan: OptionPlan, typed: OptionWords) {
    if (key !== approvalKey) {
      throw new AppError('plan-not-approved', 'only approveOptionBytes approves this');
    }
    this.#plan = plan;
    approvals.set(this, typed);
    Object.freeze(this);
  }

  get plan(): OptionPlan {
    return this.#plan;
  }
}

/** Spaces and case do not matter. Throws `confirmation-mismatch`; context `fields` names which. */
export function approveOptionBytes(plan: OptionPlan, typed: OptionWords): ApprovedOptionBytes {
  if (!genuinePlans.has(plan)) {
    throw new AppError('plan-not-approved', 'this plan did not pass the policy');
  }
  const required = wordsForOptionBytes(plan);
  const fields = (['boardTail', 'word', 'changeTail'] as const).filter(
    (field) => plain(typed[field]) !== plain(required[field]),
  );
  if (fields.length > 0) {
    throw new AppError('confirmation-mismatch', `what was typed differs: ${fields.join(', ')}`, {
      context: { fields },
    });
  }
  return new ApprovedOptionBytes(approvalKey, plan, { ...typed });
}

function plain(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

/** The plan of a true, unused approval and what was typed for it; else `plan-not-approved`. Not exported from the room. */
export function requireOptionApproval(approved: ApprovedOptionBytes): {
  readonly plan: OptionPlan;
  readonly typed: OptionWords;
} {
  const typed = approvals.get(approved);
  if (typed === undefined) throw new AppError('plan-not-approved', 'this is no approval');
  if (usedUp.has(approved)) {
    throw new AppError('plan-not-approved', 'this approval was used: plan and approve again');
  }
  return { plan: approved.plan, typed };
}

export function useUpOptionApproval(approved: ApprovedOptionBytes): void {
  usedUp.add(approved);
}
