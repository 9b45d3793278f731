/**
 * The fault matrix of burning: whatever strikes, wherever it strikes, the burn ends well after a resume or in
 * an error that has a name, and nothing is lost: no halfword is programmed twice, none that is right goes
 * wrong, and what a lost tab left behind is taken up by the next.
 */
import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import { isAppError, type ErrorCode } from '../../src/core/errors.ts';
import type { BoardFault } from '../../src/core/ports/index.ts';
import {
  approvePlan,
  burn,
  erasePrimer,
  makePlan,
  requiredTails,
  type ApprovedPlan,
  type IntendedOtp,
} from '../../src/core/provisioning/index.ts';
import { BENCH_OF_EACH, burnBench, type RouteBench } from '../support/burn-routes.ts';
import {
  allProven,
  enterDfu,
  inspect,
  intendedImage,
  journalOf,
  otpImage,
  p256Profile,
  person,
  udsOf,
} from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const image = otpImage(keystore);

/** A step through the burn that is not a multiple of any block size, so that faults fall everywhere. */
function spread(count: number, until: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor((index * until) / count));
}

interface Attempt {
  readonly code: ErrorCode | undefined;
  readonly halfwords?: unknown;
}

async function attempt(bench: RouteBench, approval: ApprovedPlan): Promise<Attempt> {
  try {
    await burn(approval, bench.env, person(bench));
    return { code: undefined };
  } catch (error) {
    if (isAppError(error)) return { code: error.code, halfwords: error.context.halfwords };
    throw error;
  }
}

/** Another tab: everything but store and board is forgotten, the UDS of the lost image too. */
async function approveAnew(
  bench: RouteBench,
  intended: IntendedOtp,
): Promise<ApprovedPlan | ErrorCode> {
  await erasePrimer(bench.env, bench.serial);
  const result = makePlan({
    inspection: await inspect(bench.bench),
    benchKind: 'virtual',
    profile: p256Profile,
    keystore,
    intended,
    backups: allProven(keystore),
    journal: await journalOf(bench),
  });
  if (result.kind === 'refused') return result.reasons[0]!.code;
  return approvePlan(result.plan, requiredTails(result.plan));
}

/** Resumes until it ends well or the same error comes twice in a row. */
async function resume(
  bench: RouteBench,
  approval: ApprovedPlan,
  how: 'same-tab' | 'new-tab',
): Promise<ErrorCode | undefined> {
  let last: ErrorCode | undefined;
  for (let tries = 0; tries < 5; tries++) {
    await enterDfu(bench);
    const next =
      how === 'same-tab' ? approval : await approveAnew(bench, bench.intend(keystore, udsOf('b')));
    const code = typeof next === 'string' ? next : (await attempt(bench, next)).code;
    if (code === undefined) return undefined;
    if (code === last) return code;
    last = code;
  }
  return last;
}

/** Counts how often each halfword is programmed, whoever does it. */
function watchCells({ board }: RouteBench): Map<number, number> {
  const counts = new Map<number, number>();
  const program = board.otp.program.bind(board.otp);
  vi.spyOn(board.otp, 'program').mockImplementation((halfword, value) => {
    counts.set(halfword, (counts.get(halfword) ?? 0) + 1);
    return program(halfword, value);
  });
  return counts;
}

/** And nothing else beside it. */
function expectKeystoreInPlace(bench: RouteBench, what: string): void {
  const found = bench.board.otp.peek();
  // The version word is the primer's own; the UDS is looked at separately.
  expect(toHex(found.slice(0, 12)), what).toBe(toHex(image.slice(0, 12)));
  expect(toHex(found.slice(16, 0x7c0)), what).toBe(toHex(image.slice(16, 0x7c0)));
  for (let halfword = 0x7c0 / 2; halfword < 0x7e0 / 2; halfword++) {
    expect(bench.board.otp.stateOf(halfword), `${what}, UDS`).toBe('written');
  }
}

function expectNoCellLost(bench: RouteBench, counts: Map<number, number>, what: string): void {
  for (const [halfword, count] of counts) {
    expect(count, `${what}: halfword ${halfword} programmed ${count} times`).toBe(1);
    expect(bench.board.otp.stateOf(halfword), `${what}: halfword ${halfword}`).toBe('written');
  }
}

