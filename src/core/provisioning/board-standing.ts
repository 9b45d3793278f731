/**
 * Where a board stands when it is connected, and what can still be done with it: from the look at it, the
 * journal, and what is to be burned. Every action is listed, allowed or not, with its reasons; what may be
 * burned is what `makePlan` lets pass, so nothing is offered that a burn would refuse and nothing hidden that
 * it would do. Pure; the words are the screen's.
 */
import { classifyBoard, lockedBlocksOf, type BoardState } from './classify.ts';
import type { Inspection } from './inspection.ts';
import type { JournalEntry } from './journal.ts';
import {
  judgeWish,
  rowsOf,
  standingHalfwords,
  type BurnWish,
  type JudgedWish,
} from './judged-wish.ts';
import { halfwordsOf, type PlanRow } from './otp-diff.ts';
import { actionsOf } from './standing-actions.ts';
import type { PossibleAction, Standing } from './standing-types.ts';

export interface StandingInput {
  readonly inspection: Inspection;
  /** The board's entry, `readJournal`. */
  readonly journal?: JournalEntry | undefined;
  /** At most one a route, the chosen one first; none while no keystore is settled. */
  readonly wishes?: readonly BurnWish[] | undefined;
}

export interface BoardStanding {
  readonly standing: Standing;
  /** Every action there is, in the order in which they matter. */
  readonly actions: readonly PossibleAction[];
}

export function standingOf(input: StandingInput): BoardStanding {
  const { inspection, journal, wishes = [] } = input;
  const wished = wishes.map((wish) => judgeWish(wish, inspection, journal));
  const standing = standingIn(input, wished);
  return { standing, actions: actionsOf({ inspection, journal, wished, standing }) };
}

function standingIn(
  { inspection, journal, wishes = [] }: StandingInput,
  wished: readonly JudgedWish[],
): Standing {
  const [wanted] = wishes;
  const state = classifyBoard({
    inspection,
    journal,
    ...(wanted && { wanted: { slots: wanted.keystore, profile: wanted.profile } }),
  });
  if (state.kind === 'primer-in-flash' || state.kind === 'unreadable') return state;
  const compared = comparedIn(wished);
  if (compared === undefined) return withoutPlan(state, inspection);
  return againstPlan(state, inspection, journal, compared);
}

interface Compared {
  readonly contentSha256: string;
  readonly rows: readonly PlanRow[];
}

/** The first wish that could be compared: those of one keystore differ in nothing but their UDS. */
function comparedIn(wished: readonly JudgedWish[]): Compared | undefined {
  for (const { contentSha256, result } of wished) {
    const rows = rowsOf(result);
    if (rows !== undefined && contentSha256 !== undefined) return { contentSha256, rows };
  }
  return undefined;
}

type ReadState = Exclude<BoardState, { readonly kind: 'primer-in-flash' | 'unreadable' }>;

function withoutPlan(state: ReadState, inspection: Inspection): Standing {
  switch (state.kind) {
    case 'blank':
    case 'other-keystore':
    case 'foreign':
      return state;
    case 'locked':
      return {
        kind: 'locked',
        extent: isAllLocked(inspection) ? 'all' : 'some',
        blocks: state.blocks,
      };
    case 'begun':
      return { kind: 'partial', problem: 'begun here, and not finished', begun: state.journal };
    case 'partial':
      return { ...state, begun: undefined };
    case 'complete':
      return complete(state, inspection);
  }
}

function againstPlan(
  state: ReadState,
  inspection: Inspection,
  journal: JournalEntry | undefined,
  { contentSha256, rows }: Compared,
): Standing {
  const ours = journal?.contentSha256 === contentSha256;
  const conflicts = halfwordsOf(rows, 'conflict');
  if (conflicts.length > 0 && ours) return { kind: 'damaged', halfwords: conflicts };
  if (state.kind === 'complete') return complete(state, inspection);
  if (conflicts.length > 0) return withoutPlan(state, inspection);
  const locked = rows.filter(({ kind }) => kind === 'locked');
  if (locked.length > 0) {
    return {
      kind: 'locked',
      extent: isAllLocked(inspection) ? 'all' : 'needed',
      blocks: [...new Set(locked.map(({ block }) => block))],
    };
  }
  const doneHalfwords = standingHalfwords(rows);
  const begunHere = ours && journal.phase !== 'done';
  if (doneHalfwords > 0 || (begunHere && state.kind !== 'foreign')) {
    const leftHalfwords = halfwordsOf(rows, 'new').length;
    return { kind: 'partial-of-this-plan', doneHalfwords, leftHalfwords, begunHere };
  }
  // Blank where the plan writes; blocks that it does not need may be locked.
  if (state.kind === 'blank' || state.kind === 'locked') return { kind: 'blank' };
  return { kind: 'foreign', problem: 'there is content, and none of it is of this keystore' };
}

function complete(
  { fingerprint, udsChanged }: Extract<BoardState, { kind: 'complete' }>,
  { otp }: Inspection,
): Standing {
  const udsCells = otp.kind === 'read' ? otp.content.udsCells : 'blank';
  return { kind: 'complete', fingerprint, udsChanged, udsCells };
}

function isAllLocked(inspection: Inspection): boolean {
  const { otp } = inspection;
  if (otp.kind !== 'read') return false;
  return lockedBlocksOf(inspection).length === otp.content.geometry.blockCount;
}
