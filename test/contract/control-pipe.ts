/**
 * What every implementation of `UsbBus`, `UsbDevice` and `ControlPipe` has to do. Run against the
 * virtual board, and against the WebUSB transport in front of it.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import {
  createCanceller,
  type Clock,
  type ControlPipe,
  type ControlRequest,
  type UsbBus,
} from '../../src/core/ports/index.ts';

export interface UsbTestBench {
  readonly clock: Clock;
  /** One STM32 ROM in DFU mode is on it. */
  readonly bus: UsbBus;
  unplug(): void;
  /** Resolves when the device is on the bus again. */
  plugIn(): Promise<void>;
}

const TIME = { timeoutMs: 2_000 };
/** Longer than any implementation needs to notice that a device is gone. */
const NOTICE_MS = 1_000;

const classIn = (request: number): ControlRequest => ({
  type: 'class',
  recipient: 'interface',
  request,
  value: 0,
  index: 0,
});

const descriptor = (type: number): ControlRequest => ({
  type: 'standard',
  recipient: 'device',
  request: 6,
  value: type << 8,
  index: 0,
});

const GET_STATUS = classIn(3);
const NO_SUCH_REQUEST = classIn(0x55);
const ABORT = classIn(6);
const DNLOAD = classIn(1);
/** The ROM never answers a request for the functional descriptor alone, nor anything after it. */
const HANGING = descriptor(0x21);

async function refusal(work: Promise<unknown>): Promise<ErrorCode> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).code;
}

