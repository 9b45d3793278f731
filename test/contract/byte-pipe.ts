/**
 * What every implementation of `SerialBus`, `SerialPort` and `BytePipe` has to do. Run against the virtual
 * board's ST-LINK, and against the Web Serial transport in front of it.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes } from '../../src/core/bytes/index.ts';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import {
  createCanceller,
  type BytePipe,
  type Clock,
  type SerialBus,
  type SerialSignals,
} from '../../src/core/ports/index.ts';

export interface SerialTestBench {
  readonly clock: Clock;
  /** One adapter is on it. */
  readonly bus: SerialBus;
  /** The far end of the line sends. */
  emit(bytes: Uint8Array): void;
  /** What the far end has received so far. */
  received(): Uint8Array;
  /** What the adapter drives beside the data. */
  signals(): Required<SerialSignals> | undefined;
  unplug(): void;
  plugIn(): void;
}

const TIME = { timeoutMs: 5_000 };
const LINE = { baudRate: 115_200 };
/** Longer than any implementation needs to notice that an adapter is gone. */
const NOTICE_MS = 1_000;

function counted(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, index) => (index * 11 + 3) & 0xff);
}

async function refusal(work: Promise<unknown>): Promise<ErrorCode> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).code;
}

export function bytePipeContract(name: string, makeBench: () => Promise<SerialTestBench>): void {
  describe(`serial bus: ${name}`, () => {
    let bench: SerialTestBench;
    beforeEach(async () => {
      bench = await makeBench();
    });

    it('lists the port under one id as long as it stays', async () => {
      const [first, second] = [await bench.bus.list(), await bench.bus.list()];
      expect(first).toHaveLength(1);
      expect(second[0]?.id).toBe(first[0]?.id);
      expect((await bench.bus.choose()).id).toBe(first[0]?.id);
      expect(first[0]?.identity.vendorId).toBe(0x0483);
      expect(first[0]?.identity.label).toMatch(/virtual COM port/);
    });

    it('tells of departures and arrivals until it is told to stop', async () => {
      let calls = 0;
      const stop = bench.bus.watch(() => {
        calls += 1;
      });
      const [before] = await bench.bus.list();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(calls).toBe(1);
      expect(await bench.bus.list()).toHaveLength(0);
      bench.plugIn();
      await bench.clock.sleep(NOTICE_MS);
      expect(calls).toBe(2);
      const [after] = await bench.bus.list();
      expect(after?.id).not.toBe(before?.id);
      stop();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(calls).toBe(2);
    });

    it('does not list a port that has just left', async () => {
      bench.unplug();
      await bench.clock.sleep(100);
      expect(await bench.bus.list()).toHaveLength(0);
    });

    it('says that there is nothing to choose, and opens nothing that has left', async () => {
      const [port] = await bench.bus.list();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusal(bench.bus.choose())).toBe('serial-no-port');
      expect(await refusal(port!.open(LINE))).toBe('serial-no-port');
    });

    it('opens a port once at a time', async () => {
      const [port] = await bench.bus.list();
      const pipe = await port!.open(LINE);
      expect(await refusal(port!.open(LINE))).toBe('serial-busy');
      await pipe.close();
      const again = await port!.open(LINE);
      bench.emit(asciiToBytes('x'));
      expect(await again.read(TIME)).toEqual(asciiToBytes('x'));
    });
  });

  describe(`byte pipe: ${name}`, () => {
    let bench: SerialTestBench;
    let pipe: BytePipe;
    beforeEach(async () => {
      bench = await makeBench();
      const [port] = await bench.bus.list();
      pipe = await port!.open(LINE);
    });

    async function readExactly(lengthBytes: number): Promise<Uint8Array> {
      let all = new Uint8Array(0);
      while (all.length < lengthBytes) {
        const part = await pipe.read(TIME);
        if (part.length === 0) break;
        all = Uint8Array.from(concatBytes(all, part));
      }
      return all;
    }

    it('hands out what arrives, in order and complete, between reads too', async () => {
      bench.emit(counted(300));
      await bench.clock.sleep(500);
      bench.emit(counted(50));
      await bench.clock.sleep(500);
      expect(await readExactly(350)).toEqual(concatBytes(counted(300), counted(50)));
      expect(await pipe.read({ timeoutMs: 100 })).toHaveLength(0);
    });

    it('answers a read as soon as there is anything', async () => {
      const reading = pipe.read(TIME);
      await bench.clock.sleep(10);
      bench.emit(asciiToBytes('!'));
      expect(await reading).toEqual(asciiToBytes('!'));
      expect(bench.clock.nowMs()).toBeLessThan(1_000);
    });

    it('answers a read with nothing after silence', async () => {
      const before = bench.clock.nowMs();
      expect(await pipe.read({ timeoutMs: 250 })).toHaveLength(0);
      expect(bench.clock.nowMs() - before).toBeGreaterThanOrEqual(250);
      expect(bench.clock.nowMs() - before).toBeLessThan(300);
    });

    it('allows one read at a time', async () => {
      const first = pipe.read(TIME);
      expect(await refusal(pipe.read(TIME))).toBe('invalid-argument');
      bench.emit(asciiToBytes('y'));
      expect(await first).toEqual(asciiToBytes('y'));
    });

    it('keeps the bytes when a read is cancelled', async () => {
      const canceller = createCanceller();
      const reading = refusal(pipe.read({ ...TIME, signal: canceller.signal }));
      await bench.clock.sleep(5);
      canceller.cancel();
      expect(await reading).toBe('cancelled');
      bench.emit(asciiToBytes('kept'));
      await bench.clock.sleep(100);
      expect(await readExactly(4)).toEqual(asciiToBytes('kept'));
    });

    it('writes in order, also when nobody waits in between', async () => {
      await Promise.all([
        pipe.write(counted(132), TIME),
        pipe.write(asciiToBytes('then'), TIME),
        pipe.write(asciiToBytes('last'), TIME),
      ]);
      await bench.clock.sleep(100);
      expect(bench.received()).toEqual(concatBytes(counted(132), asciiToBytes('thenlast')));
    });

    it('writes the bytes as they were when the call was made', async () => {
      const bytes = asciiToBytes('as it was');
      const writing = pipe.write(bytes, TIME);
      bytes.fill(0);
      await writing;
      await bench.clock.sleep(100);
      expect(bench.received()).toEqual(asciiToBytes('as it was'));
    });

    it('writes nothing for a call that was cancelled before', async () => {
      const canceller = createCanceller();
      canceller.cancel();
      const options = { ...TIME, signal: canceller.signal };
      expect(await refusal(pipe.write(asciiToBytes('no'), options))).toBe('cancelled');
      await pipe.write(asciiToBytes('yes'), TIME);
      await bench.clock.sleep(100);
      expect(bench.received()).toEqual(asciiToBytes('yes'));
    });

    it('gives up on a line that takes nothing, and can write again later', async () => {
      expect(await refusal(pipe.write(counted(20_000), { timeoutMs: 200 }))).toBe(
        'deadline-exceeded',
      );
      await bench.clock.sleep(5_000);
      const before = bench.received().length;
      await pipe.write(asciiToBytes('again'), TIME);
      await bench.clock.sleep(100);
      expect(bench.received().slice(before)).toEqual(asciiToBytes('again'));
    });

    it('opens with both handshake lines raised and no break', () => {
      expect(bench.signals()).toEqual({
        break: false,
        dataTerminalReady: true,
        requestToSend: true,
      });
    });

    it('sets the lines that are named and leaves the others', async () => {
      await pipe.setSignals({ dataTerminalReady: false });
      await pipe.setSignals({ break: true });
      expect(bench.signals()).toEqual({
        break: true,
        dataTerminalReady: false,
        requestToSend: true,
      });
      await pipe.setSignals({ break: false, requestToSend: false });
      expect(bench.signals()).toEqual({
        break: false,
        dataTerminalReady: false,
        requestToSend: false,
      });
    });

    it('carries nothing during a break and everything behind it', async () => {
      await pipe.setSignals({ break: true });
      await pipe.write(asciiToBytes('lost'), TIME);
      await bench.clock.sleep(100);
      await pipe.setSignals({ break: false });
      await pipe.write(asciiToBytes('heard'), TIME);
      await bench.clock.sleep(100);
      expect(bench.received()).toEqual(asciiToBytes('heard'));
    });

    it('goes on reading while the lines are set', async () => {
      const reading = pipe.read(TIME);
      const setting = pipe.setSignals({ break: true });
      bench.emit(asciiToBytes('still here'));
      expect((await reading).length).toBeGreaterThan(0);
      await setting;
    });

    it('opens with flow control by RTS and CTS too', async () => {
      await pipe.close();
      const [port] = await bench.bus.list();
      const guarded = await port!.open({ ...LINE, flowControl: 'hardware' });
      bench.emit(asciiToBytes('x'));
      expect(await guarded.read(TIME)).toEqual(asciiToBytes('x'));
    });

    it('sets no line of a port that is closed or gone', async () => {
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusal(pipe.setSignals({ break: true }))).toBe('serial-disconnected');
      bench.plugIn();
      await bench.clock.sleep(NOTICE_MS);
      const [port] = await bench.bus.list();
      const again = await port!.open(LINE);
      await again.close();
      expect(await refusal(again.setSignals({ break: true }))).toBe('serial-disconnected');
    });

    it('lets what was written go out when it is closed', async () => {
      await pipe.write(counted(200), TIME);
      await pipe.close();
      await bench.clock.sleep(200);
      expect(bench.received()).toEqual(counted(200));
    });

    it('ends a read and a write under way when the plug is pulled', async () => {
      const reading = refusal(pipe.read({ timeoutMs: 60_000 }));
      const writing = refusal(pipe.write(counted(20_000), { timeoutMs: 60_000 }));
      await bench.clock.sleep(20);
      bench.unplug();
      expect([await reading, await writing]).toEqual([
        'serial-disconnected',
        'serial-disconnected',
      ]);
      expect(bench.clock.nowMs()).toBeLessThan(30_000);
    });

    it('hands out what arrived before the plug was pulled, then refuses', async () => {
      bench.emit(asciiToBytes('goodbye'));
      await bench.clock.sleep(100);
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await pipe.read(TIME)).toEqual(asciiToBytes('goodbye'));
      expect(await refusal(pipe.read(TIME))).toBe('serial-disconnected');
      expect(await refusal(pipe.write(asciiToBytes('x'), TIME))).toBe('serial-disconnected');
      await pipe.close();
      await pipe.close();
    });

    it('ends a read under way when it is closed, and is closed then', async () => {
      const reading = refusal(pipe.read({ timeoutMs: 60_000 }));
      await bench.clock.sleep(5);
      await pipe.close();
      await pipe.close();
      expect(await reading).toBe('serial-disconnected');
      expect(await refusal(pipe.write(asciiToBytes('x'), TIME))).toBe('serial-disconnected');
      expect(bench.clock.nowMs()).toBeLessThan(30_000);
    });
  });
}
