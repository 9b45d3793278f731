/** What must hold for a plan whatever the board holds and whatever is intended. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan, type PlanResult, type PlanRow } from '../../../src/core/provisioning/index.ts';
import { planSteps } from '../../../src/core/provisioning/write-units.ts';
import type { KeystoreSlot } from '../../../src/core/wolfboot/index.ts';
import { allProven, intendedImage, otpImage, p256Profile } from '../../support/burning.ts';
import { inspection } from '../../support/inspections.ts';
import { slots } from '../../support/keys.ts';

const keys = await slots('ecdsa-p256', 4);

interface Case {
  readonly keystore: readonly KeystoreSlot[];
  readonly uds: Uint8Array | undefined;
  readonly content: Uint8Array;
  readonly lockWord: number;
}

const uds = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => {
  return bytes.some((byte) => byte !== 0) && bytes.some((byte) => byte !== 0xff);
});

const keystores = fc
  .tuple(
    fc.shuffledSubarray([...keys], { minLength: 1 }),
    fc.constantFrom(0xffffffff, 0x2, 0xffff, 0x0002ffff, 0xffff0002),
  )
  .map(([some, partitionMask]) => some.map((slot) => ({ ...slot, partitionMask })));

/** Blank, part of the image, noise, or a mixture: what half-done boards look like. */
function contents(image: Uint8Array): fc.Arbitrary<Uint8Array> {
  const blank = new Uint8Array(2048).fill(0xff);
  const kept = fc.array(fc.nat(1023), { maxLength: 300 }).map((halfwords) => {
    const content = blank.slice();
    for (const halfword of halfwords) {
      content.set(image.subarray(2 * halfword, 2 * halfword + 2), 2 * halfword);
    }
    return content;
  });
  const noisy = fc
    .tuple(kept, fc.array(fc.tuple(fc.nat(1023), fc.nat(0xffff)), { maxLength: 5 }))
    .map(([content, noise]) => {
      const copy = content.slice();
      for (const [halfword, value] of noise) copy.set([value & 0xff, value >> 8], 2 * halfword);
      return copy;
    });
  return fc.oneof(fc.constant(blank), fc.constant(image), kept, noisy);
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    keystore: keystores,
    uds: fc.option(uds, { nil: undefined }),
    lockWord: fc.constantFrom(0, 0, 1, 0x80000000, 0x40000000),
  })
  .chain((some) =>
    contents(otpImage(some.keystore, { uds: some.uds })).map((content) => ({ ...some, content })),
  );

function planOf({ keystore, uds: secret, content, lockWord }: Case): PlanResult {
  return makePlan({
    inspection: inspection({ content, optionBytes: { otpLockWord: lockWord } }),
    benchKind: 'virtual',
    profile: p256Profile,
    keystore,
    intended: intendedImage(keystore, { uds: secret }),
    backups: allProven(keystore),
  });
}

function rowsOf(result: PlanResult): readonly PlanRow[] {
  return (result.kind === 'plan' ? result.plan.rows : result.rows) ?? [];
}

function halfword(bytes: Uint8Array, index: number): number {
  return bytes[2 * index]! | (bytes[2 * index + 1]! << 8);
}

describe('for any board and any keystore', () => {
  it('only blank halfwords are to be written, never with 0xFFFF, and never in a locked block', () => {
    fc.assert(
      fc.property(cases, (some) => {
        const image = otpImage(some.keystore, { uds: some.uds });
        for (const row of rowsOf(planOf(some))) {
          if (row.kind !== 'new') continue;
          expect(halfword(some.content, row.index)).toBe(0xffff);
          expect(halfword(image, row.index)).not.toBe(0xffff);
          expect((some.lockWord >>> row.block) & 1).toBe(0);
        }
      }),
    );
  });

  it('a plan exists only when nothing conflicts and nothing is locked, and ends in the image', () => {
    fc.assert(
      fc.property(cases, (some) => {
        const result = planOf(some);
        const rows = rowsOf(result);
        const bad = rows.filter(({ kind }) => kind === 'conflict' || kind === 'locked');
        expect(result.kind === 'plan').toBe(bad.length === 0);
        if (result.kind !== 'plan') return;
        const image = otpImage(some.keystore, { uds: some.uds });
        for (const row of rows) {
          if (row.field === 'uds' || row.field === 'version') continue;
          const is = halfword(some.content, row.index);
          const wanted = halfword(image, row.index);
          // What is new or equal will hold the image; what is untouched is blank in the image.
          if (row.kind === 'equal') expect(is).toBe(wanted);
          if (row.kind === 'untouched') expect(wanted).toBe(0xffff);
        }
      }),
    );
  });

  it('rows, counts and blocks add up', () => {
    fc.assert(
      fc.property(cases, (some) => {
        const result = planOf(some);
        if (result.kind !== 'plan') return;
        const { rows, summary, work } = result.plan;
        const total = (of: keyof typeof summary.counts) =>
          summary.blocks.reduce((sum, block) => sum + block.counts[of], 0);
        expect(rows).toHaveLength(1024);
        for (const kind of ['new', 'equal', 'conflict', 'untouched', 'locked'] as const) {
          expect(summary.counts[kind]).toBe(rows.filter((row) => row.kind === kind).length);
          expect(total(kind)).toBe(summary.counts[kind]);
        }
        expect(work).toBe(summary.counts.new > 0 ? 'write' : 'nothing');
        expect(summary.consumedHalfwords).toBe(summary.counts.new);
      }),
    );
  });

  it('hash and rows are the same each time', () => {
    fc.assert(
      fc.property(cases, (some) => {
        const [a, b] = [planOf(some), planOf(some)];
        expect(rowsOf(a)).toEqual(rowsOf(b));
        if (a.kind === 'plan' && b.kind === 'plan') expect(a.plan.hash).toBe(b.plan.hash);
      }),
      { numRuns: 30 },
    );
  });

  it('the write units hold every new halfword once, within a unit and a block, lone ones and UDS first, header last', () => {
    fc.assert(
      fc.property(cases, (some) => {
        const rows = rowsOf(planOf(some));
        const intended = intendedImage(some.keystore, { uds: some.uds });
        const steps = planSteps(rows, intended);
        const units = steps.flatMap((step) => step.units);
        const written = units.flatMap(({ offsetBytes, lengthBytes }) =>
          Array.from({ length: lengthBytes / 2 }, (_, at) => offsetBytes / 2 + at),
        );
        const fresh = rows.filter(({ kind }) => kind === 'new').map(({ index }) => index);
        expect([...written].sort((a, b) => a - b)).toEqual(fresh);
        for (const { offsetBytes, lengthBytes, granularityBytes } of units) {
          expect(Math.floor(offsetBytes / 16)).toBe(
            Math.floor((offsetBytes + lengthBytes - 1) / 16),
          );
          expect(offsetBytes % granularityBytes).toBe(0);
          expect(lengthBytes % granularityBytes).toBe(0);
        }
        expect(steps[0]?.units.length ?? 1).toBe(1);
        const whole = units.filter(({ granularityBytes }) => granularityBytes === 4);
        const header = whole.findIndex(({ offsetBytes }) => offsetBytes < 16);
        if (header >= 0) {
          expect(whole.slice(header).every(({ offsetBytes }) => offsetBytes < 16)).toBe(true);
        }
        const firstWhole = units.findIndex(({ granularityBytes }) => granularityBytes === 4);
        if (firstWhole >= 0) {
          expect(units.slice(firstWhole).every((unit) => unit.granularityBytes === 4)).toBe(true);
        }
      }),
    );
  });
});
