import { describe, expect, it } from 'vitest';
import { type AppError, isAppError } from '../../../../src/core/errors.ts';
import { openDfu } from '../../../../src/core/stm32/index.ts';
import { pipeTo } from '../../../support/usb/fake-pipe.ts';
import { simClock } from '../../../support/sim-bench.ts';
import { FakeRom, flashMemory, otpMemory } from '../../../support/usb/fake-rom.ts';

const FLASH = 0x08000000;
const SECTOR = 8192;

async function opened() {
  const clock = simClock();
  const memories = [otpMemory(), flashMemory()];
  const rom = new FakeRom({ memories, clock });
  const session = await openDfu(pipeTo(rom), clock);
  rom.log.length = 0;
  return { rom, session, flash: memories[1]!.bytes };
}

function image(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, index) => (index * 31 + 5) & 0xff);
}

describe('programming flash', () => {
  it('finds the flash alternate by address, erases, writes, pads and verifies', async () => {
    const { session, rom, flash } = await opened();
    flash.fill(0x11, 0, 4 * SECTOR);
    const wanted = image(2 * SECTOR + 100);
    const report = await session.programFlash(FLASH, wanted);
    expect(flash.slice(0, wanted.length)).toEqual(wanted);
    expect(rom.erased).toEqual([FLASH, FLASH + SECTOR, FLASH + 2 * SECTOR]);
    expect(flash.slice(wanted.length, 3 * SECTOR).every((byte) => byte === 0xff)).toBe(true);
    expect(flash[3 * SECTOR]).toBe(0x11);
    expect(report).toMatchObject({
      alternate: 1,
      address: FLASH,
      lengthBytes: wanted.length,
      paddingBytes: 12,
      keptSectors: [],
      clearedRanges: [{ address: FLASH + 2 * SECTOR + 112, lengthBytes: SECTOR - 112 }],
    });
    expect(report.writtenSectors).toHaveLength(3);
  });

  it('a second time does nothing', async () => {
    const { session, rom } = await opened();
    const wanted = image(3 * SECTOR + 40);
    await session.programFlash(FLASH, wanted);
    rom.erased.length = 0;
    const report = await session.programFlash(FLASH, wanted);
    expect(rom.erased).toEqual([]);
    expect(report.writtenSectors).toEqual([]);
    expect(report.keptSectors).toHaveLength(4);
    expect(report.clearedRanges).toEqual([]);
  });

  it('erases and writes everything when it is not to read first, and still proves it', async () => {
    const { session, rom, flash } = await opened();
    const wanted = image(2 * SECTOR);
    flash.set(wanted);
    const stages = new Set<string>();
    const report = await session.programFlash(FLASH, wanted, {
      readFirst: false,
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(rom.erased).toEqual([FLASH, FLASH + SECTOR]);
    expect([...stages]).toEqual(['erasing', 'writing', 'verifying']);
    expect(report.keptSectors).toEqual([]);
    expect(flash.slice(0, wanted.length)).toEqual(wanted);
  });

  it('touches only the sectors that differ, and keeps the rest of an equal one', async () => {
    const { session, rom, flash } = await opened();
    const wanted = image(3 * SECTOR - 16);
    flash.set(wanted);
    flash[3 * SECTOR - 1] = 0x77;
    flash.set([0x5a], SECTOR + 5);
    const report = await session.programFlash(FLASH, wanted);
    expect(rom.erased).toEqual([FLASH + SECTOR]);
    expect(flash.slice(0, wanted.length)).toEqual(wanted);
    expect(flash[3 * SECTOR - 1]).toBe(0x77);
    expect(report.keptSectors.map((sector) => sector.address)).toEqual([FLASH, FLASH + 2 * SECTOR]);
  });

  it('in the middle of a sector reports what was cleared on both sides', async () => {
    const { session } = await opened();
    const report = await session.programFlash(FLASH + 4096, image(1024));
    expect(report.clearedRanges).toEqual([
      { address: FLASH, lengthBytes: 4096 },
      { address: FLASH + 5120, lengthBytes: SECTOR - 5120 },
    ]);
  });

  it('does not write blocks of nothing but 0xFF', async () => {
    const { session, rom, flash } = await opened();
    flash.fill(0, 0, 3 * SECTOR);
    const wanted = image(3 * SECTOR);
    wanted.fill(0xff, 2048, 2 * SECTOR);
    await session.programFlash(FLASH, wanted);
    expect(flash.slice(0, 3 * SECTOR)).toEqual(wanted);
    const written = rom.log
      .filter((line) => line.startsWith('WRITE'))
      .reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
    expect(written).toBe(2048 + SECTOR);
  });

  it('does not believe a device that reports success and did nothing', async () => {
    const { session, rom } = await opened();
    rom.writeProtected = true;
    const error: unknown = await session
      .programFlash(FLASH, image(SECTOR))
      .catch((e: unknown) => e);
    expect(isAppError(error, 'dfu-verify-failed')).toBe(true);
    expect((error as AppError).context).toMatchObject({
      step: 'verify flash',
      address: '0x08000000',
    });
  });

  it('tells its stages in order', async () => {
    const { session } = await opened();
    const stages: string[] = [];
    await session.programFlash(FLASH, image(SECTOR), {
      onProgress: ({ stage, doneBytes, totalBytes }) => {
        if (doneBytes === totalBytes) stages.push(`${stage} ${totalBytes}`);
      },
    });
    expect(stages).toEqual([
      `reading ${SECTOR}`,
      `erasing ${SECTOR}`,
      `writing ${SECTOR}`,
      `verifying ${SECTOR}`,
    ]);
  });

  it.each([64, 512, 1000, 1024, 2048, 4096])(
    'holds with a wTransferSize of %i',
    async (transferSize) => {
      const clock = simClock();
      const memories = [flashMemory()];
      const rom = new FakeRom({ memories, clock, transferSize });
      const session = await openDfu(pipeTo(rom), clock);
      const wanted = image(2 * SECTOR + 24);
      await session.programFlash(FLASH, wanted);
      expect(memories[0]!.bytes.slice(0, wanted.length)).toEqual(wanted);
      expect(await session.readMemory(0, FLASH, wanted.length)).toEqual(wanted);
      expect(rom.earlyPolls).toBe(0);
    },
  );

  it.each([
    [FLASH + 8, 16],
    [FLASH, 0],
    [FLASH + 0x1ffff0, 32],
    [0x20000000, 16],
  ])('refuses 0x%s with %i bytes', async (address, lengthBytes) => {
    const { session, rom } = await opened();
    const error: unknown = await session
      .programFlash(address, image(lengthBytes))
      .catch((e: unknown) => e);
    expect(isAppError(error, 'invalid-argument')).toBe(true);
    expect(rom.log).toEqual([]);
  });
});