export function controlPipeContract(name: string, makeBench: () => Promise<UsbTestBench>): void {
  describe(`USB bus: ${name}`, () => {
    let bench: UsbTestBench;
    beforeEach(async () => {
      bench = await makeBench();
    });

    it('lists the device under one id as long as it stays', async () => {
      const [first, second] = [await bench.bus.list(), await bench.bus.list()];
      expect(first).toHaveLength(1);
      expect(second[0]?.id).toBe(first[0]?.id);
      expect((await bench.bus.choose()).id).toBe(first[0]?.id);
      expect(first[0]?.identity).toMatchObject({
        vendorId: 0x0483,
        productId: 0xdf11,
        deviceVersionBcd: 0x0300,
        product: 'DFU in FS Mode',
      });
      expect(first[0]?.identity.serial).toMatch(/^[0-9A-F]{12}$/);
    });

    it('tells of departures and arrivals until it is told to stop', async () => {
      let calls = 0;
      const stop = bench.bus.watch(() => {
        calls += 1;
      });
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(calls).toBe(1);
      expect(await bench.bus.list()).toHaveLength(0);
      await bench.plugIn();
      expect(calls).toBe(2);
      stop();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(calls).toBe(2);
    });

    it('gives a device that comes back a new id', async () => {
      const [before] = await bench.bus.list();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      await bench.plugIn();
      const [after] = await bench.bus.list();
      expect(after?.id).not.toBe(before?.id);
      expect(await refusal(before!.open(TIME))).toBe('usb-no-device');
      const pipe = await after!.open(TIME);
      expect(await pipe.controlIn(GET_STATUS, 6, TIME)).toHaveLength(6);
    });

    it('does not list a device that has just left', async () => {
      bench.unplug();
      await bench.clock.sleep(100);
      expect(await bench.bus.list()).toHaveLength(0);
    });

    it('says that there is nothing to choose', async () => {
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusal(bench.bus.choose())).toBe('usb-no-device');
    });

    it('opens a device once at a time', async () => {
      const [device] = await bench.bus.list();
      const pipe = await device!.open(TIME);
      expect(await refusal(device!.open(TIME))).toBe('usb-busy');
      expect(await pipe.controlIn(GET_STATUS, 6, TIME)).toHaveLength(6);
      await pipe.close();
      const again = await device!.open(TIME);
      expect(await again.controlIn(GET_STATUS, 6, TIME)).toHaveLength(6);
    });
  });

  describe(`control pipe: ${name}`, () => {
    let bench: UsbTestBench;
    let pipe: ControlPipe;
    beforeEach(async () => {
      bench = await makeBench();
      const [device] = await bench.bus.list();
      pipe = await device!.open(TIME);
    });

    it('reads what the device has, and no more than was asked for', async () => {
      const head = await pipe.controlIn(descriptor(2), 9, TIME);
      expect(head).toHaveLength(9);
      const total = head[2]! + head[3]! * 256;
      const whole = await pipe.controlIn(descriptor(2), 4096, TIME);
      expect(whole).toHaveLength(total);
      expect(whole.slice(0, 9)).toEqual(head);
    });

    it('gives bytes away: changing them changes no later answer', async () => {
      const first = await pipe.controlIn(descriptor(2), 9, TIME);
      const copy = first.slice();
      first.fill(0);
      expect(await pipe.controlIn(descriptor(2), 9, TIME)).toEqual(copy);
    });

    it('sends the data as it was when the call was made', async () => {
      const command = Uint8Array.of(0x21, 0x00, 0x00, 0x00, 0x08);
      const sending = pipe.controlOut(DNLOAD, command, TIME);
      command.fill(0xff);
      await sending;
      const states: (number | undefined)[] = [];
      for (let poll = 0; poll < 10; poll++) {
        const status = await pipe.controlIn(GET_STATUS, 6, TIME);
        states.push(status[4]);
        if (status[4] !== 4) break;
        await bench.clock.sleep(status[1]! + status[2]! * 256);
      }
      expect(states[0]).toBe(4);
      expect(states.at(-1)).toBe(5);
    });

    it('knows the interface that it claimed', () => {
      expect(pipe.interfaceNumber).toBe(0);
      expect(pipe.identity.vendorId).toBe(0x0483);
    });

    it('reports a stall in either direction, and goes on working', async () => {
      expect(await refusal(pipe.controlIn(NO_SUCH_REQUEST, 4, TIME))).toBe('usb-stall');
      expect(await refusal(pipe.controlOut(NO_SUCH_REQUEST, Uint8Array.of(1), TIME))).toBe(
        'usb-stall',
      );
      expect(await pipe.controlIn(GET_STATUS, 6, TIME)).toHaveLength(6);
    });

    it('selects alternate settings; one that does not exist is a stall', async () => {
      await pipe.selectAlternate(1, TIME);
      await pipe.selectAlternate(0, TIME);
      expect(await refusal(pipe.selectAlternate(9, TIME))).toBe('usb-stall');
      await pipe.controlOut(ABORT, new Uint8Array(0), TIME);
    });

    it('gives up on an answer that does not come', async () => {
      const before = bench.clock.nowMs();
      expect(await refusal(pipe.controlIn(HANGING, 9, { timeoutMs: 300 }))).toBe(
        'deadline-exceeded',
      );
      expect(bench.clock.nowMs() - before).toBeGreaterThanOrEqual(300);
      expect(bench.clock.nowMs() - before).toBeLessThan(400);
      await pipe.close();
    });

    it('cancels a transfer that waits', async () => {
      const canceller = createCanceller();
      const waiting = pipe.controlIn(HANGING, 9, { timeoutMs: 60_000, signal: canceller.signal });
      const [code] = await Promise.all([
        refusal(waiting),
        bench.clock.sleep(50).then(() => {
          canceller.cancel();
        }),
      ]);
      expect(code).toBe('cancelled');
      expect(bench.clock.nowMs()).toBeLessThan(30_000);
    });

    it('does nothing for a call that was cancelled before', async () => {
      const canceller = createCanceller();
      canceller.cancel();
      const options = { ...TIME, signal: canceller.signal };
      expect(await refusal(pipe.controlOut(DNLOAD, Uint8Array.of(0x21), options))).toBe(
        'cancelled',
      );
      expect((await pipe.controlIn(GET_STATUS, 6, TIME))[4]).toBe(2);
    });

    it('ends a transfer under way when the plug is pulled', async () => {
      const waiting = refusal(pipe.controlIn(HANGING, 9, { timeoutMs: 60_000 }));
      await bench.clock.sleep(20);
      bench.unplug();
      expect(await waiting).toBe('usb-disconnected');
      expect(bench.clock.nowMs()).toBeLessThan(30_000);
    });

    it('refuses everything after the plug was pulled, and can still be closed', async () => {
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusal(pipe.controlIn(GET_STATUS, 6, TIME))).toBe('usb-disconnected');
      expect(await refusal(pipe.controlOut(ABORT, new Uint8Array(0), TIME))).toBe(
        'usb-disconnected',
      );
      expect(await refusal(pipe.selectAlternate(0, TIME))).toBe('usb-disconnected');
      await pipe.close();
      await pipe.close();
    });

    it('can be closed twice, and is closed then', async () => {
      await pipe.close();
      await pipe.close();
      expect(await refusal(pipe.controlIn(GET_STATUS, 6, TIME))).toBe('usb-transfer-failed');
    });

    it('ends a transfer under way when it is closed', async () => {
      const waiting = refusal(pipe.controlIn(HANGING, 9, { timeoutMs: 60_000 }));
      await bench.clock.sleep(20);
      await pipe.close();
      expect(await waiting).toBe('usb-transfer-failed');
      expect(bench.clock.nowMs()).toBeLessThan(30_000);
    });
  });
}
