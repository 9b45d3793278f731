/** Every row of the quirks table: which devices it fits, and what the engine does on one that has it. */
import { describe, expect, it } from 'vitest';
import { isFilledWith } from '../../../../src/core/bytes/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { kindOfMap } from '../../../../src/core/stm32/address-space.ts';
import { dfuQuirks, quirksOf, usualTiming } from '../../../../src/core/stm32/dfu-quirks.ts';
import {
  openDfu,
  parseMemoryMap,
  type DfuAlternate,
  type TransferEntry,
} from '../../../../src/core/stm32/index.ts';
import { massErase } from '../../../../src/core/stm32/mass-erase.ts';
import { pipeTo, type PipeTransfer, type Reaction } from '../../../support/usb/fake-pipe.ts';
import { simClock } from '../../../support/sim-bench.ts';
import {
  F405_FLASH_NAME,
  FakeRom,
  FLASH_NAME,
  flashMemory,
  H743_FLASH_NAME,
  OPTION_NAME,
  optionMemory,
  OTP_NAME,
  otpMemory,
  type FakeRomOptions,
} from '../../../support/usb/fake-rom.ts';

const FLASH = 0x08000000;
const KIB = 1024;

function alternates(...names: readonly string[]): readonly DfuAlternate[] {
  return names.map((name, number) => {
    const map = parseMemoryMap(name);
    return { number, name, map, kind: kindOfMap(map) };
  });
}

async function opened(
  options: Partial<FakeRomOptions> = {},
  fault?: (transfer: PipeTransfer) => Reaction | undefined,
) {
  const clock = simClock();
  const memories = options.memories ?? [flashMemory(), optionMemory(), otpMemory()];
  const rom = new FakeRom({ ...options, memories, clock });
  const entries: TransferEntry[] = [];
  const session = await openDfu(pipeTo(rom, fault), clock, {
    transcript: (entry) => entries.push(entry),
  });
  rom.log.length = 0;
  return { clock, rom, session, entries, flash: memories[0]!.bytes };
}

const h743 = () => ({ memories: [flashMemory(2048 * KIB, H743_FLASH_NAME, 128 * KIB)] });
const f405 = () => ({ memories: [flashMemory(1024 * KIB, F405_FLASH_NAME, 16 * KIB)] });

/** GETSTATUS of a device that works: bStatus, bwPollTimeout, bState, iString. */
function busyStatus(pollMs: number): Reaction {
  return { data: Uint8Array.of(0, pollMs & 0xff, (pollMs >> 8) & 0xff, pollMs >> 16, 4, 0) };
}

const everywhere = dfuQuirks.filter((quirk) => quirk.applies([], [])).map(({ id }) => id);

describe('the quirks table', () => {
  it('names each row once, with its devices, its source and its answer', () => {
    expect(new Set(dfuQuirks.map(({ id }) => id)).size).toBe(dfuQuirks.length);
    for (const { devices, source, answer } of dfuQuirks) {
      expect([devices, source, answer].every((text) => text.length > 10)).toBe(true);
    }
  });

  it.each([
    ['H563', [FLASH_NAME, OPTION_NAME, OTP_NAME], []],
    ['H743', [H743_FLASH_NAME], ['never-leaves-busy', 'large-sectors-take-long']],
    [
      'H743 with option bytes',
      [H743_FLASH_NAME, '@Option Bytes   /0x5200201C/01*128 e'],
      ['never-leaves-busy', 'large-sectors-take-long'],
    ],
    ['F405', [F405_FLASH_NAME], ['mass-erase-states-too-little', 'large-sectors-take-long']],
    ['U5', [FLASH_NAME, '@Option Bytes   /0x40022040/01*64 e'], []],
    ['a chip without a map', ['DFU'], []],
  ])('%s', (_device, names, own) => {
    expect(quirksOf(alternates(...names)).ids).toEqual([...everywhere, ...own]);
  });

  it('changes nothing on a device that has none', () => {
    expect(quirksOf(alternates(FLASH_NAME)).timing).toEqual(usualTiming);
  });
});

describe('states-no-wait', () => {
  it('sleeps a moment each time and ends at the deadline', async () => {
    let polls = 0;
    let erasing = false;
    const { session, clock } = await opened({}, ({ request }) => {
      if (!erasing || 'alternate' in request || request.request !== 3) return undefined;
      polls += 1;
      return busyStatus(0);
    });
    erasing = true;
    const before = clock.nowMs();
    const error: unknown = await session.eraseSectors(0, [FLASH]).catch((e: unknown) => e);
    expect(isAppError(error, 'dfu-stuck')).toBe(true);
    expect(clock.nowMs() - before).toBeLessThan(usualTiming.eraseSectorMs + 1_000);
    expect(polls).toBeLessThan(usualTiming.eraseSectorMs / usualTiming.shortestWaitMs);
  });
});

describe('states-absurd-wait', () => {
  it('waits a minute at most, and the transcript shows what was stated', async () => {
    let spoil = false;
    const { session, clock, entries } = await opened({}, ({ request }) => {
      if (!spoil || 'alternate' in request || request.request !== 3) return undefined;
      spoil = false;
      return busyStatus(0xffffff);
    });
    spoil = true;
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]).catch(() => undefined);
    expect(clock.nowMs() - before).toBeLessThan(usualTiming.longestWaitMs + 2_000);
    expect(entries.some(({ answer }) => answer?.includes('16777215 ms'))).toBe(true);
  });
});

