/**
 * What will happen to one attempt at burning, drawn from a seed: faults of the board, of the tab, and of the person.
 */
import type { BoardFault } from '../../../src/core/ports/index.ts';
import { createPrng } from '../../../src/virtual/prng.ts';
import type { TabFault } from './mortal-tab.ts';

export const ROUTES = ['otp-alternate', 'primer', 'keyfuse-primer'] as const;
export type Route = (typeof ROUTES)[number];

/** What a hand does, wanted or not, when the attempt is this old or when it is asked to start the primer. */
export type HandFault =
  | { readonly kind: 'pull-all' | 'pull-st-link' | 'press-reset'; readonly atMs: number }
  /** Reset comes twice in a row, so the primer is stopped in its work. */
  | { readonly kind: 'hasty-reset'; readonly runMs: number }
  | { readonly kind: 'power-cut-in-run'; readonly runMs: number }
  | { readonly kind: 'no-hands' }
  | { readonly kind: 'cancel'; readonly atProgress: number };

/** Before the next attempt. */
export type Interlude = 'reset' | 'replug' | 'boot0-slips';

export interface Fate {
  readonly board: readonly BoardFault[];
  readonly tab: readonly TabFault[];
  readonly hands: readonly HandFault[];
  /** Goes on in the same tab with the same approval, if there is one. */
  readonly sameTab: boolean;
  readonly interlude: Interlude;
}

export const FATE_KINDS = [
  'unplug user-usb',
  'unplug st-link',
  'stall-at-transfer',
  'stuck-busy',
  'slow-poll',
  'corrupt usb-in',
  'corrupt usb-out',
  'stuck-otp-bit',
  'reload-at-transfer',
  'reload-at-entry',
  'storage-refuses',
  'pull-all',
  'pull-st-link',
  'press-reset',
  'hasty-reset',
  'power-cut-in-run',
  'no-hands',
  'cancel',
  'boot0-slips',
] as const;
export type FateKind = (typeof FATE_KINDS)[number];

export interface Dice {
  below(count: number): number;
  chance(percent: number): boolean;
  pick<T>(of: readonly T[]): T;
}

export function diceOf(seed: number): Dice {
  const prng = createPrng(seed, 'chaos');
  const below = (count: number): number => Math.floor((prng.next() / 2 ** 32) * count);
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick: (of) => of[below(of.length)]!,
  };
}

export const QUIET_FATE: Fate = {
  board: [],
  tab: [],
  hands: [],
  sameTab: false,
  interlude: 'reset',
};

/** Bytes, transfers and milliseconds of an attempt without faults: what is drawn falls everywhere in it. */
const LENGTHS = {
  'otp-alternate': { bytes: 22_000, transfers: 400, ms: 600 },
  primer: { bytes: 62_000, transfers: 400, ms: 5000 },
  'keyfuse-primer': { bytes: 62_000, transfers: 400, ms: 5000 },
} as const;
/** Both primers need some 25 ms for two keys and an UDS. */
const PRIMER_RUN_MS = 40;
const SLOTS_BYTES = 16 + 3 * 80;

export function drawFate(dice: Dice, route: Route): Fate {
  const board: BoardFault[] = [];
  const tab: TabFault[] = [];
  const hands: HandFault[] = [];
  const count = 1 + dice.below(2);
  for (let fault = 0; fault < count; fault++) {
    const where = dice.below(10);
    if (where < 6) board.push(boardFault(dice, route));
    else if (where < 8) tab.push(tabFault(dice, route));
    else hands.push(handFault(dice, route));
  }
  return {
    board,
    tab,
    hands,
    sameTab: dice.chance(50),
    interlude: dice.chance(20) ? 'boot0-slips' : dice.chance(50) ? 'replug' : 'reset',
  };
}

function boardFault(dice: Dice, route: Route): BoardFault {
  const { bytes, transfers } = LENGTHS[route];
  switch (dice.below(10)) {
    case 0:
    case 1:
      return { kind: 'unplug-at-byte', plug: 'user-usb', atByte: dice.below(bytes) };
    case 2:
      // Only our own primer talks while it works.
      if (route === 'otp-alternate') return corruptOut(dice, route);
      return { kind: 'unplug-at-byte', plug: 'st-link', atByte: dice.below(120) };
    case 3:
      return { kind: 'stall-at-transfer', atTransfer: dice.below(transfers) };
    case 4:
      return { kind: 'stuck-busy', atTransfer: dice.below(transfers) };
    case 5:
      return { kind: 'slow-poll', pollTimeoutMs: 50 + dice.below(1500) };
    case 6:
      return { kind: 'corrupt-byte', path: 'usb-in', atByte: dice.below(bytes) };
    case 7:
    case 8:
      return corruptOut(dice, route);
    default:
      return {
        kind: 'stuck-otp-bit',
        offsetBytes: dice.chance(20) ? 0x7c0 + dice.below(32) : dice.below(SLOTS_BYTES),
        bit: dice.below(8),
        stuckAt: dice.chance(80) ? 1 : 0,
      };
  }
}

/** Nearly all that goes out through the OTP alternate is some 500 bytes of keys and addresses. */
function corruptOut(dice: Dice, route: Route): BoardFault {
  const atByte = dice.below(route === 'otp-alternate' ? 600 : 15_000);
  return { kind: 'corrupt-byte', path: 'usb-out', atByte };
}

function tabFault(dice: Dice, route: Route): TabFault {
  const afterwards = dice.chance(50);
  switch (dice.below(4)) {
    case 0:
      return {
        kind: 'reload-at-entry',
        at: dice.below(route === 'otp-alternate' ? 14 : 5),
        afterwards,
      };
    case 1:
      return { kind: 'storage-refuses', at: dice.below(8), afterwards };
    default:
      return { kind: 'reload-at-transfer', at: dice.below(LENGTHS[route].transfers), afterwards };
  }
}

function handFault(dice: Dice, route: Route): HandFault {
  const atMs = dice.below(LENGTHS[route].ms);
  if (route !== 'otp-alternate' && dice.chance(60)) {
    const runMs = 1 + dice.below(PRIMER_RUN_MS);
    return dice.pick<HandFault>([
      { kind: 'hasty-reset', runMs },
      { kind: 'power-cut-in-run', runMs },
      { kind: 'no-hands' },
    ]);
  }
  return dice.pick<HandFault>([
    { kind: 'pull-all', atMs },
    { kind: 'pull-st-link', atMs },
    { kind: 'press-reset', atMs },
    { kind: 'cancel', atProgress: dice.below(40) },
  ]);
}
