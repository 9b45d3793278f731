/** Burning OTP over real WebUSB: on both routes, and with the plug pulled in each phase. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Board } from '../board/board.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { otpImage } from '../../support/burning.ts';
import { keyfusePrimer } from '../../support/keyfuse-primer.ts';
import { slots } from '../../support/keys.ts';
import { layout } from '../chip/stm32h5.ts';
import type { BurnOrder } from '../page/desk.ts';
import type { Side, Stage } from '../stage.ts';

const SIDES: readonly Side[] = ['page', 'worker'];
const FLASH = layout.flash.base;
const keys = await slots('ecdsa-p256', 2);
const image = otpImage(keys);
const byAlternate: BurnOrder = { slots: keys, route: 'otp-alternate', file: image };
const byPrimer: BurnOrder = { slots: keys, route: 'primer', file: keyfusePrimer(keys) };
const firmware = seededRng('real stack flash').bytes(4 * layout.flash.pageSize);

function expectBurned({ chip }: Board): void {
  expect(Buffer.compare(chip.otp.content, image)).toBe(0);
  expectUnhurt(chip);
}

function expectUnhurt(chip: Board['chip']): void {
  expect(chip.otp.rewrites).toBe(0);
  expect(chip.otp.eraseAttempts).toBe(0);
  expect(chip.optionBytes.writes).toEqual([]);
}

/** Pulls the plug when the trace says this for the n-th time. Resolves when it is out. */
function pullAt(stage: Stage, { chip }: Board, line: RegExp, nth: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    chip.dfu.onTrace = (text) => {
      if (line.test(text)) seen += 1;
      if (seen < nth) return;
      chip.dfu.onTrace = undefined;
      void stage.usb.unplug().then(resolve);
    };
  });
}

const OTP_PHASES = [
  { side: 'page', what: 'the option bytes are read', line: /^read 0x40022050/, nth: 1 },
  { side: 'worker', what: 'the OTP is read', line: /^read 0x08fff/, nth: 2 },
  { side: 'page', what: 'the first unit is written', line: /^write 0x08fff/, nth: 1 },
  { side: 'worker', what: 'the second unit is written', line: /^write 0x08fff/, nth: 2 },
  { side: 'page', what: 'a later block is written', line: /^write 0x08fff/, nth: 4 },
  { side: 'worker', what: 'an address is set', line: /^set address 0x08fff/, nth: 9 },
] as const;

const FLASH_PHASES = [
  { side: 'page', what: 'erasing', line: /^erase/, nth: 2 },
  { side: 'worker', what: 'writing', line: /^write/, nth: 6 },
  { side: 'page', what: 'reading back', line: /^read/, nth: 38 },
] as const;

export function burningScenarios(stage: () => Stage): void {
  describe.each(SIDES)('burning in a %s', (side) => {
    it('writes every halfword once through the OTP alternate', async () => {
      const board = await stage().plugBoard();
      await stage().untilListed(1, side);
      const outcome = await stage().call(side, 'burn', byAlternate);
      expect(outcome).toMatchObject({ kind: 'burned', ok: true, uds: 'present' });
      expectBurned(board);
      expect(board.chip.dfu.earlyPolls).toBe(0);
    });

    it('lets our primer do it, proves it over the serial line, and erases it', async () => {
      const board = await stage().plugBoard({ serialNumber: SERIAL_OF[side] });
      await stage().plugSerial();
      await stage().untilListed(1, side);
      await stage().told();
      const burning = stage().call(side, 'burn', byPrimer);
      await stage().untilTold('waiting-for-run');
      board.boot0 = false;
      await board.reset();
      await sleep(1500);
      expect(await stage().call(side, 'primerStatus')).toMatchObject({ result: 'done' });
      const proof = await stage().call(side, 'prove', byPrimer, SERIAL_OF[side]);
      expect(proof).toMatchObject({ ok: true, wrong: [], foreign: [], uds: 'present' });
      board.boot0 = true;
      await board.reset();
      expect(await burning).toMatchObject({ kind: 'burned', ok: true, uds: 'present' });
      expect(board.started).toEqual(['primer', 'rom']);
      expect(board.chip.flash.read(FLASH, 16)).toEqual(new Uint8Array(16).fill(0xff));
      expectUnhurt(board.chip);
    });
  });

  describe('the plug is pulled', () => {
    it.each(OTP_PHASES)('while $what in a $side: the burn goes on', async ({ side, line, nth }) => {
      const board = await stage().plugBoard({ serialNumber: serialOf(`${line}${nth}`) });
      await stage().untilListed(1, side);
      const pulled = pullAt(stage(), board, line, nth);
      expect(await stage().refusal(side, 'burn', byAlternate)).toBe('usb-disconnected');
      await pulled;
      await stage().untilListed(0, side);
      stage().usb.plug(board.chip);
      await stage().untilListed(1, side);
      const outcome = await stage().call(side, 'burn', byAlternate);
      expect(outcome).toMatchObject({ kind: 'burned', ok: true });
      expectBurned(board);
    });

    it.each(FLASH_PHASES)(
      'while $what flash in a $side: whole the next time',
      async ({ side, line, nth }) => {
        const board = await stage().plugBoard();
        await stage().untilListed(1, side);
        const pulled = pullAt(stage(), board, line, nth);
        expect(await stage().refusal(side, 'program', FLASH, firmware)).toBe('usb-disconnected');
        await pulled;
        await stage().untilListed(0, side);
        stage().usb.plug(board.chip);
        await stage().untilListed(1, side);
        await stage().call(side, 'program', FLASH, firmware);
        expect(Buffer.compare(board.chip.flash.read(FLASH, firmware.length), firmware)).toBe(0);
      },
    );
  });
}

/** A board of its own for each: the journal outlives a scenario. */
const SERIAL_OF = { page: '3550366F3331', worker: '3550366F3332' } as const;

function serialOf(seed: string): string {
  return Buffer.from(seededRng(seed).bytes(6)).toString('hex').toUpperCase();
}
