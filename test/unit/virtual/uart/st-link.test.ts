import { beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes } from '../../../../src/core/bytes/index.ts';
import { createCanceller, type BytePipe } from '../../../../src/core/ports/index.ts';
import { FaultBox } from '../../../../src/virtual/faults/fault-box.ts';
import type { SimClock } from '../../../../src/virtual/index.ts';
import { StLink } from '../../../../src/virtual/uart/st-link.ts';
import { simClock, yieldToHost } from '../../../support/sim-bench.ts';

const BYTE_MS = 10_000 / 115_200;
const TIMEOUT = { timeoutMs: 1000 };

describe('the virtual COM port', () => {
  let clock: SimClock;
  let faults: FaultBox;
  let stLink: StLink;
  let pipe: BytePipe;
  let atBoard: { bytes: Uint8Array; atMs: number }[];
  beforeEach(async () => {
    clock = simClock();
    // Of this test alone: a line that is still busy goes on after its test.
    const received: typeof atBoard = [];
    atBoard = received;
    faults = new FaultBox({ onChange: () => undefined, onStrike: () => undefined });
    stLink = new StLink(clock, faults, {
      onBoardReceives: (bytes) => received.push({ bytes, atMs: clock.nowMs() }),
      pullPlug: () => {
        stLink.unplug();
      },
    });
    stLink.plug();
    const port = await stLink.choose();
    pipe = await port.open({ baudRate: 115200 });
  });

  const boardBytes = (): Uint8Array => concatBytes(...atBoard.map(({ bytes }) => bytes));
  const counted = (lengthBytes: number): Uint8Array =>
    Uint8Array.from({ length: lengthBytes }, (_, at) => at & 0xff);

  it('is an ST-LINK, and exists while the plug is in', async () => {
    const [port] = await stLink.list();
    expect(port?.identity).toMatchObject({ vendorId: 0x0483 });
    let changes = 0;
    stLink.watch(() => {
      changes += 1;
    });
    stLink.unplug();
    expect(await stLink.list()).toHaveLength(0);
    await expect(stLink.choose()).rejects.toMatchObject({ code: 'serial-no-port' });
    await expect(port?.open({ baudRate: 115200 })).rejects.toMatchObject({
      code: 'serial-no-port',
    });
    stLink.plug();
    expect((await stLink.choose()).id).not.toBe(port?.id);
    expect(changes).toBe(2);
  });

  it('can be opened once at a time', async () => {
    const port = await stLink.choose();
    await expect(port.open({ baudRate: 115200 })).rejects.toMatchObject({ code: 'serial-busy' });
    await pipe.close();
    await pipe.close();
    await expect(port.open({ baudRate: 115200 })).resolves.toBeDefined();
    await expect(pipe.write(counted(1), TIMEOUT)).rejects.toMatchObject({
      code: 'serial-disconnected',
    });
  });

  it('carries bytes to the board in order at line speed', async () => {
    await pipe.write(counted(132), TIMEOUT);
    expect(clock.nowMs()).toBeLessThan(1);
    await clock.sleep(20);
    expect(boardBytes()).toEqual(counted(132));
    expect(atBoard.at(-1)?.atMs).toBeCloseTo(132 * BYTE_MS, 6);
  });

  it('makes a writer wait when the adapter is full', async () => {
    await pipe.write(counted(2000), TIMEOUT);
    expect(clock.nowMs()).toBeCloseTo((2000 - 512) * BYTE_MS, -1);
    await pipe.write(counted(10), TIMEOUT);
    await clock.sleep(200);
    expect(boardBytes()).toEqual(concatBytes(counted(2000), counted(10)));
  });

  it('times a write out, or lets it be cancelled, without losing what was handed over', async () => {
    await expect(pipe.write(counted(2000), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
    const canceller = createCanceller();
    const write = pipe.write(counted(2000), { ...TIMEOUT, signal: canceller.signal });
    await yieldToHost();
    canceller.cancel();
    await expect(write).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('gives a reader what has come, at once, and nothing after silence', async () => {
    expect(await pipe.read({ timeoutMs: 100 })).toHaveLength(0);
    expect(clock.nowMs()).toBe(100);
    stLink.transmit(asciiToBytes('hi'));
    expect(await pipe.read(TIMEOUT)).toEqual(asciiToBytes('hi'));
    expect(clock.nowMs()).toBeCloseTo(100 + 2 * BYTE_MS, 6);
  });

  it('keeps bytes for the next reader when a read was cancelled', async () => {
    const canceller = createCanceller();
    const read = pipe.read({ ...TIMEOUT, signal: canceller.signal });
    stLink.transmit(asciiToBytes('kept'));
    await yieldToHost();
    canceller.cancel();
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
    expect(await pipe.read(TIMEOUT)).toEqual(asciiToBytes('kept'));
  });

  it('allows one read at a time', async () => {
    const first = pipe.read(TIMEOUT);
    await expect(pipe.read(TIMEOUT)).rejects.toMatchObject({ code: 'invalid-argument' });
    stLink.transmit(asciiToBytes('x'));
    expect(await first).toEqual(asciiToBytes('x'));
  });

  it('ends reads and writes when the plug is pulled', async () => {
    const read = pipe.read(TIMEOUT);
    const write = pipe.write(counted(2000), TIMEOUT);
    const outcomes = Promise.allSettled([read, write]);
    stLink.unplug();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'serial-disconnected' } });
    }
    await expect(pipe.read(TIMEOUT)).rejects.toMatchObject({ code: 'serial-disconnected' });
    await clock.sleep(500);
    expect(boardBytes().length).toBe(0);
  });

  it('tells the board when the last byte is out, listener or not', async () => {
    let sentAtMs: number | undefined;
    stLink.unplug();
    stLink.transmit(counted(100), () => {
      sentAtMs = clock.nowMs();
    });
    await clock.sleep(100);
    expect(sentAtMs).toBeCloseTo(100 * BYTE_MS, 6);
  });

  it('turns everything to nonsense at a wrong baud rate, but forgives a few per cent', async () => {
    await pipe.close();
    const port = await stLink.choose();
    const slow = await port.open({ baudRate: 9600 });
    await slow.write(asciiToBytes('info'), TIMEOUT);
    stLink.transmit(asciiToBytes('cmd> '));
    expect(await slow.read(TIMEOUT)).not.toEqual(asciiToBytes('cmd> '));
    expect(boardBytes()).not.toEqual(asciiToBytes('info'));
    await slow.close();
    const close = await port.open({ baudRate: 111_500 });
    stLink.transmit(asciiToBytes('cmd> '));
    expect(await close.read(TIMEOUT)).toEqual(asciiToBytes('cmd> '));
  });

  describe('with faults', () => {
    it('flips a bit of one byte on its way', async () => {
      faults.arm({ kind: 'corrupt-byte', path: 'serial-out', atByte: 40 });
      await pipe.write(new Uint8Array(64), TIMEOUT);
      await clock.sleep(20);
      expect(Array.from(boardBytes().entries()).filter(([, byte]) => byte !== 0)).toEqual([
        [40, 1],
      ]);
      faults.arm({ kind: 'corrupt-byte', path: 'serial-in', atByte: 0 });
      stLink.transmit(Uint8Array.of(0x15));
      expect([...(await pipe.read(TIMEOUT))]).toEqual([0x14]);
    });

    it('loses the plug at a byte', async () => {
      faults.arm({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 40 });
      await pipe.write(counted(100), TIMEOUT);
      await expect(pipe.read(TIMEOUT)).rejects.toMatchObject({ code: 'serial-disconnected' });
      expect(boardBytes()).toEqual(counted(40));
    });

    const announce = (): void => {
      stLink.transmit(asciiToBytes('Waiting for XMODEM transfer...\r\n'));
    };
    const afterAnnouncement = async (): Promise<number[]> => {
      await clock.sleep(100);
      return [...(await pipe.read({ timeoutMs: 1 }))].slice(32);
    };

    it('loses the ACK of one packet', async () => {
      faults.arm({ kind: 'lost-ack', atPacket: 2 });
      stLink.transmit(Uint8Array.of(0x06));
      announce();
      for (const byte of [0x15, 0x06, 0x06, 0x06]) stLink.transmit(Uint8Array.of(byte));
      await clock.sleep(100);
      const all = [...(await pipe.read({ timeoutMs: 1 }))];
      expect(all[0]).toBe(0x06);
      expect(all.slice(33)).toEqual([0x15, 0x06, 0x06]);
    });

    it.each([
      [0, []],
      [1, [0x15]],
      [2, [0x15, 0x06]],
    ])('silences the receiver from packet %i on, until a reset', async (atPacket, heard) => {
      faults.arm({ kind: 'silent-receiver', atPacket });
      announce();
      for (const byte of [0x15, 0x06, 0x06, 0x15]) stLink.transmit(Uint8Array.of(byte));
      expect(await afterAnnouncement()).toEqual(heard);
      stLink.resetBoardSide();
      stLink.transmit(asciiToBytes('again'));
      expect(await pipe.read(TIMEOUT)).toEqual(asciiToBytes('again'));
    });
  });
});
