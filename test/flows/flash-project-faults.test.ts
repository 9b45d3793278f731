/**
 * Flash projects under faults: a plug that falls out anywhere, a byte that arrives wrong, a person who cancels.
 * Running the same approval again ends with the right bytes, and nothing is ever called done that is not.
 */
import { describe, expect, it } from 'vitest';
import { isAppError, type ErrorCode } from '../../src/core/errors.ts';
import { createCanceller, type BoardFault } from '../../src/core/ports/index.ts';
import {
  flashReport,
  readFlashJournal,
  type ApprovedFlash,
  type FlashCall,
  type FlashProgress,
} from '../../src/core/provisioning/index.ts';
import { BOOT_PARTITION } from '../support/booted-board.ts';
import { dfuBench, enterDfu, type BurnBench } from '../support/burning.ts';
import {
  approveAll,
  flash,
  flashFiles,
  flashHolds,
  flashPlan,
  twoParts,
} from '../support/flash-projects.ts';

const FLASH_START = 0x08000000;
const files = await flashFiles();
const slots = [files.key.slot];

async function codeOf(
  bench: BurnBench,
  approved: ApprovedFlash,
  call: FlashCall = {},
): Promise<ErrorCode | undefined> {
  try {
    await flash(bench, approved, call);
    return undefined;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

function expectBothInPlace(bench: BurnBench, what: string): void {
  expect(flashHolds(bench, FLASH_START, files.bootloader), what).toEqual([]);
  expect(flashHolds(bench, BOOT_PARTITION, files.image), what).toEqual([]);
}

async function begun(): Promise<{ bench: BurnBench; approved: ApprovedFlash }> {
  const bench = await dfuBench();
  const approved = approveAll(await flashPlan(bench, await twoParts(files), slots));
  return { bench, approved };
}

describe('a plug that falls out', () => {
  const places = Array.from({ length: 16 }, (_, index) => 1_500 + index * 11_919);

  it('at any byte: the same approval ends well, and the journal says so', async () => {
    const seen = new Set<FlashProgress['stage']>();
    for (const atByte of places) {
      const { bench, approved } = await begun();
      let stage: FlashProgress['stage'] = 'opening';
      bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte });
      const onProgress = (progress: FlashProgress): void => {
        stage = progress.stage;
      };
      const first = await codeOf(bench, approved, { onProgress });
      const what = `unplugged at byte ${atByte}, ${stage}`;
      if (bench.panel.state().armedFaults.length > 0) continue;
      seen.add(stage);
      expect(first, what).toBe('usb-disconnected');
      expect((await readFlashJournal(bench.store, bench.serial))?.phase, what).toBe('writing');
      await enterDfu(bench);
      expect(await codeOf(bench, approved), what).toBeUndefined();
      expect((await readFlashJournal(bench.store, bench.serial))?.phase, what).toBe('done');
      expectBothInPlace(bench, what);
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['reading', 'verifying', 'writing']));
  });

  it('between two erases and in the middle of writing', async () => {
    for (const stage of ['erasing', 'writing'] as const) {
      const { bench, approved } = await begun();
      const code = await codeOf(bench, approved, {
        onProgress: (progress) => {
          if (progress.stage !== stage || progress.doneBytes === 0) return;
          if (progress.doneBytes * 3 > progress.totalBytes) bench.panel.setPlug('userUsb', false);
        },
      });
      expect(code, stage).toBe('usb-disconnected');
      await enterDfu(bench);
      const plan = await flashPlan(bench, await twoParts(files), slots);
      expect(plan.continues, stage).toBe(true);
      const outcome = await flash(bench, approveAll(plan));
      expect(outcome.resumed, stage).toBe(true);
      expectBothInPlace(bench, stage);
    }
  });

  it('keeps on resume what was proven before', async () => {
    const { bench, approved } = await begun();
    await codeOf(bench, approved, {
      onProgress: (progress) => {
        if (progress.step === 1 && progress.stage === 'writing' && progress.doneBytes > 0) {
          bench.panel.setPlug('userUsb', false);
        }
      },
    });
    await enterDfu(bench);
    const report = flashReport(await flash(bench, approved));
    expect(report.keptSectors).toBeGreaterThanOrEqual(4);
    expectBothInPlace(bench, 'resumed');
  });
});

