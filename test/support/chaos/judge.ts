/**
 * What must hold after every attempt of a chaos run, whatever struck: no wrong bit that is not the fault's own and
 * named, no write without its journal, no verdict that the cells do not bear out.
 */
import { expect } from 'vitest';
import { journalOf } from '../burning.ts';
import type { Attempt, ChaosRun } from './chaos-run.ts';
import type { FateKind } from './fate.ts';
import { places } from './watched-otp.ts';

/** Failures that say, in their words on the screen, that this attempt programmed no OTP cell. */
const CLAIM_UNTOUCHED = [
  'plan-changed',
  'otp-conflict',
  'otp-locked',
  'journal-conflict',
  'primer-did-not-run',
  'plan-not-approved',
];

/** Ends that a person can do something with. */
const NAMED = [
  ...CLAIM_UNTOUCHED,
  'board-wrong',
  'burned',
  'already-burned',
  'tab-lost',
  'cancelled',
  'storage-failed',
  'usb-no-device',
  'usb-disconnected',
  'usb-stall',
  'usb-transfer-failed',
  'deadline-exceeded',
  'dfu-protocol',
  'dfu-status',
  'dfu-stuck',
  'dfu-not-found',
  'dfu-address-refused',
  'dfu-read-protected',
  'dfu-verify-failed',
  'otp-unreadable',
  'otp-read-unstable',
  'otp-verify-failed',
  'board-gone',
  'board-not-open',
  'board-trustzone-on',
  'primer-ran-again',
  'not-supported',
];

/** Longest attempt: five runs of the primer, each with a person who takes his time. */
const MOST_MS = 10 * 60_000;

export async function judgeAttempt(run: ChaosRun, attempt: Attempt): Promise<void> {
  const what = describeRun(run);
  try {
    judgeEnd(attempt);
    judgeCells(run, attempt);
    judgeWrites(run, attempt);
    await judgeJournal(run, attempt);
    if (attempt.outcome !== undefined) judgeSuccess(run, attempt);
  } catch (error) {
    if (error instanceof Error) error.message = `${what}\n${error.message}`;
    throw error;
  }
}

/** Enough to play it again and to see what happened. */
export function describeRun({ seed, route, slots, attempts, bench }: ChaosRun): string {
  const lines = attempts.map(
    ({ number, end, struck, fate, halfwords }) =>
      `  ${number}. ${end}${halfwords.length > 0 ? ` at ${places(halfwords)}` : ''}; struck: ${struck.join(', ')}; ` +
      `fate: ${JSON.stringify(fate)}`,
  );
  const events = bench.board.events.slice(-12).map(({ atMs, what }) => `  ${atMs} ${what}`);
  return [`chaos seed ${seed}, ${route}, ${slots.length} keys`, ...lines, ...events].join('\n');
}

function judgeEnd({ end, tookMs }: Attempt): void {
  expect(NAMED).toContain(end.replace('refused: ', ''));
  expect(tookMs).toBeLessThan(MOST_MS);
}

/** Faults by which a cell can come to hold something wrong although nobody decided so. */
function maySpoil({ route, struck }: ChaosRun): boolean {
  if (struck.has('stuck-otp-bit')) return true;
  return route === 'otp-alternate' && struck.has('corrupt usb-out');
}

/** A stuck bit where nothing is intended and nobody wrote is the chip's own affair; the plan shows it. */
function judgeCells(run: ChaosRun, attempt: Attempt): void {
  const { wrong } = attempt;
  if (wrong.length === 0) return;
  expect(maySpoil(run), `wrong cells without a cause: ${places(wrong)}`).toBe(true);
  expect(attempt.outcome, `${attempt.end} over wrong cells ${places(wrong)}`).toBeUndefined();
}