interface Strike {
  readonly first: ErrorCode | undefined;
  readonly end: ErrorCode | undefined;
  readonly struck: boolean;
}

async function strike(
  route: (typeof BENCH_OF_EACH)[number],
  fault: BoardFault,
  how: 'same-tab' | 'new-tab',
): Promise<Strike> {
  const bench = await burnBench(route);
  const counts = watchCells(bench);
  const approval = await bench.approve(keystore);
  bench.panel.armFault(fault);
  const { code: first } = await attempt(bench, approval);
  const struck = bench.panel.state().armedFaults.length === 0;
  bench.panel.clearFaults();
  const end = first === undefined ? undefined : await resume(bench, approval, how);
  const what = `${route}, ${JSON.stringify(fault)}, ${how}: ${first ?? 'well'}, ${end ?? 'well'}`;
  expectNoCellLost(bench, counts, what);
  if (end === undefined) {
    expectKeystoreInPlace(bench, what);
    expect((await journalOf(bench))?.phase, what).toBe('done');
    expect(bench.board.flash.usedSectors(), what).toEqual([]);
  }
  return { first, end, struck };
}

/** Bytes and transfers of a burn without faults, so that the sweeps cover all of it. */
const LENGTHS = {
  'otp-alternate': { bytes: 22_000, transfers: 300 },
  primer: { bytes: 62_000, transfers: 330 },
} as const;

const BOTH_WAYS = ['same-tab', 'new-tab'] as const;

describe.each(BENCH_OF_EACH)('on the route %s', (route) => {
  const { bytes, transfers } = LENGTHS[route];

  it('survives a pulled plug at any byte', async () => {
    let strikes = 0;
    for (const [index, atByte] of spread(60, bytes).entries()) {
      const fault = { kind: 'unplug-at-byte', plug: 'user-usb', atByte } as const;
      const { first, end, struck } = await strike(route, fault, BOTH_WAYS[index % 2]!);
      if (struck) expect(first).toBe('usb-disconnected');
      if (struck) strikes++;
      expect(end).toBeUndefined();
    }
    expect(strikes).toBeGreaterThan(40);
  });

  it('survives a stall at any transfer', async () => {
    let strikes = 0;
    for (const [index, atTransfer] of spread(50, transfers).entries()) {
      const fault = { kind: 'stall-at-transfer', atTransfer } as const;
      const { end, struck } = await strike(route, fault, BOTH_WAYS[index % 2]!);
      if (struck) strikes++;
      expect(end).toBeUndefined();
    }
    expect(strikes).toBeGreaterThan(30);
  });

  it('survives a device that stays busy until it is reset', async () => {
    let strikes = 0;
    for (const [index, atTransfer] of spread(25, transfers).entries()) {
      const fault = { kind: 'stuck-busy', atTransfer } as const;
      const { end, struck } = await strike(route, fault, BOTH_WAYS[index % 2]!);
      if (struck) strikes++;
      expect(end).toBeUndefined();
    }
    expect(strikes).toBeGreaterThan(15);
  });

  it('waits for a slow device', async () => {
    for (const pollTimeoutMs of [300, 1500]) {
      const { first } = await strike(route, { kind: 'slow-poll', pollTimeoutMs }, 'same-tab');
      expect(first).toBeUndefined();
    }
  });

  it('survives a garbled byte on the way in', async () => {
    let strikes = 0;
    for (const [index, atByte] of spread(60, bytes).entries()) {
      const fault = { kind: 'corrupt-byte', path: 'usb-in', atByte } as const;
      const { end, struck } = await strike(route, fault, BOTH_WAYS[index % 2]!);
      if (struck) strikes++;
      expect(end).toBeUndefined();
    }
    expect(strikes).toBeGreaterThan(30);
  });
});