describe('a byte that arrives wrong', () => {
  const corrupt = (path: 'usb-out' | 'usb-in', atByte: number): BoardFault => ({
    kind: 'corrupt-byte',
    path,
    atByte,
  });

  it.each([6_000, 21_000, 40_000])(
    'on the way to the board, byte %i: seen by the read-back',
    async (atByte) => {
      const { bench, approved } = await begun();
      bench.panel.armFault(corrupt('usb-out', atByte));
      const first = await codeOf(bench, approved);
      expect(first).toBeDefined();
      expect((await readFlashJournal(bench.store, bench.serial))?.phase).toBe('writing');
      bench.panel.clearFaults();
      expect(await codeOf(bench, approved)).toBeUndefined();
      expectBothInPlace(bench, `corrupted at ${atByte}`);
    },
  );

  it('on the way back is a failure too: nothing is called equal that was not seen equal', async () => {
    const { bench, approved } = await begun();
    bench.panel.armFault(corrupt('usb-in', 60_000));
    expect(await codeOf(bench, approved)).toBe('dfu-verify-failed');
    bench.panel.clearFaults();
    expect(await codeOf(bench, approved)).toBeUndefined();
    expectBothInPlace(bench, 'read back');
  });
});

it('fails its verification where sectors are protected, and says where', async () => {
  const { bench, approved } = await begun();
  const program = bench.board.flash.program.bind(bench.board.flash);
  // A protected sector answers OK and does nothing (formats/stm32-dfu.md, section 2).
  bench.board.flash.program = (address, bytes) =>
    address >= BOOT_PARTITION ? 'done' : program(address, bytes);
  const error = await flash(bench, approved).catch((thrown: unknown) => thrown);
  expect(isAppError(error, 'dfu-verify-failed')).toBe(true);
  expect((await readFlashJournal(bench.store, bench.serial))?.phase).toBe('writing');
});

describe('a person who cancels', () => {
  it.each(['reading', 'erasing', 'writing', 'verifying'] as const)(
    'while %s: stops, and goes on later',
    async (stage) => {
      const { bench, approved } = await begun();
      const canceller = createCanceller();
      const code = await codeOf(bench, approved, {
        signal: canceller.signal,
        onProgress: (progress) => {
          if (progress.stage === stage && progress.doneBytes > 0) canceller.cancel();
        },
      });
      expect(code).toBe('cancelled');
      expect((await readFlashJournal(bench.store, bench.serial))?.phase).toBe('writing');
      expect(await codeOf(bench, approved)).toBeUndefined();
      expectBothInPlace(bench, stage);
    },
  );
});

it('ends a device that stays busy with a named failure in bounded time', async () => {
  const { bench, approved } = await begun();
  const began = bench.clock.nowMs();
  bench.panel.armFault({ kind: 'stuck-busy', atTransfer: 120 });
  const code = await codeOf(bench, approved);
  expect(['dfu-stuck', 'deadline-exceeded', 'dfu-status']).toContain(code);
  expect(bench.clock.nowMs() - began).toBeLessThan(120_000);
  bench.panel.clearFaults();
  await enterDfu(bench);
  expect(await codeOf(bench, approved)).toBeUndefined();
  expectBothInPlace(bench, 'after the hang');
});

it('refuses another board and a board that is not there', async () => {
  const { bench, approved } = await begun();
  bench.panel.setPlug('userUsb', false);
  await bench.clock.sleep(500);
  expect(await codeOf(bench, approved)).toBe('usb-no-device');
  const other = await dfuBench({ seed: 77 });
  const elsewhere = { ...bench, env: { ...bench.env, bench: other.bench } };
  expect(await codeOf(elsewhere, approved)).toBe('board-wrong');
  expect(other.board.flash.usedSectors()).toEqual([]);
});
