/** WebUSB as Chromium really behaves, under our transport and our engine, in a page and in a worker. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../support/bytes-rng.ts';
import { layout } from '../chip/stm32h5.ts';
import { until, type Side, type Stage } from '../stage.ts';

const SIDES: readonly Side[] = ['page', 'worker'];
const FLASH = layout.flash.base;
const firmware = seededRng('real stack').bytes(24 * 1024 + 60);

export const other = (side: Side): Side => (side === 'page' ? 'worker' : 'page');

export function usbScenarios(stage: () => Stage): void {
  describe.each(SIDES)('USB in a %s', (side) => {
    it('lists a plugged chip with its identity', async () => {
      await stage().plugBoard();
      await stage().untilListed(1, side);
      const [device] = await stage().call(side, 'devices');
      expect(device?.identity).toEqual({
        vendorId: 0x0483,
        productId: 0xdf11,
        deviceVersionBcd: 0x0300,
        manufacturer: 'STMicroelectronics',
        product: 'DFU in FS Mode',
        serial: '3550366F3330',
      });
    });

    it('reads the names of the alternates from the device, and its commands', async () => {
      const { chip } = await stage().plugBoard();
      await stage().untilListed(1, side);
      const seen = await stage().call(side, 'describe');
      expect(seen.alternates.map(({ kind }) => kind)).toEqual(['flash', 'option-bytes', 'otp']);
      expect(seen).toMatchObject({ transferSizeBytes: 1024, commands: [0x00, 0x21, 0x41] });
      expect(seen.warnings).toEqual([]);
      expect(chip.dfu.trace.filter((line) => line.startsWith('error'))).toEqual([]);
    });

    it('inspects without changing anything', async () => {
      const { chip } = await stage().plugBoard();
      await stage().untilListed(1, side);
      const seen = await stage().call(side, 'inspect');
      expect(seen).toMatchObject({
        serial: '3550366F3330',
        board: { id: 'nucleo-h563zi' },
        optionBytes: { productState: { name: 'open' }, trustZone: 'off', otpLockWord: 0 },
        otp: { kind: 'read', via: 'otp-alternate' },
      });
      expect(chip.dfu.trace.filter((line) => /^(write|erase|mass)/.test(line))).toEqual([]);
    });

    it('programs flash, reads it back, and leaves it alone the second time', async () => {
      const { chip } = await stage().plugBoard();
      await stage().untilListed(1, side);
      await stage().call(side, 'program', FLASH, firmware);
      expect(Buffer.compare(chip.flash.read(FLASH, firmware.length), firmware)).toBe(0);
      expect([...chip.flash.erases.keys()]).toEqual([0, 1, 2, 3]);
      const programmed = chip.flash.programmed;
      const report = await stage().call(side, 'program', FLASH, firmware);
      expect(report.writtenSectors).toEqual([]);
      expect(chip.flash.programmed).toBe(programmed);
      expect(await stage().call(side, 'read', 0, FLASH, firmware.length)).toEqual(firmware);
      expect(chip.dfu.earlyPolls).toBe(0);
    });

    it('hears of departure and return, and takes the returned chip for a new device', async () => {
      const board = await stage().plugBoard();
      await stage().untilListed(1, side);
      const before = await stage().call(side, 'changes');
      const id = await stage().call(side, 'remember');
      await stage().usb.unplug();
      await until(
        'the departure',
        async () => (await stage().call(side, 'changes')) === before + 1,
      );
      expect(await stage().call(side, 'devices')).toEqual([]);
      expect(await stage().refusal(side, 'openRemembered')).toBe('usb-no-device');
      stage().usb.plug(board.chip);
      await until('the return', async () => (await stage().call(side, 'changes')) === before + 2);
      await stage().untilListed(1, side);
      expect((await stage().call(side, 'devices'))[0]?.id).not.toBe(id);
      expect(await stage().refusal(side, 'openRemembered')).toBe('usb-no-device');
      expect((await stage().call(side, 'describe')).alternates).toHaveLength(3);
    });

    it('ends a transfer that waits when the plug is pulled', async () => {
      await stage().plugBoard();
      await stage().untilListed(1, side);
      await stage().call(side, 'hold');
      const waiting = stage().refusal(side, 'waitForSilence', 60_000);
      await sleep(300);
      await stage().usb.unplug();
      expect(await waiting).toBe('usb-disconnected');
      expect(await stage().refusal(side, 'heldState')).toBe('usb-disconnected');
      expect(await stage().refusal(side, 'letGo')).toBe('none');
    });

    it('gives up on an answer that does not come', async () => {
      await stage().plugBoard();
      await stage().untilListed(1, side);
      await stage().call(side, 'hold');
      expect(await stage().refusal(side, 'waitForSilence', 500)).toBe('deadline-exceeded');
      expect(await stage().refusal(side, 'letGo')).toBe('none');
    });

    it('says that the device is in use on the other side of the page', async () => {
      await stage().plugBoard();
      await stage().untilListed(1, side);
      await stage().untilListed(1, other(side));
      await stage().call(other(side), 'hold');
      expect(await stage().refusal(side, 'describe')).toBe('usb-busy');
      expect(await stage().call(other(side), 'heldState')).toBe(2);
      await stage().call(other(side), 'letGo');
      expect((await stage().call(side, 'describe')).alternates).toHaveLength(3);
    });

    it('stops when it is cancelled, and programs everything the next time', async () => {
      const { chip } = await stage().plugBoard();
      await stage().untilListed(1, side);
      await stage().call(side, 'makeCancellable');
      await stage().told();
      const programming = stage().refusal(side, 'program', FLASH, firmware);
      await stage().untilTold('writing');
      await stage().call(side, 'cancel');
      expect(await programming).toBe('cancelled');
      await stage().call(side, 'program', FLASH, firmware);
      expect(Buffer.compare(chip.flash.read(FLASH, firmware.length), firmware)).toBe(0);
    });
  });

  describe('parts that differ', () => {
    it('has no names of alternates from the browser itself', async () => {
      await stage().plugBoard();
      expect(await stage().call('page', 'browserNames')).toEqual([null, null, null]);
    });

    it('inspects a part without a serial number, and says so', async () => {
      await stage().plugBoard({ serialNumber: undefined });
      expect((await stage().call('page', 'inspect')).serial).toBeUndefined();
    });

    it('finds an OTP that no alternate offers unreadable', async () => {
      await stage().plugBoard({ alternates: ['flash'] });
      expect((await stage().call('page', 'inspect')).otp.kind).toBe('unreadable');
    });

    it('reads an OTP through the flash alternate where the ROM lets it', async () => {
      await stage().plugBoard({ alternates: ['flash'], otpThroughFlash: true });
      expect((await stage().call('page', 'inspect')).otp).toMatchObject({ via: 'flash-alternate' });
    });

    it('names read protection', async () => {
      await stage().plugBoard({ readProtected: true });
      expect(await stage().refusal('page', 'read', 0, FLASH, 64)).toBe('dfu-read-protected');
    });

    it('refuses an address that the part does not know', async () => {
      await stage().plugBoard();
      expect(await stage().refusal('page', 'read', 0, 0x09000000, 64)).toBe('invalid-argument');
    });

    it('finds out by reading back that a protected page was not written', async () => {
      const board = await stage().plugBoard();
      board.chip.flash.protectedPages.add(1);
      expect(await stage().refusal('page', 'program', FLASH, firmware)).toBe('dfu-verify-failed');
    });

    it('works with a part that stalls a poll that comes early', async () => {
      const { chip } = await stage().plugBoard({ earlyPoll: 'stall' });
      await stage().call('page', 'program', FLASH, firmware.subarray(0, 8192));
      expect(chip.dfu.earlyPolls).toBe(0);
    });
  });

  describe('a device that somebody else has', () => {
    it('is busy while another program holds it, and free afterwards', async () => {
      await stage().plugBoard();
      await stage().guest.putFile('/tmp/hold.py', Buffer.from(HOLD_DEVICE));
      await stage().guest.must(
        'setsid python3 /tmp/hold.py >/tmp/hold.log 2>&1 </dev/null & until grep -q held /tmp/hold.log; do sleep 0.1; done',
      );
      expect(await stage().refusal('page', 'describe')).toBe('usb-busy');
      await stage().guest.must(
        'kill $(cat /tmp/hold.pid); while kill -0 $(cat /tmp/hold.pid) 2>/dev/null; do sleep 0.1; done',
      );
      expect(await stage().refusal('page', 'describe')).toBe('none');
    });

    it('is denied where no udev rule lets the browser in', async () => {
      await stage().plugBoard();
      await stage().guest.must(`chmod 600 ${DEVICE_NODE}; chgrp root ${DEVICE_NODE}`);
      expect(await stage().refusal('page', 'describe')).toBe('usb-access-denied');
    });
  });
}

const DEVICE_NODE =
  "$(lsusb -d 0483:df11 | sed 's#Bus \\([0-9]*\\) Device \\([0-9]*\\).*#/dev/bus/usb/\\1/\\2#')";

/** Claims interface 0 as any program over libusb does (USBDEVFS_CLAIMINTERFACE). */
const HOLD_DEVICE = `
import fcntl, os, re, subprocess, time
text = subprocess.check_output(['lsusb', '-d', '0483:df11']).decode()
bus, device = re.search(r'Bus (\\d+) Device (\\d+)', text).groups()
node = os.open('/dev/bus/usb/%s/%s' % (bus, device), os.O_RDWR)
fcntl.ioctl(node, 0x8004550f, (0).to_bytes(4, 'little'))
open('/tmp/hold.pid', 'w').write(str(os.getpid()))
print('held', flush=True)
time.sleep(300)
`;