describe('garbled bytes on the way out', () => {
  it('on the route of the primer never reach the OTP', async () => {
    for (const [index, atByte] of spread(60, 15_000).entries()) {
      const fault = { kind: 'corrupt-byte', path: 'usb-out', atByte } as const;
      const { end } = await strike('primer', fault, BOTH_WAYS[index % 2]!);
      expect(end, JSON.stringify(fault)).toBeUndefined();
    }
  });

  it('on the route of the OTP alternate spoil one unit at most, and it is named', async () => {
    const ends = new Set<ErrorCode | undefined>();
    for (let atByte = 0; atByte < 520; atByte += 7) {
      const fault = { kind: 'corrupt-byte', path: 'usb-out', atByte } as const;
      const { first, end } = await strike('otp-alternate', fault, BOTH_WAYS[(atByte / 7) % 2]!);
      if (end !== undefined) {
        expect(first, JSON.stringify(fault)).toBe('otp-verify-failed');
        expect(['otp-conflict', 'plan-changed']).toContain(end);
      }
      ends.add(end);
    }
    expect(ends).toContain('otp-conflict');
    expect(ends).toContain(undefined);
  });
});

describe('power cuts while the chip is at work', () => {
  it('leave every finished halfword right, and only a split word cannot be finished', async () => {
    const ends = new Map<ErrorCode | undefined, number>();
    for (let atByte = 0; atByte < 60; atByte++) {
      const bench = await burnBench('otp-alternate', { powerOverUsbOnly: true });
      const counts = watchCells(bench);
      const approval = await bench.approve(keystore);
      let armed = false;
      const first = burn(approval, bench.env, {
        onProgress: ({ stage }) => {
          if (stage !== 'writing-otp' || armed) return;
          armed = true;
          // The first unit is proven with 2 KB; what follows are addresses, data and polls.
          const fault = {
            kind: 'unplug-at-byte',
            plug: 'user-usb',
            atByte: 2048 + 12 * atByte,
          } as const;
          bench.panel.armFault(fault);
        },
      });
      await expectRejects(first, 'usb-disconnected');
      bench.panel.clearFaults();
      const end = await resume(bench, approval, BOTH_WAYS[atByte % 2]!);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      expectNoCellLost(bench, counts, `power cut ${atByte}`);
      if (end === undefined) expectKeystoreInPlace(bench, `power cut ${atByte}`);
      else expect(end).toBe('not-supported');
    }
    expect(ends.get(undefined)).toBeGreaterThan(40);
  });
});

describe('cells that do not do what they are told', () => {
  it('that cannot be programmed stop the burn, named, at the step they belong to', async () => {
    // Slot header, key, UDS and magic; where bit 0 is to become 0.
    const offsets = [0x20, 0x21, 0x2f, 0x44, 0x7c0, 0x00].filter(
      (offset) => image[offset]! % 2 === 0,
    );
    expect(offsets.length).toBeGreaterThan(2);
    for (const offsetBytes of offsets) {
      const bench = await burnBench('otp-alternate');
      const counts = watchCells(bench);
      const approval = await bench.approve(keystore);
      bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes, bit: 0, stuckAt: 1 });
      const halfwords = [Math.floor(offsetBytes / 2)];
      expect(await attempt(bench, approval)).toEqual({ code: 'otp-verify-failed', halfwords });
      for (const count of counts.values()) expect(count).toBe(1);
      expect(await attempt(bench, approval)).toEqual({ code: 'otp-conflict', halfwords });
    }
  });

  it('of the UDS are remembered: another tab, which cannot compare, says that it is not what it should be', async () => {
    const bench = await burnBench('otp-alternate');
    const offsetBytes = [0x7c0, 0x7c2, 0x7c4].find((offset) => image[offset]! % 2 === 0)!;
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes, bit: 0, stuckAt: 1 });
    const { code } = await attempt(bench, await bench.approve(keystore));
    expect(code).toBe('otp-verify-failed');
    const next = await approveAnew(bench, bench.intend(keystore, udsOf('b')));
    if (typeof next === 'string') throw new Error(next);
    expect(next.plan.consequences.uds.damaged).toBe(true);
    const outcome = await burn(next, bench.env);
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'suspect' });
  });

  it('that read 0 without having been programmed are a conflict before anything is written', async () => {
    const bench = await burnBench('otp-alternate');
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 0x21, bit: 7, stuckAt: 0 });
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 0x21, bit: 6, stuckAt: 0 });
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 0x21, bit: 5, stuckAt: 0 });
    const result = await approveAnew(bench, intendedImage(keystore));
    expect(result).toBe('otp-conflict');
  });
});
