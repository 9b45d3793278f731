/** Web Serial over a real driver: console, update, departures, a port that somebody else has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { signImage, testKey } from '../../support/booted-board.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { updateOf } from '../../support/update-images.ts';
import type { Board } from '../board/board.ts';
import type { Side, Stage } from '../stage.ts';
import { until } from '../stage.ts';
import { makeRunnable } from './running-board.ts';
import { other } from './usb.ts';

const SIDES: readonly Side[] = ['page', 'worker'];
const key = await testKey();
/** Of the firmware that the update carries. */
const UPDATE_BYTES = { page: 100 * 1024, worker: 16 * 1024 } as const;

function payload(lengthBytes: number): Uint8Array {
  return seededRng(`firmware of ${lengthBytes}`).bytes(lengthBytes);
}

/** A board that runs version 1, its serial line plugged in. */
async function runningBoard(stage: Stage): Promise<Board> {
  const board = await stage.plugLine();
  await makeRunnable(board, key);
  return board;
}

export function serialScenarios(stage: () => Stage): void {
  describe.each(SIDES)('serial line in a %s', (side) => {
    it('carries every byte value both ways', async () => {
      await stage().unplugAll();
      await stage().plugSerial();
      stage().plug.onReceive = (bytes) => {
        stage().plug.send(bytes);
      };
      const bytes = Uint8Array.from({ length: 1024 }, (_, at) => at & 0xff);
      expect(await stage().call(side, 'echo', bytes)).toEqual(bytes);
    });

    it('reads what the running firmware tells, keys included', async () => {
      await runningBoard(stage());
      const info = await stage().call(side, 'consoleInfo');
      expect(info).toMatchObject({ firmwareVersion: 1, banksSwapped: false, keyCount: 1 });
      expect(info.keys[0]?.bytes).toEqual(key.slot.publicKey);
    });

    it('updates by XMODEM, and the new version runs', async () => {
      const board = await runningBoard(stage());
      const next = { version: 2, payload: payload(UPDATE_BYTES[side]) };
      const image = updateOf(await signImage(key, next));
      const outcome = await stage().call(side, 'update', image);
      expect(outcome).toMatchObject({ kind: 'proven', versionBefore: 1, version: 2 });
      expect(board.flags).toMatchObject({ swapped: true, boot: 'CONFIRMED' });
    });

    it('ends a read when the adapter is pulled out, and finds it again', async () => {
      await stage().unplugAll();
      await stage().plugSerial();
      const listening = stage().refusal(side, 'listen', 60_000);
      await sleep(500);
      await stage().plug.unplug();
      expect(await listening).toBe('serial-disconnected');
      await until('the port to go', async () => (await stage().call(side, 'ports')).length === 0);
      await stage().plugSerial();
      await until('the port', async () => (await stage().call(side, 'ports')).length === 1);
      expect(await stage().refusal(side, 'listen', 200)).toBe('none');
    });

    it('says that the port is in use on the other side of the page', async () => {
      await stage().unplugAll();
      await stage().plugSerial();
      const holding = stage().call(other(side), 'listen', 4_000);
      await sleep(500);
      expect(await stage().refusal(side, 'listen', 100)).toBe('serial-busy');
      expect(await holding).toBe(0);
    });
  });

  describe('a port that somebody else has', () => {
    it('is busy while another program has it for itself', async () => {
      await stage().unplugAll();
      await stage().plugSerial();
      await stage().guest.putFile('/tmp/lock.py', Buffer.from(HOLD_PORT));
      await stage().guest.must(
        'setsid su tester -c "python3 /tmp/lock.py" >/tmp/lock.log 2>&1 </dev/null & until grep -q held /tmp/lock.log; do sleep 0.1; done',
      );
      expect(await stage().refusal('page', 'listen', 100)).toBe('serial-busy');
      await stage().guest.must('kill $(cat /tmp/lock.pid)');
      await until(
        'the port to be free',
        async () => (await stage().refusal('page', 'listen', 100)) === 'none',
      );
    });

    it('is refused where the person is not in the group of the port', async () => {
      await stage().unplugAll();
      await stage().plugSerial();
      await stage().guest.must('chmod 600 /dev/ttyUSB0');
      expect(await stage().refusal('page', 'listen', 100)).toBe('serial-busy');
    });
  });
}

const HOLD_PORT = `
import fcntl, os, termios, time
port = os.open('/dev/ttyUSB0', os.O_RDWR | os.O_NOCTTY)
fcntl.ioctl(port, termios.TIOCEXCL)
open('/tmp/lock.pid', 'w').write(str(os.getpid()))
print('held', flush=True)
time.sleep(300)
`;
