import { describe, expect, it } from 'vitest';
import { padTo } from '../../../../src/core/bytes/index.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import {
  receiveXmodem,
  type XmodemReceived,
  type XmodemReceiveOptions,
} from '../../../../src/core/serial/index.ts';
import { imageLike } from '../../../support/serial/model-receiver.ts';
import { ModelSender, type ModelSenderOptions } from '../../../support/serial/model-sender.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

const CAN = 0x18;
const FILE = imageLike(300, 256);

function lineWith(file = FILE, sender: ModelSenderOptions = {}) {
  const line = new SimLine(simClock());
  return { line, sender: new ModelSender(line, file, sender) };
}

async function receive(
  options: XmodemReceiveOptions = {},
  sender: ModelSenderOptions = {},
  file = FILE,
): Promise<XmodemReceived & { readonly line: SimLine }> {
  const { line } = lineWith(file, sender);
  return { ...(await receiveXmodem(line, line.clock, options)), line };
}

function endsInCancel({ written }: SimLine): boolean {
  const last = written.at(-1)?.bytes;
  return last?.length === 2 && last.every((byte) => byte === CAN);
}

describe('the XMODEM receiver', () => {
  it('asks for CRC and receives more packets than numbers', async () => {
    const received = await receive();
    expect(received.file).toEqual(padTo(FILE, 128, 0x1a));
    expect(received).toMatchObject({ check: 'crc16', packets: 300, blockBytes: 128, refusals: 0 });
  });

  it('asks for checksums when nobody knows CRC', async () => {
    const received = await receive({}, { knowsCrc: false });
    expect(received.file).toEqual(padTo(FILE, 128, 0x1a));
    expect(received.check).toBe('checksum');
    // Four questions of 3 s for CRC went before.
    expect(received.line.clock.nowMs()).toBeGreaterThan(12_000);
    const asked = await receive({ check: 'checksum' }, { knowsCrc: false });
    expect(asked.line.written[0]?.bytes).toEqual(Uint8Array.of(0x15));
  });

  it('takes blocks of 1024', async () => {
    const received = await receive({}, { blockBytes: 1024 });
    expect(received.file).toEqual(padTo(FILE, 1024, 0x1a));
    expect(received).toMatchObject({ packets: 38, blockBytes: 1024 });
  });

  it('cuts the padding off where the length is known, and misses what is missing', async () => {
    expect((await receive({ expectedBytes: FILE.length })).file).toEqual(FILE);
    await expect(receive({ expectedBytes: FILE.length + 200 })).rejects.toMatchObject({
      code: 'xmodem-receive-failed',
      context: { reason: 'too-short' },
    });
  });

  it('acknowledges a packet that comes twice and keeps it once', async () => {
    const { line } = lineWith();
    let chunks = 0;
    // The answer to the fifth packet gets lost.
    line.damageOut = (bytes) => (chunks++ === 5 ? new Uint8Array(0) : bytes);
    const received = await receiveXmodem(line, line.clock);
    expect(received.file).toEqual(padTo(FILE, 128, 0x1a));
    expect(received.repeats).toBe(1);
  });

  it('finds its way back when a packet is torn for longer than a gap may last', async () => {
    for (const ms of [1500, 2000, 9000]) {
      const received = await receive({}, { stall: { at: 7, ms } });
      expect(received.file).toEqual(padTo(FILE, 128, 0x1a));
      expect(received.refusals).toBeGreaterThan(0);
    }
  });

  it('does not take an end for granted that stands inside rubbish', async () => {
    const { line } = lineWith();
    let chunks = 0;
    // SOH turns into EOT, and later all of a packet is lost but one byte that looks like the end.
    line.damageIn = (bytes) => {
      chunks++;
      if (chunks === 4) return bytes.with(0, 0x04);
      return chunks === 9 ? Uint8Array.of(0x04) : bytes;
    };
    const received = await receiveXmodem(line, line.clock);
    expect(received.file).toEqual(padTo(FILE, 128, 0x1a));
    expect(received.refusals).toBeGreaterThan(0);
  });

  it('believes one EOT when it is told that there is only one', async () => {
    await expect(receive({}, { endsOnce: true })).rejects.toMatchObject({
      context: { reason: 'end-unclear' },
    });
    const received = await receive({ endOfFile: 'first' }, { endsOnce: true });
    expect(received.packets).toBe(300);
  });

  it('ends with a name, and with CAN CAN, when it cannot go on', async () => {
    const silent = new SimLine(simClock());
    await expect(
      receiveXmodem(silent, silent.clock, { startTimeoutMs: 20_000 }),
    ).rejects.toMatchObject({ context: { reason: 'no-sender' } });
    expect(silent.clock.nowMs()).toBeLessThan(21_000);
    expect(endsInCancel(silent)).toBe(true);

    const large = lineWith();
    await expect(
      receiveXmodem(large.line, large.line.clock, { maxBytes: 1000 }),
    ).rejects.toMatchObject({ context: { reason: 'too-large' } });
    await large.line.clock.sleep(1000);
    expect(large.sender.outcome).toBe('cancelled');

    const noisy = lineWith();
    noisy.line.damageIn = (bytes) => (bytes.length > 100 ? bytes.with(50, bytes[50]! ^ 1) : bytes);
    await expect(receiveXmodem(noisy.line, noisy.line.clock)).rejects.toMatchObject({
      code: 'xmodem-receive-failed',
    });

    await expect(receive({}, { firstNumber: 0 })).rejects.toMatchObject({
      context: { reason: 'batch-sender' },
    });
    await expect(receive({}, { firstNumber: 3 })).rejects.toMatchObject({
      context: { reason: 'out-of-step' },
    });
  });

  it('says who stopped: sender, line, clock or person', async () => {
    const stopping = (then: (line: SimLine) => void) => {
      const { line } = lineWith();
      let chunks = 0;
      line.damageIn = (bytes) => {
        if (++chunks === 10) then(line);
        return chunks < 10 ? bytes : new Uint8Array(0);
      };
      return line;
    };
    const cancelled = stopping((line) => line.arrive(Uint8Array.of(CAN, CAN)));
    await expect(receiveXmodem(cancelled, cancelled.clock)).rejects.toMatchObject({
      context: { reason: 'sender-cancelled' },
    });
    const dead = stopping(() => undefined);
    await expect(receiveXmodem(dead, dead.clock)).rejects.toMatchObject({
      context: { reason: 'sender-silent' },
    });
    expect(dead.clock.nowMs()).toBeLessThan(60_000);
    const gone = stopping((line) => line.unplug());
    await expect(receiveXmodem(gone, gone.clock)).rejects.toMatchObject({
      code: 'serial-disconnected',
    });
    const slow = lineWith();
    await expect(
      receiveXmodem(slow.line, slow.line.clock, { timeoutMs: 2000 }),
    ).rejects.toMatchObject({ context: { reason: 'time-up' } });
    expect(slow.line.clock.nowMs()).toBeLessThan(3000);
    const canceller = createCanceller();
    const left = stopping(() => canceller.cancel());
    await expect(
      receiveXmodem(left, left.clock, { signal: canceller.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(endsInCancel(left)).toBe(true);
  });

  it('sets no timer between a packet and its answer, and says how far it is', async () => {
    const seen: number[] = [];
    const received = await receive({
      expectedBytes: FILE.length,
      onProgress: ({ doneBytes }) => seen.push(doneBytes),
    });
    // 300 packets of 133 bytes and an ACK, at 11,520 B/s, with the adapter's 1 ms each.
    const wireMs = (300 * (133 + 1) * 10_000) / 115_200;
    expect(received.elapsedMs).toBeLessThan(wireMs + 300 * 1.2 + 1000);
    expect(seen).toHaveLength(300);
    expect(seen.at(-1)).toBe(300 * 128);
  });
});