describe('states-long-waits', () => {
  it('does not take 244 ms for a set-address for a hang, and never asks early', async () => {
    const { session, rom } = await opened({ pollMs: 244 });
    await session.writeFlash(0, FLASH, new Uint8Array(4096).fill(1));
    expect(rom.earlyPolls).toBe(0);
  });

  it('lets the deadline grow by what the device stated itself', async () => {
    const { session, flash } = await opened({ pollMs: 20_000 });
    flash.fill(0, 0, 8192);
    await session.eraseSectors(0, [FLASH]);
    expect(isFilledWith(flash.subarray(0, 8192), 0xff)).toBe(true);
  });
});

describe('stalls-status-while-busy', () => {
  it('asks again after the wait that was stated last', async () => {
    const { session, rom, clock } = await opened({ pollMs: 30 });
    rom.stallWhileBusy = 3;
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(rom.erased).toEqual([FLASH]);
    expect(clock.nowMs() - before).toBeGreaterThan(3 * 30);
  });

  it('gives up on a device that goes on', async () => {
    const { session, rom } = await opened();
    rom.stallWhileBusy = 1000;
    const error: unknown = await session.eraseSectors(0, [FLASH]).catch((e: unknown) => e);
    expect(isAppError(error, 'usb-stall')).toBe(true);
  });
});

describe('stalls-clear-status', () => {
  it('is sent in dfuERROR alone, through failures of every kind', async () => {
    const { session, rom } = await opened();
    for (const failing of [
      () => session.writeFlash(0, FLASH, new Uint8Array(16)),
      () => session.writeFlash(0, FLASH, new Uint8Array(16)),
      () => session.readMemory(0, 0x1fff0000, 16, { allowForeignAddress: true }),
      () => session.eraseSectors(0, [FLASH]),
    ]) {
      await failing().catch(() => undefined);
      await session.toIdle();
    }
    rom.nextStatus = 0x04;
    await session.eraseSectors(0, [FLASH]).catch(() => undefined);
    const cleared = rom.log.filter((line) => line.startsWith('CLRSTATUS'));
    expect(cleared.length).toBeGreaterThan(2);
    expect(new Set(cleared)).toEqual(new Set(['CLRSTATUS in 10']));
  });
});

describe('hangs-on-functional-descriptor', () => {
  it('is never asked for alone; the fake throws when it is', async () => {
    const asked: number[] = [];
    await opened({}, ({ request }) => {
      if (!('alternate' in request) && request.type === 'standard') asked.push(request.value >> 8);
      return undefined;
    });
    expect(asked).not.toContain(0x21);
    expect(asked).toContain(2);
  });
});

describe('leave-locks-up', () => {
  it('no call ever sends an empty DNLOAD', async () => {
    let leaves = 0;
    const { session, flash } = await opened({}, ({ request, data }) => {
      if (!('alternate' in request) && request.request === 1 && data.length === 0) leaves += 1;
      return undefined;
    });
    flash.fill(0, 0, 8192);
    await session.programFlash(FLASH, new Uint8Array(3000).fill(7));
    await session.readMemory(2, 0x08fff000, 2048);
    await massErase(session);
    await session.close();
    expect(leaves).toBe(0);
  });
});

describe('mass-erase-states-too-little', () => {
  it('does not ask an F405 before 35 s have passed', async () => {
    const { session, rom, clock, flash } = await opened({ ...f405(), pollMs: 4, busyMs: 30_000 });
    flash.fill(0);
    const before = clock.nowMs();
    await massErase(session);
    expect(clock.nowMs() - before).toBeGreaterThan(35_000);
    expect(rom.earlyPolls).toBe(0);
    expect(isFilledWith(flash, 0xff)).toBe(true);
  });

  it('asks an H563 as it states', async () => {
    const { session, clock } = await opened({ pollMs: 100 });
    const before = clock.nowMs();
    await massErase(session);
    expect(clock.nowMs() - before).toBeLessThan(1_000);
  });
});

describe('never-leaves-busy', () => {
  it('is freed by two CLRSTATUS after its patience, and the erased sector is looked at', async () => {
    const { session, rom, clock, flash } = await opened(h743());
    flash.fill(0x55, 0, 128 * KIB);
    rom.wedgeOnErase = true;
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(clock.nowMs() - before).toBeGreaterThan(15_000);
    expect(rom.log.filter((line) => line.startsWith('CLRSTATUS'))).toEqual([
      'CLRSTATUS in 4',
      'CLRSTATUS in 10',
    ]);
    expect(isFilledWith(flash.subarray(0, 128 * KIB), 0xff)).toBe(true);
  });

  it('is not believed when the sector is not blank', async () => {
    const { session, rom, flash } = await opened(h743());
    flash.fill(0x55, 0, 128 * KIB);
    rom.wedgeOnErase = true;
    rom.writeProtected = true;
    const error: unknown = await session.eraseSectors(0, [FLASH]).catch((e: unknown) => e);
    expect(isAppError(error, 'dfu-stuck')).toBe(true);
    expect(flash[0]).toBe(0x55);
  });

  it('ends a mass erase too', async () => {
    const { session, rom, flash } = await opened(h743());
    flash.fill(0);
    rom.wedgeOnErase = true;
    await massErase(session);
    expect(isFilledWith(flash, 0xff)).toBe(true);
    await session.toIdle();
  });
});

describe('large-sectors-take-long', () => {
  it('gives a sector of 128 KiB the time it takes', async () => {
    const { session, rom } = await opened({ ...h743(), pollMs: 100, busyMs: 9_000 });
    await session.eraseSectors(0, [FLASH]);
    expect(rom.erased).toEqual([FLASH]);
  });

  it('does not wait so long for a sector of 8 KiB', async () => {
    const { session } = await opened({ pollMs: 100, busyMs: 9_000 });
    const error: unknown = await session.eraseSectors(0, [FLASH]).catch((e: unknown) => e);
    expect(isAppError(error, 'dfu-stuck')).toBe(true);
  });
});
