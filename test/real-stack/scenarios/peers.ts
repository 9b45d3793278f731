/** Other people's programs against the same devices: what they meet is what our engine meets. */
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../support/bytes-rng.ts';
import { testKey, signImage } from '../../support/booted-board.ts';
import { layout } from '../chip/stm32h5.ts';
import { until, type Stage } from '../stage.ts';
import { makeRunnable } from './running-board.ts';

const FLASH = layout.flash.base;
const firmware = Buffer.from(seededRng('dfu-util').bytes(16 * 1024));
const key = await testKey();

export function peerScenarios(stage: () => Stage): void {
  const shell = (script: string) => stage().guest.run(script, 'tester');

  describe('dfu-util', () => {
    it('lists the alternates as the engine does', async () => {
      await stage().plugBoard();
      const { output } = await shell('dfu-util -l');
      expect(output).toContain('alt=0, name="@Internal Flash   /0x08000000/256*08Kg"');
      expect(output).toContain('alt=2, name="@OTP Memory   /0x08FFF000/01*2048 e"');
    });

    it('writes and reads flash, and the engine reads the same', async () => {
      const { chip } = await stage().plugBoard();
      await stage().guest.putFile('/tmp/image.bin', firmware);
      const wrote = await shell('dfu-util -a 0 -s 0x08000000 -D /tmp/image.bin');
      expect(wrote.code, wrote.output).toBe(0);
      expect(firmware.equals(chip.flash.read(FLASH, firmware.length))).toBe(true);
      const read = await shell(
        `rm -f /tmp/back.bin; dfu-util -a 0 -s 0x08000000:${firmware.length} -U /tmp/back.bin && cmp /tmp/image.bin /tmp/back.bin`,
      );
      expect(read.code, read.output).toBe(0);
      const ours = await stage().call('page', 'read', 0, FLASH, firmware.length);
      expect(firmware.equals(ours)).toBe(true);
    });

    it('reads back what the engine wrote', async () => {
      await stage().plugBoard();
      await stage().call('page', 'program', FLASH, firmware);
      const read = await shell(
        `rm -f /tmp/ours.bin; dfu-util -a 0 -s 0x08000000:${firmware.length} -U /tmp/ours.bin`,
      );
      expect(read.code, read.output).toBe(0);
      expect(firmware.equals(await stage().guest.getFile('/tmp/ours.bin'))).toBe(true);
    });

    it('destroys OTP cells without asking when it writes twice, which the engine never does', async () => {
      const { chip } = await stage().plugBoard();
      await stage().guest.putFile('/tmp/otp.bin', seededRng('otp').bytes(64));
      const write = 'dfu-util -a 2 -s 0x08fff000 -D /tmp/otp.bin';
      expect((await shell(write)).code).toBe(0);
      expect(chip.otp.written).toBe(32);
      await shell(write);
      expect(chip.otp.rewrites).toBe(32);
    });
  });

  describe('sx of lrzsz', () => {
    it('sends an update that the board takes and boots', async () => {
      const board = await stage().plugLine();
      await makeRunnable(board, key);
      // On a slow machine sx repeats a packet whose ACK is late.
      board.flags.acksRepeats = true;
      const image = await signImage(key, {
        version: 2,
        payload: seededRng('by sx').bytes(16 * 1024),
      });
      await stage().guest.putFile('/tmp/update.bin', image);
      const sent = await shell(`
        stty -F /dev/ttyUSB0 115200 raw -echo
        exec 3<>/dev/ttyUSB0
        printf 'update\\r' >&3
        sleep 2
        sx /tmp/update.bin <&3 >&3`);
      expect(sent.code, sent.output).toBe(0);
      await until('the end of the transfer', () => board.flags.update === 'UPDATING');
      await board.reset();
      expect(board.flags).toMatchObject({ swapped: true, boot: 'TESTING' });
    });
  });
}
