/**
 * What a board has to do that is opened for DFU work, wherever its engine runs. Run with the engine in
 * this thread, over the virtual board and over WebUSB, and with the engine in the device worker.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import { createCanceller, type Clock, type UsbBus } from '../../src/core/ports/index.ts';
import { openBoard, type OpenBoard, type TransferEntry } from '../../src/core/stm32/index.ts';

export interface SessionBench {
  readonly clock: Clock;
  /** One board in DFU mode is on it, its flash blank. */
  readonly bus: UsbBus;
  unplug(): void;
  /** Resolves when the board is on the bus again. */
  plugIn(): Promise<void>;
}

const TIME = { timeoutMs: 2_000 };
const NOTICE_MS = 1_000;
const FLASH = 0x08000000;
const OTP = 0x08fff000;
const SECTOR_BYTES = 8 * 1024;

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

async function refusalCode(work: Promise<unknown>): Promise<ErrorCode> {
  return (await refusal(work)).code;
}

function image(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, index) => (index * 7 + 1) & 0xff);
}

export function dfuSessionContract(name: string, makeBench: () => Promise<SessionBench>): void {
  describe(`a bus with boards to open: ${name}`, () => {
    let bench: SessionBench;
    beforeEach(async () => {
      bench = await makeBench();
    });
    const open = async (): Promise<OpenBoard> => {
      const [device] = await bench.bus.list();
      return openBoard(device!, bench.clock, TIME);
    };

    it('lists the device as the same object as long as it stays, and chooses it', async () => {
      const [[first], [second]] = [await bench.bus.list(), await bench.bus.list()];
      expect(second?.id).toBe(first?.id);
      expect((await bench.bus.choose()).id).toBe(first?.id);
      expect(first?.identity.serial).toMatch(/^[0-9A-F]{12}$/);
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

    it('gives a board that comes back a new id, and opens the old one no more', async () => {
      const [before] = await bench.bus.list();
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      await bench.plugIn();
      const [after] = await bench.bus.list();
      expect(after?.id).not.toBe(before?.id);
      expect(await refusalCode(openBoard(before!, bench.clock, TIME))).toBe('usb-no-device');
      const board = await openBoard(after!, bench.clock, TIME);
      await board.close();
    });

    it('says that there is nothing to choose', async () => {
      bench.unplug();
      await bench.clock.sleep(NOTICE_MS);
      expect(await refusalCode(bench.bus.choose())).toBe('usb-no-device');
    });

    it('opens a board once at a time', async () => {
      const board = await open();
      expect(await refusalCode(open())).toBe('usb-busy');
      await board.close();
      await board.close();
      const again = await open();
      expect(again.session.description.transferSizeBytes).toBe(1024);
      await again.close();
    });
  });

  describe(`a session: ${name}`, () => {
    let bench: SessionBench;
    let board: OpenBoard;
    const entries: TransferEntry[] = [];
    beforeEach(async () => {
      bench = await makeBench();
      entries.length = 0;
      const [device] = await bench.bus.list();
      board = await openBoard(device!, bench.clock, {
        ...TIME,
        transcript: (entry) => entries.push(entry),
      });
    });

    it('knows what the device says of itself', () => {
      const { description } = board.session;
      expect(description.alternates[0]?.name).toMatch(/^@Internal Flash/);
      expect(description.alternates[0]?.kind).toBe('flash');
      expect(description.commands).toEqual([0x00, 0x21, 0x41]);
    });

    it('writes what it is given and reads it back', async () => {
      const bytes = image(2_000);
      const report = await board.session.programFlash(FLASH, bytes);
      expect(report).toMatchObject({ address: FLASH, lengthBytes: 2_000, paddingBytes: 0 });
      expect(await board.session.readMemory(0, FLASH, 2_000)).toEqual(bytes);
    });

    it('sends the bytes as they were when the call was made', async () => {
      const bytes = image(64);
      const writing = board.session.writeFlash(0, FLASH, bytes);
      bytes.fill(0);
      await writing;
      expect(await board.session.readMemory(0, FLASH, 64)).toEqual(image(64));
    });

    it('tells progress on the way, and every transfer to the transcript', async () => {
      const seen: number[] = [];
      await board.session.readMemory(0, FLASH, SECTOR_BYTES, {
        onProgress: ({ doneBytes }) => seen.push(doneBytes),
      });
      expect(seen.at(-1)).toBe(SECTOR_BYTES);
      expect(seen.length).toBeGreaterThan(4);
      expect(entries.map(({ request }) => request)).toContain('UPLOAD');
    });

    it('keeps calls in the order in which they were made', async () => {
      const order: number[] = [];
      await Promise.all(
        [0, 1, 2].map(async (index) => {
          await board.session.readMemory(0, FLASH, 256);
          order.push(index);
        }),
      );
      expect(order).toEqual([0, 1, 2]);
    });

    it('refuses with code and context', async () => {
      const error = await refusal(board.session.writeFlash(0, FLASH + 8, image(16)));
      expect(error).toMatchObject({ code: 'invalid-argument', context: { writeUnitBytes: 16 } });
      expect(await refusalCode(board.session.eraseSectors(0, [OTP]))).toBe('invalid-argument');
    });

    it('stops when cancelled, and goes on working', async () => {
      const canceller = createCanceller();
      const reading = board.session.readMemory(0, FLASH, 1024 * 1024, {
        signal: canceller.signal,
        onProgress: () => {
          canceller.cancel();
        },
      });
      expect(await refusalCode(reading)).toBe('cancelled');
      expect(await board.session.readMemory(0, FLASH, 64)).toHaveLength(64);
    });

    it('does nothing for a call that was cancelled before', async () => {
      const canceller = createCanceller();
      canceller.cancel();
      const { signal } = canceller;
      expect(await refusalCode(board.session.eraseSectors(0, [FLASH], { signal }))).toBe(
        'cancelled',
      );
    });

    it('ends a call under way when the plug is pulled, and can still be closed', async () => {
      const reading = refusalCode(board.session.readMemory(0, FLASH, 1024 * 1024));
      await bench.clock.sleep(20);
      bench.unplug();
      expect(await reading).toBe('usb-disconnected');
      await board.close();
      await board.close();
    });

    it('ends a call under way when it is closed, and gives the device back', async () => {
      const reading = refusalCode(board.session.readMemory(0, FLASH, 1024 * 1024));
      await bench.clock.sleep(20);
      await board.close();
      expect(await reading).not.toBe('cancelled');
      const [device] = await bench.bus.list();
      const again = await openBoard(device!, bench.clock, TIME);
      expect(await again.session.readMemory(0, FLASH, 64)).toHaveLength(64);
      await again.close();
    });
  });
}
