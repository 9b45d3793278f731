/** The unchanged engines over the second model of the chip, which shares no code with the virtual board. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import { AppError, isAppError } from '../../src/core/errors.ts';
import {
  burningChip,
  burnChip,
  approve,
  inspectChip,
  pullPlugAt,
  tryPlan,
  withChip,
  type BurningChip,
} from '../real-stack/in-node/chip-burning.ts';
import { ProductState } from '../real-stack/chip/option-bytes.ts';
import { layout, type ChipOptions } from '../real-stack/chip/stm32h5.ts';
import { intendedImage, otpImage } from '../support/burning.ts';
import { seededRng } from '../support/bytes-rng.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';

const FLASH = layout.flash.base;
const PAGE = layout.flash.pageSize;
const keystore = await slots('ecdsa-p256', 2);
const wish = { keystore, intended: intendedImage(keystore) };
const image = otpImage(keystore);

/** What must hold after every burn, whatever happened on the way. */
function expectIntactOtp({ chip }: BurningChip): void {
  expect(chip.otp.rewrites).toBe(0);
  expect(chip.otp.eraseAttempts).toBe(0);
  expect(chip.otp.cells).not.toContain('ruined');
  expect(chip.optionBytes.writes).toEqual([]);
}

function expectBurned(bench: BurningChip): void {
  expect(toHex(bench.chip.otp.content)).toBe(toHex(image));
  for (const [halfword, cell] of bench.chip.otp.cells.entries()) {
    const carries = image[2 * halfword] !== 0xff || image[2 * halfword + 1] !== 0xff;
    expect(cell, `halfword ${halfword}`).toBe(carries ? 'written' : 'blank');
  }
  expectIntactOtp(bench);
}

describe('inspecting', () => {
  it('recognises the board, reads its option bytes and finds its OTP blank', async () => {
    const bench = burningChip();
    const seen = await inspectChip(bench);
    expect(seen.board?.id).toBe('nucleo-h563zi');
    expect(seen.serial).toBe('3550366F3330');
    expect(seen.optionBytes).toMatchObject({
      productState: { name: 'open' },
      trustZone: 'off',
      otpLockWord: 0,
    });
    expect(seen.otp).toMatchObject({ kind: 'read', via: 'otp-alternate' });
    expect(bench.chip.dfu.earlyPolls).toBe(0);
    expectIntactOtp(bench);
  });

  it.each<[string, ChipOptions, string]>([
    ['no OTP alternate, flash reads it', { otpThroughFlash: true }, 'flash-alternate'],
    ['no OTP alternate at all', {}, 'unreadable'],
  ])('finds out what it can: %s', async (_name, options, expected) => {
    const bench = burningChip({ ...options, alternates: ['flash'] });
    const { otp } = await inspectChip(bench);
    expect(otp.kind === 'read' ? otp.via : otp.kind).toBe(expected);
  });

  it('matches the alternates by address, in whatever order they come', async () => {
    const bench = burningChip({ alternates: ['otp', 'option-bytes', 'flash'] });
    await burnChip(bench, await approve(bench, wish));
    expectBurned(bench);
  });

  it('reports a read-protected part by name', async () => {
    const bench = burningChip({ readProtected: true });
    await expectRejects(
      withChip(bench, (session) => session.readMemory(0, FLASH, 1024)),
      'dfu-read-protected',
    );
  });

  it.each(['closed', 'locked'] as const)('plans nothing for a part that is %s', async (state) => {
    const bench = burningChip();
    bench.chip.optionBytes.productState = ProductState[state];
    expect(await tryPlan(bench, wish)).toMatchObject({ kind: 'refused' });
    expect(bench.chip.otp.written).toBe(0);
  });
});

describe('burning through the OTP alternate', () => {
  it.each<[string, ChipOptions]>([
    ['as documented', {}],
    ['stalls a GETSTATUS that comes early', { earlyPoll: 'stall' }],
    ['announces no wait at all', { announcedMs: () => 0 }],
    ['announces a long wait for everything', { announcedMs: (ms) => Math.max(ms, 244) }],
  ])('writes every halfword once on a part that is %s', async (_name, options) => {
    const bench = burningChip(options);
    const outcome = await burnChip(bench, await approve(bench, wish));
    expect(outcome).toMatchObject({ kind: 'burned', verification: { ok: true } });
    expectBurned(bench);
  });

  it('writes nothing the second time', async () => {
    const bench = burningChip();
    const approval = await approve(bench, wish);
    await burnChip(bench, approval);
    const writes = bench.chip.dfu.trace.length;
    expect((await burnChip(bench, approval)).kind).toBe('already-burned');
    expect(bench.chip.dfu.trace.slice(writes).filter((line) => /write|erase/.test(line))).toEqual(
      [],
    );
    expectBurned(bench);
  });

  it('refuses a locked block before anything is written', async () => {
    const bench = burningChip();
    bench.chip.optionBytes.otpLock = 0b10;
    expect(await tryPlan(bench, wish)).toMatchObject({ kind: 'refused' });
    expect(bench.chip.otp.written).toBe(0);
  });

  it('refuses content that it could only destroy', async () => {
    const bench = burningChip();
    bench.chip.otp.programHalfword(4, 0x1234);
    expect(await tryPlan(bench, wish)).toMatchObject({ kind: 'refused' });
    expectIntactOtp(bench);
  });
});

