// The ring of the last transfers, and benches that write into it.
import { describe, expect, it } from 'vitest';
import type { TransferEntry } from '../../../src/core/ports/index.ts';
import { createDeviceLogBook, logBenches } from '../../../src/state/device-log.ts';
import { simBench } from '../../support/sim-bench.ts';

const transfer = (atMs: number): TransferEntry => ({
  atMs,
  durationMs: 1,
  request: 'GETSTATUS',
  value: 0,
  lengthBytes: 6,
  outcome: 'ok',
});

describe('the ring', () => {
  it('keeps the last entries in order and counts what it lost', () => {
    const book = createDeviceLogBook(3);
    for (const atMs of [1, 2, 3, 4, 5]) book.of('virtual').usb(transfer(atMs));
    expect(book.entries().map(({ atMs }) => atMs)).toEqual([3, 4, 5]);
    expect(book.dropped).toBe(2);
  });

  it('has nothing to lose before it is full', () => {
    const book = createDeviceLogBook(3);
    book.of('real').usb(transfer(1));
    expect(book.entries()).toMatchObject([{ kind: 'usb', bench: 'real', atMs: 1 }]);
    expect(book.dropped).toBe(0);
  });
});

describe('a bench that is logged', () => {
  const logged = async () => {
    const { bench } = simBench();
    const book = createDeviceLogBook();
    const benches = logBenches(
      {
        real: undefined,
        openVirtual: () => Promise.resolve(bench),
        openRehearsal: () => Promise.resolve(bench),
      },
      book,
    );
    return { bench, book, benches, wrapped: await benches.openVirtual(7) };
  };

  it('is the same one each time, with the same bus', async () => {
    const { bench, benches, wrapped } = await logged();
    expect(await benches.openVirtual(7)).toBe(wrapped);
    expect(wrapped.usb).toBe(bench.usb);
    expect((await wrapped.serial.list())[0]).toBe((await wrapped.serial.list())[0]);
  });

  it('tells how much a serial line carried and never what', async () => {
    const { book, wrapped } = await logged();
    wrapped.panel?.setPlug('stLink', true);
    const [port] = await wrapped.serial.list();
    const pipe = await port!.open({ baudRate: 115_200 });
    await pipe.write(new TextEncoder().encode('secret'), { timeoutMs: 1000 });
    await pipe.write(Uint8Array.of(0x15), { timeoutMs: 1000 });
    expect(book.entries()).toMatchObject([
      { kind: 'serial', direction: 'to-board', lengthBytes: 6, outcome: 'ok' },
      { kind: 'serial', direction: 'to-board', lengthBytes: 1, control: 'NAK' },
    ]);
    expect(JSON.stringify(book.entries())).not.toContain('secret');
    await pipe.close();
  });

  it('writes down that a line was gone', async () => {
    const { book, wrapped } = await logged();
    wrapped.panel?.setPlug('stLink', true);
    const [port] = await wrapped.serial.list();
    const pipe = await port!.open({ baudRate: 115_200 });
    wrapped.panel?.setPlug('stLink', false);
    await expect(pipe.write(Uint8Array.of(1), { timeoutMs: 1000 })).rejects.toThrow();
    expect(book.entries().at(-1)).toMatchObject({ outcome: 'serial-disconnected' });
  });
});
