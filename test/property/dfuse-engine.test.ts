/** Issue 6.6: whatever a device answers, the engine finishes or fails with an AppError in time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../src/core/bytes/index.ts';
import { AppError } from '../../src/core/errors.ts';
import type { SimClock } from '../../src/virtual/sim-clock.ts';
import { openDfu, parseMemoryMap, type DfuSession } from '../../src/core/stm32/index.ts';
import { massErase } from '../../src/core/stm32/mass-erase.ts';
import { writeOptionRegion } from '../../src/core/stm32/option-write.ts';
import { writeOtpUnit } from '../../src/core/stm32/otp-write.ts';
import { simClock } from '../support/sim-bench.ts';
import { FakePipe, pipeTo, type Reaction } from '../support/usb/fake-pipe.ts';
import {
  FLASH_NAME,
  FakeRom,
  flashMemory,
  optionMemory,
  otpMemory,
} from '../support/usb/fake-rom.ts';

const FLASH = 0x08000000;
const OPTIONS = { alternate: 1, address: 0x40022050, bytes: optionMemory().bytes };
const OTP = 0x08fff000;

/**
 * Longest times, from the engine's own numbers: a step waits up to 60 s (mass erase) and what the device states (60 s at
 * most); with six answers of 5 s each around it. A recovery ends after 20 s and what is stated.
 */
const STEP_MS = 60_000 + 60_000 + 6 * 5_000;
const RECOVERY_MS = 20_000 + 60_000 + 6 * 5_000;

const status = fc
  .record({
    status: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })),
    pollMs: fc.oneof(fc.constant(0), fc.integer({ max: 300, min: 1 }), fc.constant(0xffffff)),
    state: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 255 })),
  })
  .map(({ status: code, pollMs, state }) => ({
    data: Uint8Array.of(code, pollMs & 0xff, (pollMs >> 8) & 0xff, pollMs >> 16, state, 0),
  }));

const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 6, arbitrary: status },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 64 }).map((data) => ({ data })) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ minLength: 1024, maxLength: 1024 }).map((data) => ({ data })),
  },
  { weight: 2, arbitrary: fc.constant('stall' as const) },
  { weight: 1, arbitrary: fc.constant('hang' as const) },
  { weight: 1, arbitrary: fc.constant('gone' as const) },
);

/** Answers in this order, the last few over and over. */
const script = fc.array(reaction, { minLength: 1, maxLength: 40 });

interface Operation {
  readonly name: string;
  /** Steps that wait for the device, at most. */
  readonly steps: number;
  readonly run: (session: DfuSession) => Promise<unknown>;
}

const operations: readonly Operation[] = [
  { name: 'toIdle', steps: 0, run: (session) => session.toIdle() },
  { name: 'read', steps: 4, run: (session) => session.readMemory(0, FLASH, 2500) },
  { name: 'read OTP', steps: 3, run: (session) => session.readMemory(2, OTP, 2048) },
  {
    name: 'foreign read',
    steps: 2,
    run: (session) => session.readMemory(0, OTP, 64, { allowForeignAddress: true }),
  },
  // A wedged erase reads the sector, eight blocks.
  { name: 'erase', steps: 11, run: (session) => session.eraseSectors(0, [FLASH]) },
  { name: 'write', steps: 3, run: (session) => session.writeFlash(0, FLASH, new Uint8Array(1040)) },
  { name: 'program', steps: 17, run: (session) => session.programFlash(FLASH, new Uint8Array(48)) },
  {
    name: 'OTP write',
    steps: 2,
    run: (session) => writeOtpUnit(session, 2, OTP, Uint8Array.of(1, 2, 3, 4)),
  },
  { name: 'mass erase', steps: 2, run: (session) => massErase(session) },
  {
    name: 'option bytes',
    steps: 3,
    run: (session) => writeOptionRegion(session, OPTIONS, [{ name: 'TZEN', value: 0xb4 }]),
  },
];

