/** Whole projects on the virtual board: what is in flash and in OTP afterwards, and what was left alone. */
import { describe, expect, it } from 'vitest';
import { filledBytes } from '../../src/core/bytes/index.ts';
import {
  approveFlashPlan,
  approvePlan,
  flashReport,
  isBurnPart,
  placePart,
  requiredTails,
  type FlashProgress,
} from '../../src/core/provisioning/index.ts';
import { buildSamplePrimer } from '../../src/virtual/index.ts';
import { BOOT_PARTITION } from '../support/booted-board.ts';
import {
  dfuBench,
  intendedImage,
  letRun,
  otpImage,
  p256Profile,
  udsOf,
} from '../support/burning.ts';
import { expectRejects, expectThrows } from '../support/expect-error.ts';
import {
  approveAll,
  flash,
  flashFiles,
  flashHolds,
  flashPlan,
  partsOf,
  tryFlashPlan,
  twoParts,
} from '../support/flash-projects.ts';

const FLASH_START = 0x08000000;
const SECTOR = 0x2000;
const files = await flashFiles();
const slots = [files.key.slot];

describe('bootloader and signed image', () => {
  it('are in flash afterwards, and sectors outside the plan keep what they hold', async () => {
    const bench = await dfuBench();
    const neighbour = BOOT_PARTITION + 4 * SECTOR;
    bench.board.flash.load(neighbour, filledBytes(64, 0x5a));
    const plan = await flashPlan(bench, await twoParts(files), slots);
    const outcome = await flash(bench, approveAll(plan));
    expect(flashHolds(bench, FLASH_START, files.bootloader)).toEqual([]);
    expect(flashHolds(bench, BOOT_PARTITION, files.image)).toEqual([]);
    expect(flashHolds(bench, neighbour, filledBytes(64, 0x5a))).toEqual([]);
    const report = flashReport(outcome);
    expect(report.writtenSectors).toBe(4 + 3);
    expect(report.keptSectors).toBe(0);
    expect(report.notDone).toEqual([
      'rest-of-flash',
      'otp-untouched',
      'option-bytes',
      'not-started',
      'boot-not-proven',
    ]);
    const end = BOOT_PARTITION + 3 * SECTOR;
    const imageEnd = BOOT_PARTITION + files.image.length;
    expect(report.cleared.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)).toBe(
      end - imageEnd - report.paddingBytes,
    );
    expect(bench.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
  });

  it('writes nothing the second time, and everything when asked to', async () => {
    const bench = await dfuBench();
    const approved = approveAll(await flashPlan(bench, await twoParts(files), slots));
    await flash(bench, approved);
    const again = await flash(bench, approved);
    expect(flashReport(again)).toMatchObject({
      writtenSectors: 0,
      keptSectors: 7,
      writtenBytes: 0,
    });
    const all = await flash(bench, approved, { readFirst: false });
    expect(flashReport(all)).toMatchObject({ writtenSectors: 7, keptSectors: 0 });
    expect(flashReport(all).notDone).toContain('not-compared');
    expect(flashHolds(bench, BOOT_PARTITION, files.image)).toEqual([]);
  });

  it('rewrites only the sectors that differ', async () => {
    const bench = await dfuBench();
    const approved = approveAll(await flashPlan(bench, await twoParts(files), slots));
    await flash(bench, approved);
    bench.board.flash.eraseSector(BOOT_PARTITION + SECTOR);
    const report = flashReport(await flash(bench, approved));
    expect(report).toMatchObject({ writtenSectors: 1, keptSectors: 6 });
    expect(flashHolds(bench, BOOT_PARTITION, files.image)).toEqual([]);
  });

  it('tells stage, part, speed and the time that is left', async () => {
    const bench = await dfuBench();
    const plan = await flashPlan(bench, await twoParts(files), slots);
    const seen: FlashProgress[] = [];
    const began = bench.clock.nowMs();
    let ended = 0;
    await flash(bench, approveAll(plan), {
      onProgress: (progress) => {
        seen.push(progress);
        ended = bench.clock.nowMs();
      },
    });
    const stages = [...new Set(seen.map(({ stage }) => stage))];
    expect(stages).toEqual(['opening', 'reading', 'erasing', 'writing', 'verifying']);
    const writing = seen.flatMap((progress) => (progress.stage === 'writing' ? [progress] : []));
    expect(new Set(writing.map(({ step }) => step))).toEqual(new Set([0, 1]));
    expect(writing.some(({ bytesPerSecond }) => (bytesPerSecond ?? 0) > 1000)).toBe(true);
    const late = writing.findLast(({ step }) => step === 1);
    expect(late?.projectRemainingMs).toBeLessThan(ended - began);
    const first = writing[0]!;
    expect(first.projectRemainingMs).toBeGreaterThan(late!.projectRemainingMs);
  });
});

