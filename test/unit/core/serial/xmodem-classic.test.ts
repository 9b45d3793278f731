import { afterEach, describe, expect, it } from 'vitest';
import { padTo } from '../../../../src/core/bytes/index.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import {
  sendXmodem,
  type XmodemOptions,
  type XmodemReport,
} from '../../../../src/core/serial/index.ts';
import { ClassicReceiver, type ClassicOptions } from '../../../support/serial/classic-receiver.ts';
import { imageLike } from '../../../support/serial/model-receiver.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

let receiver: ClassicReceiver | undefined;
afterEach(() => receiver?.stop());

function setUp(options: ClassicOptions, fileBytes = 3000) {
  const line = new SimLine(simClock());
  const file = imageLike(Math.ceil(fileBytes / 128), 256).slice(0, fileBytes);
  const model = new ClassicReceiver(line, options);
  receiver = model;
  const send = (more: Partial<XmodemOptions> = {}): Promise<XmodemReport> =>
    sendXmodem(line, line.clock, file, { receiver: 'classic', ...more });
  return { line, file, model, send };
}

describe('to a receiver by the book', () => {
  it('uses checksums when NAK asks', async () => {
    const { file, model, send } = setUp({ asks: 'NAK' });
    expect((await send()).check).toBe('checksum');
    expect(Uint8Array.from(model.data)).toEqual(padTo(file, 128, 0x1a));
    expect(new Set(model.blockSizes)).toEqual(new Set([128]));
  });

  it('uses CRC and large blocks when C asks, and small ones for the rest', async () => {
    const { file, model, send } = setUp({ asks: 'C' });
    expect((await send()).check).toBe('crc16');
    expect(Uint8Array.from(model.data)).toEqual(padTo(file, 128, 0x1a));
    expect(model.blockSizes).toEqual([1024, 1024, 1024]);
  });

  it('never pads further than to the next 128 bytes', async () => {
    const { model, send } = setUp({ asks: 'C' }, 2048 + 700);
    await send();
    expect(model.blockSizes).toEqual([1024, 1024, 128, 128, 128, 128, 128, 128]);
  });

  it('keeps to small blocks when the caller wants them', async () => {
    const { model, send } = setUp({ asks: 'C' });
    await send({ blockSize: 128 });
    expect(new Set(model.blockSizes)).toEqual(new Set([128]));
  });

  it('goes back to small blocks when the first large one is refused', async () => {
    const { file, model, send } = setUp({ asks: 'C', large: false });
    await send();
    expect(Uint8Array.from(model.data)).toEqual(padTo(file, 128, 0x1a));
  });

  it('repeats EOT when the first one is refused', async () => {
    const { line, model, send } = setUp({ asks: 'C', refusesFirstEot: true });
    await send();
    expect(model.ended).toBe(true);
    expect(line.written.filter(({ bytes }) => bytes.length === 1)).toHaveLength(2);
  });

  it('goes on when a repeat is acknowledged, and never offers what was not asked for', async () => {
    const { line, file, model, send } = setUp({ asks: 'NAK' });
    let acks = 0;
    line.damageIn = (bytes) => (bytes[0] === 0x06 && ++acks === 5 ? new Uint8Array(0) : bytes);
    await send();
    expect(Uint8Array.from(model.data)).toEqual(padTo(file, 128, 0x1a));
  });

  it('does not take the C of a word for a request', async () => {
    const { line, file, model, send } = setUp({ asks: 'NAK' });
    line.arrive(new TextEncoder().encode('Copyright 2024\r\n'));
    expect((await send()).check).toBe('checksum');
    expect(Uint8Array.from(model.data)).toEqual(padTo(file, 128, 0x1a));
  });

  it('does not take a C in mid-transfer for anything', async () => {
    const { line, send } = setUp({ asks: 'C' });
    let answers = 0;
    line.damageIn = (bytes) => (++answers === 3 ? Uint8Array.of(0x43, ...bytes) : bytes);
    expect((await send({ blockSize: 128 })).resends).toBe(0);
  });

  it('stops at CAN CAN', async () => {
    const { line, send } = setUp({ asks: 'C' });
    let answers = 0;
    line.damageIn = (bytes) => (++answers === 2 ? Uint8Array.of(0x18, 0x18) : bytes);
    await expect(send()).rejects.toMatchObject({ code: 'xmodem-cancelled-by-receiver' });
  });

  it('sends CAN CAN when it is cancelled', async () => {
    const { model, line, send } = setUp({ asks: 'NAK' });
    const canceller = createCanceller();
    const cancelled = send({
      signal: canceller.signal,
      onProgress: ({ packets }) => {
        if (packets === 4) canceller.cancel();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await line.clock.sleep(100);
    expect(model.cancelled).toBe(true);
  });
});