async function settlesInTime(
  clock: SimClock,
  limitMs: number,
  work: Promise<unknown>,
): Promise<void> {
  const startedMs = clock.nowMs();
  const result: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (result !== undefined && !(result instanceof AppError)) throw result as Error;
  expect(clock.nowMs() - startedMs).toBeLessThanOrEqual(limitMs);
}

function goodRom(clock: SimClock): FakeRom {
  return new FakeRom({ clock, memories: [flashMemory(), optionMemory(), otpMemory()] });
}

describe('the DfuSe engine on a device that answers anything', () => {
  it('opens it or fails, in time', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (answers) => {
        const clock = simClock();
        const pipe = new FakePipe(clock, ({ index }) => answers[index % answers.length]!);
        await settlesInTime(clock, STEP_MS + 3 * RECOVERY_MS, openDfu(pipe, clock));
      }),
      { numRuns: 300 },
    );
  });

  it.each(operations)('ends "$name" one way or the other, in time', async ({ steps, run }) => {
    await fc.assert(
      fc.asyncProperty(script, async (answers) => {
        const clock = simClock();
        const rom = goodRom(clock);
        let spoilt = 0;
        let spoiling = false;
        const pipe = pipeTo(rom, () => {
          if (!spoiling) return undefined;
          spoilt += 1;
          return answers[(spoilt - 1) % answers.length];
        });
        const session = await openDfu(pipe, clock);
        spoiling = true;
        await settlesInTime(clock, steps * STEP_MS + 3 * RECOVERY_MS, run(session));
        expect(pipe.overlaps).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the DfuSe engine on a good device with faults', () => {
  const faults = fc.uniqueArray(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 6 });

  it.each(operations)('works again after stalls anywhere in "$name"', async ({ run }) => {
    await fc.assert(
      fc.asyncProperty(faults, async (stalledTransfers) => {
        const clock = simClock();
        const rom = goodRom(clock);
        let first = Number.POSITIVE_INFINITY;
        const pipe = pipeTo(rom, ({ index }) =>
          stalledTransfers.includes(index - first) ? 'stall' : undefined,
        );
        const session = await openDfu(pipe, clock);
        first = pipe.transfers;
        await settlesInTime(clock, 20_000, run(session));
        first = Number.POSITIVE_INFINITY;
        await session.toIdle();
        expect(rom.state).toBe(2);
        expect(await session.readMemory(0, FLASH, 16)).toHaveLength(16);
      }),
      { numRuns: 40 },
    );
  });

  it('ends programming with the image in flash when it is repeated after faults', async () => {
    const image = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 13 + 1) & 0xff);
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 0, max: 2 }), async (struck, kind) => {
        const clock = simClock();
        const rom = goodRom(clock);
        let strikes = 0;
        const pipe = pipeTo(rom, ({ index }) => {
          if (!struck.includes(index - 30) || strikes === 3) return undefined;
          strikes += 1;
          return (['stall', 'hang', { data: new Uint8Array(6) }] as const)[kind];
        });
        const session = await openDfu(pipe, clock);
        let failures = 0;
        while (failures < 10) {
          try {
            await session.programFlash(FLASH, image);
            break;
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            failures += 1;
          }
        }
        expect(failures).toBeLessThanOrEqual(3);
        const flash = rom.options.memories[0]!.bytes;
        expect(equalBytes(flash.subarray(0, image.length), image)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the memory-map parser', () => {
  it('never throws, and a map it returns lies within 32 bits', () => {
    const mapLike = fc.stringMatching(
      /^@[ -~]{0,8}(\/[ 0-9xA-F]{0,12}\/[0-9.*KMBa-g, ]{0,24}){0,3}$/,
    );
    fc.assert(
      fc.property(fc.oneof(mapLike, fc.string()), (text) => {
        for (const region of parseMemoryMap(text)?.regions ?? []) {
          expect(region.sizeBytes).toBeGreaterThan(0);
          expect(region.startAddress + region.sizeBytes).toBeLessThanOrEqual(2 ** 32);
        }
      }),
    );
    expect(parseMemoryMap(FLASH_NAME)?.regions).toHaveLength(1);
  });
});
