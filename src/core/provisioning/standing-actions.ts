/**
 * What can still be done with a board, each action allowed or not and why. The list is always whole: what is
 * not possible is said, not left out. Whether something may be burned is the plan's word alone.
 */
import type { Inspection } from './inspection.ts';
import type { BurnRoute } from './intended-otp.ts';
import type { JournalEntry } from './journal.ts';
import { rowsOf, standingHalfwords, type JudgedWish } from './judged-wish.ts';
import type { PlanResult } from './plan.ts';
import type { ActionId, ActionReason, PossibleAction, Standing, Unseen } from './standing-types.ts';

export interface ActionInput {
  readonly inspection: Inspection;
  readonly journal: JournalEntry | undefined;
  readonly wished: readonly JudgedWish[];
  readonly standing: Standing;
}

const ROUTES: readonly BurnRoute[] = ['otp-alternate', 'primer'];

export function actionsOf(input: ActionInput): readonly PossibleAction[] {
  return [
    action('erase-primer', eraseReasons(input)),
    ...writing(input, 'continue'),
    ...writing(input, 'burn'),
    action('verify', verifyReasons(input)),
    action('install', installReasons(input)),
    action('boot-proof', bootProofReasons(input)),
    action('trust-zone', trustZoneReasons(input)),
    action('export-journal', input.journal === undefined ? [{ kind: 'no-journal' }] : []),
    action('import-journal', serialReasons(input)),
    action('look', []),
  ];
}

function action(
  id: ActionId,
  reasons: readonly ActionReason[],
  more: { readonly route?: BurnRoute; readonly unseen?: readonly Unseen[] } = {},
): PossibleAction {
  const allowed = reasons.length === 0;
  const { route, unseen = [] } = more;
  return { id, ...(route && { route }), allowed, reasons, unseen: allowed ? unseen : [] };
}

function writing(input: ActionInput, id: 'burn' | 'continue'): readonly PossibleAction[] {
  const unseen = unseenIn(input.inspection);
  return ROUTES.map((route) => action(id, writeReasons(input, route, id), { route, unseen }));
}

function unseenIn({ optionBytes }: Inspection): readonly Unseen[] {
  const { productState, trustZone, otpLockWord } = optionBytes;
  return [
    ...(productState === undefined ? (['product-state'] as const) : []),
    ...(trustZone === undefined ? (['trust-zone'] as const) : []),
    ...(otpLockWord === undefined ? (['locks'] as const) : []),
  ];
}

function eraseReasons({ standing }: ActionInput): readonly ActionReason[] {
  return standing.kind === 'primer-in-flash' ? [] : [{ kind: 'no-primer' }];
}

function writeReasons(
  { wished, standing }: ActionInput,
  route: BurnRoute,
  id: 'burn' | 'continue',
): readonly ActionReason[] {
  if (wished.length === 0) return [{ kind: 'no-keystore' }];
  const result = wished.find((wish) => wish.route === route)?.result;
  if (result === undefined) return [{ kind: 'no-image' }];
  if (result.kind === 'refused') return refusedWords(result, standing);
  if (result.plan.work === 'nothing') return [{ kind: 'nothing-to-write' }];
  const stands = result.plan.continues || standingHalfwords(result.plan.rows) > 0;
  if (stands === (id === 'continue')) return [];
  return [{ kind: stands ? 'some-stands' : 'nothing-stands' }];
}

/** A primer in flash is told once and in its own words. */
function refusedWords(
  { reasons }: Extract<PlanResult, { kind: 'refused' }>,
  standing: Standing,
): readonly ActionReason[] {
  if (standing.kind === 'primer-in-flash') return [{ kind: 'primer-first' }];
  return reasons.map((refusal) => ({ kind: 'refused', refusal }));
}

/** On either route: what is there is there. */
function verifyReasons({ wished, standing }: ActionInput): readonly ActionReason[] {
  if (wished.length === 0) return [{ kind: 'no-keystore' }];
  const results = wished.map(({ result }) => result);
  if (results.some((result) => result.kind === 'plan' && result.plan.work === 'nothing')) return [];
  if (results.some((result) => result.kind === 'plan')) return [{ kind: 'something-to-write' }];
  const [first] = results;
  if (first?.kind !== 'refused') return [{ kind: 'no-keystore' }];
  const rows = rowsOf(first);
  const incomplete = rows?.some(({ kind }) => kind === 'new' || kind === 'locked') === true;
  const words = refusedWords(first, standing);
  return incomplete ? [{ kind: 'something-to-write' }, ...words] : words;
}

function installReasons({ inspection, standing }: ActionInput): readonly ActionReason[] {
  if (standing.kind === 'primer-in-flash') return [{ kind: 'primer-first' }];
  if (inspection.board === undefined) return [{ kind: 'unknown-board' }];
  return isClosed(inspection) ? [{ kind: 'not-open' }] : [];
}

function bootProofReasons({ standing, wished }: ActionInput): readonly ActionReason[] {
  if (standing.kind === 'primer-in-flash') return [{ kind: 'primer-first' }];
  if (wished.length === 0) return [{ kind: 'no-keystore' }];
  return standing.kind === 'complete' ? [] : [{ kind: 'not-this-keystore' }];
}

function trustZoneReasons({ inspection, standing }: ActionInput): readonly ActionReason[] {
  if (standing.kind === 'primer-in-flash') return [{ kind: 'primer-first' }];
  const { trustZone, productState } = inspection.optionBytes;
  if (trustZone === undefined || productState === undefined) {
    return [{ kind: 'option-bytes-unread' }];
  }
  if (isClosed(inspection)) return [{ kind: 'not-open' }];
  if (trustZone === 'on') return [{ kind: 'trust-zone-is-on' }];
  const burned = standing.kind === 'complete' || standing.kind === 'other-keystore';
  return burned ? [] : [{ kind: 'burn-first' }];
}

function isClosed({ optionBytes: { productState } }: Inspection): boolean {
  return productState !== undefined && productState.name !== 'open';
}

function serialReasons({ inspection: { serial } }: ActionInput): readonly ActionReason[] {
  return serial === undefined || serial === '' ? [{ kind: 'no-serial' }] : [];
}