function judgeWrites(run: ChaosRun, attempt: Attempt): void {
  const now = run.otp.during(attempt.number);
  if (CLAIM_UNTOUCHED.includes(attempt.end.replace('refused: ', ''))) {
    expect(byUs(run, attempt), `${attempt.end} says that nothing was written`).toBe(0);
  }
  if (attempt.end === 'already-burned') expect(byUs(run, attempt)).toBe(0);
  const known = run.attempts.some(
    ({ end, number, wrong }) =>
      number < attempt.number && end === 'otp-verify-failed' && wrong.length > 0,
  );
  if (known) {
    expect(now.length, 'written on although a wrong cell had been reported').toBe(0);
  }
  judgeTwice(run);
}

/** Without what a primer did by itself between the attempts, when BOOT0 slipped. */
function byUs(run: ChaosRun, { number, fate }: Attempt): number {
  const slipped = fate.interlude === 'boot0-slips' && run.route !== 'otp-alternate';
  return slipped ? 0 : run.otp.during(number).length;
}

function judgeTwice(run: ChaosRun): void {
  const twice = run.otp.twice();
  if (twice.length === 0 || maySpoil(run)) return;
  // Upstream's primer writes all it has whenever it runs; whoever lets it run again is told so.
  const ranAgain =
    run.route === 'primer' &&
    has(run, 'boot0-slips', 'hasty-reset', 'press-reset', 'power-cut-in-run', 'pull-all');
  expect(ranAgain, `programmed twice: ${places(twice)}`).toBe(true);
}

function has({ struck }: ChaosRun, ...kinds: readonly FateKind[]): boolean {
  return kinds.some((kind) => struck.has(kind));
}

async function judgeJournal(run: ChaosRun, attempt: Attempt): Promise<void> {
  for (const { journal, halfword } of run.otp.during(attempt.number)) {
    const entry = journal ?? 'nothing';
    expect(entry, `cell ${halfword} was programmed without a journal`).toMatch(
      run.route === 'otp-alternate' ? /"phase":"writing"/ : /"phase":"primer-in-flash"/,
    );
  }
  const entry = await journalOf(run.bench);
  if (!run.otp.isBlank && run.otp.programmings.length > 0) {
    expect(entry, 'the journal was lost').toBeDefined();
  }
  if (entry?.phase === 'done') expect(run.otp.isComplete(), 'done, but not complete').toBe(true);
  const head = run.bench.board.flash.read(0x08000000, 16);
  if (head.some((byte) => byte !== 0xff)) expect(entry?.phase).toBe('primer-in-flash');
}

function judgeSuccess(run: ChaosRun, { outcome }: Attempt): void {
  expect(run.otp.isComplete(), 'burned, but the cells say otherwise').toBe(true);
  const used = run.bench.board.flash.usedSectors().map(({ sector }) => sector);
  // An address that was garbled on its way may leave a block elsewhere, but never the primer.
  if (has(run, 'corrupt usb-out')) expect(used).not.toContain(0);
  else expect(used).toEqual([]);
  if (outcome?.verification.uds !== 'present') return;
  const states = [...run.otp.udsStates()];
  // Upstream's primer, started twice between two looks, is one of the things that DFU cannot show.
  const unseen = run.route === 'primer' && outcome.verification.notVisible.includes('ecc');
  if (!unseen) expect(states, 'an UDS that is called present').not.toContain('damaged');
  if (run.route === 'otp-alternate' && !maySpoil(run)) {
    expect(run.otp.foreignUds(run.images), 'UDS that nobody chose').toEqual([]);
  }
}

/** A run that nothing of the kind that cannot be mended has struck must end well. */
export function judgeRun(run: ChaosRun): void {
  const last = run.attempts.at(-1);
  if (last?.outcome !== undefined) return;
  const what = describeRun(run);
  const excused =
    maySpoil(run) ||
    // A unit of two halfwords that a power cut split; the ROM writes words only.
    (run.route === 'otp-alternate' && last?.end === 'not-supported') ||
    last?.end === 'refused: not-supported' ||
    // Upstream's primer cannot be let run a second time over what it left half done.
    (run.route === 'primer' && last?.end === 'refused: otp-conflict');
  expect(excused, `${what}\nnever ended well, and nothing excuses it`).toBe(true);
}
