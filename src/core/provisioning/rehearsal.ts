/**
 * Rehearsals: the same plan, burnt on the virtual board first. A receipt says that this content, by this
 * route, for this bootloader went well; the board is the only thing that may differ.
 */
import type { JsonValue } from '../ports/index.ts';
import type { BurnOutcome } from './burn-types.ts';
import type { BurnPlan } from './plan.ts';

export interface RehearsalReceipt {
  readonly format: typeof RECEIPT_FORMAT;
  readonly rehearsalHash: string;
  readonly planHash: string;
  readonly boardSerial: string;
  readonly atWallMs: number;
}

const RECEIPT_FORMAT = 'keyfuse-rehearsal-receipt-1';

/** Undefined when the burn was not on a virtual board. */
export function rehearsalReceipt(outcome: BurnOutcome): RehearsalReceipt | undefined {
  const { plan, verification, endedAtWallMs } = outcome;
  if (plan.benchKind !== 'virtual' || !verification.ok) return undefined;
  return {
    format: RECEIPT_FORMAT,
    rehearsalHash: plan.rehearsalHash,
    planHash: plan.hash,
    boardSerial: plan.serial,
    atWallMs: endedAtWallMs,
  };
}

export function isRehearsed(plan: BurnPlan, receipts: Iterable<RehearsalReceipt>): boolean {
  return [...receipts].some((receipt) => receipt.rehearsalHash === plan.rehearsalHash);
}

/** A receipt from storage; undefined when it is none. */
export function parseRehearsalReceipt(value: JsonValue | undefined): RehearsalReceipt | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { format, rehearsalHash, planHash, boardSerial, atWallMs } = value as Readonly<
    Record<string, JsonValue | undefined>
  >;
  if (format !== RECEIPT_FORMAT || typeof rehearsalHash !== 'string') return undefined;
  if (typeof planHash !== 'string' || typeof boardSerial !== 'string') return undefined;
  if (typeof atWallMs !== 'number') return undefined;
  return { format, rehearsalHash, planHash, boardSerial, atWallMs };
}