const UNPLUGGED: readonly { readonly what: string; readonly line: RegExp; readonly nth: number }[] =
  [
    { what: 'the option bytes are read', line: /^read 0x40022050/, nth: 1 },
    { what: 'the OTP is read the first time', line: /^read 0x08fff0/, nth: 1 },
    { what: 'the first unit is written', line: /^write 0x08fff/, nth: 1 },
    { what: 'the second unit is written', line: /^write 0x08fff/, nth: 2 },
    { what: 'a later block is written', line: /^write 0x08fff/, nth: 4 },
    { what: 'the address of a block is set', line: /^set address 0x08fff/, nth: 5 },
  ];

describe.each(UNPLUGGED)('the plug is pulled while $what', ({ line, nth }) => {
  it.each([false, true])('and put back: the burn goes on (power lost too: %s)', async (power) => {
    // A power cut may leave one halfword of a word behind, which only a ROM that takes 2 bytes can fill.
    const bench = burningChip({ otpWriteUnit: power ? 2 : 4 });
    const approval = await approve(bench, wish);
    pullPlugAt(bench, { line, nth, power });
    const error: unknown = await burnChip(bench, approval).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(isAppError(error, 'usb-disconnected')).toBe(true);
    bench.usb.plug(bench.chip);
    const outcome = await burnChip(bench, approval);
    expect(outcome).toMatchObject({ kind: 'burned', verification: { ok: true } });
    expectBurned(bench);
  });
});

it('says so when a power cut left half a word behind, and the ROM writes whole words', async () => {
  const bench = burningChip();
  const approval = await approve(bench, wish);
  pullPlugAt(bench, { line: /^write 0x08fff/, nth: 4, power: true });
  await expectRejects(burnChip(bench, approval), 'usb-disconnected');
  const written = bench.chip.otp.written;
  bench.usb.plug(bench.chip);
  await expectRejects(burnChip(bench, approval), 'not-supported');
  expect(bench.chip.otp.written).toBe(written);
  expectIntactOtp(bench);
});

describe('flash', () => {
  const firmware = seededRng('firmware').bytes(5 * PAGE + 100);

  it('holds the image afterwards, and only the touched pages were erased', async () => {
    const bench = burningChip();
    bench.chip.flash.load(FLASH, seededRng('before').bytes(8 * PAGE));
    const erased = new Map(bench.chip.flash.erases);
    await withChip(bench, (session) => session.programFlash(FLASH + PAGE, firmware));
    expect(toHex(bench.chip.flash.read(FLASH + PAGE, firmware.length))).toBe(toHex(firmware));
    const pages = [...bench.chip.flash.erases].filter(([page, n]) => n !== erased.get(page));
    expect(pages.map(([page]) => page)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.chip.dfu.earlyPolls).toBe(0);
  });

  it('leaves pages alone that hold their part already', async () => {
    const bench = burningChip();
    await withChip(bench, (session) => session.programFlash(FLASH, firmware));
    const before = bench.chip.flash.programmed;
    const report = await withChip(bench, (session) => session.programFlash(FLASH, firmware));
    expect(report.writtenSectors).toEqual([]);
    expect(bench.chip.flash.programmed).toBe(before);
  });

  it('finds out that a protected page was not written, although the device said OK', async () => {
    const bench = burningChip();
    bench.chip.flash.protectedPages.add(3);
    await expectRejects(
      withChip(bench, (session) => session.programFlash(FLASH, firmware)),
      'dfu-verify-failed',
    );
  });

  it.each([
    { what: 'erasing', line: /^erase/, nth: 3 },
    { what: 'writing', line: /^write/, nth: 20 },
    { what: 'reading back', line: /^read/, nth: 70 },
  ])('is whole after a plug pulled while $what, and a second try', async ({ line, nth }) => {
    const bench = burningChip();
    pullPlugAt(bench, { line, nth, power: true });
    const write = (): Promise<unknown> =>
      withChip(bench, (session) => session.programFlash(FLASH, firmware));
    await expectRejects(write(), 'usb-disconnected');
    bench.usb.plug(bench.chip);
    await write();
    expect(toHex(bench.chip.flash.read(FLASH, firmware.length))).toBe(toHex(firmware));
  });
});