describe('parts in one sector', () => {
  it('are one run, so that none is erased by the other', async () => {
    const bench = await dfuBench();
    const [low, high] = [filledBytes(1000, 0x11), filledBytes(1000, 0x22)];
    const parts = await partsOf([
      { name: 'low.bin', bytes: low },
      { name: 'high.bin', bytes: high },
    ]);
    const placed = parts.map((part, index) =>
      isBurnPart(part) ? part : placePart(part, 0x08180000 + index * 0x800),
    );
    const plan = await flashPlan(bench, placed, slots);
    expect(plan.steps).toHaveLength(1);
    expect(plan.warnings.map(({ kind }) => kind)).toContain('shares-sector');
    await flash(bench, approveAll(plan));
    expect(flashHolds(bench, 0x08180000, low)).toEqual([]);
    expect(flashHolds(bench, 0x08180800, high)).toEqual([]);
  });
});

describe('what goes into OTP', () => {
  const otp = { name: 'otp.bin', bytes: otpImage(slots) };

  it('comes last, after all of flash is proven', async () => {
    const bench = await dfuBench();
    const parts = [...(await partsOf([otp])), ...(await twoParts(files))];
    const plan = await flashPlan(bench, parts, slots);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['flash', 'flash', 'burn']);
    const outcome = await flash(bench, approveAll(plan));
    expect(outcome.burn?.kind).toBe('burned');
    expect(outcome.burn?.verification.ok).toBe(true);
    expect(flashReport(outcome).notDone).not.toContain('otp-untouched');
    expect(bench.board.otp.stateOf(0)).toBe('written');
  });

  it('needs the typed confirmation of its own plan', async () => {
    const bench = await dfuBench();
    const plan = await flashPlan(bench, await partsOf([otp]), slots);
    expectThrows(() => approveFlashPlan(plan), 'plan-not-approved', 'typed confirmation');
    const other = await flashPlan(bench, await partsOf([otp]), slots);
    const approval = approvePlan(other.burn!, requiredTails(other.burn!));
    expectThrows(() => approveFlashPlan(plan, approval), 'plan-not-approved');
    expect(bench.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
  });

  it('is not burnt when flash could not be written', async () => {
    const bench = await dfuBench();
    const parts = [...(await twoParts(files)), ...(await partsOf([otp]))];
    const approved = approveAll(await flashPlan(bench, parts, slots));
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: 40_000 });
    await expectRejects(flash(bench, approved), 'usb-disconnected');
    expect(bench.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
  });

  it('keeps no byte of the UDS in plan or journal', async () => {
    const bench = await dfuBench();
    const [part] = await partsOf([otp]);
    const plan = await flashPlan(bench, [part!], slots);
    await flash(bench, approveAll(plan));
    const uds = Buffer.from(udsOf('a')).toString('hex');
    expect(bench.store.everStored).not.toContain(uds);
    expect(JSON.stringify(plan)).not.toContain(uds);
  });

  it('by a primer, leaves room: what stands at its place follows when it is erased', async () => {
    const bench = await dfuBench();
    const primer = { name: 'primer.bin', bytes: buildSamplePrimer(slots, p256Profile) };
    const parts = [...(await twoParts(files)), ...(await partsOf([primer]))];
    const plan = await flashPlan(bench, parts, slots);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['flash', 'burn', 'flash']);
    expect(plan.warnings.map(({ kind }) => kind)).toContain('after-the-primer');
    const outcome = await flash(bench, approveAll(plan), {
      onProgress: (progress) => {
        if (progress.stage === 'burning' && progress.burn.stage === 'waiting-for-run')
          letRun(bench);
      },
    });
    expect(outcome.burn?.kind).toBe('burned');
    expect(flashHolds(bench, FLASH_START, files.bootloader)).toEqual([]);
    expect(flashHolds(bench, BOOT_PARTITION, files.image)).toEqual([]);
  });
});

it('is refused while a primer may be in flash', async () => {
  const bench = await dfuBench();
  const plan = await flashPlan(bench, await twoParts(files), slots);
  await bench.store.put(`journal/${bench.serial}`, {
    format: 'keyfuse-journal-1',
    serial: bench.serial,
    planHash: '',
    route: 'primer',
    contentSha256: intendedImage(slots).contentSha256,
    keystoreFingerprint: '',
    phase: 'primer-in-flash',
    udsIsOurs: true,
    udsDamaged: false,
    beganAtWallMs: 0,
    changedAtWallMs: 0,
    primer: { sha256: '', loadAddress: FLASH_START, sizeBytes: 16, sectorBytes: SECTOR, head: '' },
  });
  await expectRejects(flash(bench, approveAll(plan)), 'journal-conflict', 'primer');
  const result = await tryFlashPlan(bench, await twoParts(files), slots);
  expect(result.kind === 'refused' && result.problems.map(({ kind }) => kind)).toEqual([
    'primer-in-flash',
  ]);
  expect(bench.board.flash.usedSectors()).toEqual([]);
});
