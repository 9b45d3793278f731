/**
 * The plug is pulled in each phase of what the engine does: whatever the device was in the middle of, the
 * pipe says `usb-disconnected`, at once where a transfer is under way, and the device that comes back is a
 * new one that starts in dfuIDLE. Run against every implementation of the port.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import type { ControlPipe, ControlRequest, UsbDevice } from '../../src/core/ports/index.ts';
import type { UsbTestBench } from './control-pipe.ts';

const TIME = { timeoutMs: 2_000 };
/** Longer than any implementation needs to notice that a device is gone. */
const NOTICE_MS = 1_000;
const FLASH = [0x00, 0x00, 0x00, 0x08];
const DFU_IDLE = 2;
const DFU_BUSY = 4;

const dfu = (request: number, value = 0): ControlRequest => ({
  type: 'class',
  recipient: 'interface',
  request,
  value,
  index: 0,
});

const configuration: ControlRequest = {
  type: 'standard',
  recipient: 'device',
  request: 6,
  value: 0x0200,
  index: 0,
};

const download = (pipe: ControlPipe, block: number, ...bytes: readonly number[]) =>
  pipe.controlOut(dfu(1, block), Uint8Array.from(bytes), TIME);
const status = (pipe: ControlPipe) => pipe.controlIn(dfu(3), 6, TIME);
const abort = (pipe: ControlPipe) => pipe.controlOut(dfu(6), new Uint8Array(0), TIME);
const upload = (pipe: ControlPipe, block: number) => pipe.controlIn(dfu(2, block), 64, TIME);

async function settled(bench: UsbTestBench, pipe: ControlPipe): Promise<void> {
  for (;;) {
    const answer = await status(pipe);
    if (answer[4] !== DFU_BUSY) return;
    await bench.clock.sleep(answer[1]! + answer[2]! * 256);
  }
}

interface Phase {
  readonly name: string;
  /** Brings the device there. */
  readonly reach: (pipe: ControlPipe, bench: UsbTestBench) => Promise<unknown>;
  /** The transfer that comes next. */
  readonly next: (pipe: ControlPipe) => Promise<unknown>;
}

const pointAtFlash = async (pipe: ControlPipe, bench: UsbTestBench): Promise<void> => {
  await download(pipe, 0, 0x21, ...FLASH);
  await settled(bench, pipe);
};

const PHASES: readonly Phase[] = [
  {
    name: 'reading descriptors',
    reach: (pipe) => pipe.controlIn(configuration, 9, TIME),
    next: (pipe) => pipe.controlIn(configuration, 64, TIME),
  },
  {
    name: 'selecting an alternate setting',
    reach: (pipe) => pipe.selectAlternate(1, TIME),
    next: (pipe) => pipe.selectAlternate(0, TIME),
  },
  {
    name: 'a command stored, its first status not asked for',
    reach: (pipe) => download(pipe, 0, 0x21, ...FLASH),
    next: status,
  },
  {
    name: 'busy erasing',
    reach: async (pipe) => {
      await download(pipe, 0, 0x41, ...FLASH);
      expect((await status(pipe))[4]).toBe(DFU_BUSY);
    },
    next: status,
  },
  {
    name: 'erased, its last status not asked for',
    reach: async (pipe, bench) => {
      await download(pipe, 0, 0x41, ...FLASH);
      const [, low = 0, high = 0] = await status(pipe);
      await bench.clock.sleep(low + high * 256);
    },
    next: status,
  },
  {
    name: 'a block on its way',
    reach: pointAtFlash,
    next: (pipe) => download(pipe, 2, ...new Array<number>(64).fill(0x5a)),
  },
  {
    name: 'busy writing',
    reach: async (pipe, bench) => {
      await pointAtFlash(pipe, bench);
      await download(pipe, 2, ...new Array<number>(64).fill(0x5a));
      expect((await status(pipe))[4]).toBe(DFU_BUSY);
    },
    next: status,
  },
  {
    name: 'between two blocks',
    reach: async (pipe, bench) => {
      await pointAtFlash(pipe, bench);
      await download(pipe, 2, ...new Array<number>(64).fill(0x5a));
      await settled(bench, pipe);
    },
    next: (pipe) => download(pipe, 3, ...new Array<number>(64).fill(0xa5)),
  },
  { name: 'leaving the download state', reach: pointAtFlash, next: abort },
  {
    name: 'reading back',
    reach: async (pipe, bench) => {
      await pointAtFlash(pipe, bench);
      await abort(pipe);
      await upload(pipe, 2);
    },
    next: (pipe) => upload(pipe, 3),
  },
  {
    name: 'in dfuERROR, not cleared',
    reach: async (pipe) => {
      await upload(pipe, 1).catch(() => undefined);
      expect((await status(pipe))[4]).toBe(10);
    },
    next: (pipe) => pipe.controlOut(dfu(4), new Uint8Array(0), TIME),
  },
];

async function refusal(work: Promise<unknown>): Promise<ErrorCode> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).code;
}

export function unplugContract(name: string, makeBench: () => Promise<UsbTestBench>): void {
  describe(`unplugged in any phase: ${name}`, () => {
    let bench: UsbTestBench;
    let device: UsbDevice;
    let pipe: ControlPipe;
    beforeEach(async () => {
      bench = await makeBench();
      [device] = (await bench.bus.list()) as [UsbDevice];
      pipe = await device.open(TIME);
    });

    const expectNewStart = async (): Promise<void> => {
      await pipe.close();
      await bench.plugIn();
      const [again] = await bench.bus.list();
      expect(again?.id).not.toBe(device.id);
      expect(again?.identity.serial).toBe(device.identity.serial);
      const fresh = await again!.open(TIME);
      expect((await status(fresh))[4]).toBe(DFU_IDLE);
      expect(await refusal(device.open(TIME))).toBe('usb-no-device');
      await fresh.close();
    };

    it.each(PHASES)('$name: with the next transfer under way', async ({ reach, next }) => {
      await reach(pipe, bench);
      const startedMs = bench.clock.nowMs();
      const transfer = refusal(next(pipe));
      bench.unplug();
      expect(await transfer).toBe('usb-disconnected');
      expect(bench.clock.nowMs() - startedMs).toBeLessThan(TIME.timeoutMs);
      await expectNewStart();
    });

    it.each(PHASES)('$name: before the next transfer', async ({ reach, next }) => {
      await reach(pipe, bench);
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusal(next(pipe))).toBe('usb-disconnected');
      expect(await bench.bus.list()).toHaveLength(0);
      await expectNewStart();
    });
  });
}
