import { afterEach, describe, expect, it } from 'vitest';
import { padTo } from '../../../../src/core/bytes/index.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import {
  leaveReceiver,
  sendXmodem,
  type XmodemOptions,
  type XmodemProgress,
  type XmodemReport,
} from '../../../../src/core/serial/index.ts';
import { imageLike, ModelReceiver } from '../../../support/serial/model-receiver.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

const HEADER = 256;
const SOH = 0x01;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;

let receiver: ModelReceiver | undefined;
afterEach(() => receiver?.stop());

function setUp(packets = 12) {
  const line = new SimLine(simClock());
  const file = imageLike(packets, HEADER);
  receiver = new ModelReceiver(line, { headerSizeBytes: HEADER });
  const send = (options: Partial<XmodemOptions> = {}): Promise<XmodemReport> =>
    sendXmodem(line, line.clock, file, { receiver: 'wolfboot', paddingByte: 0xff, ...options });
  return { line, file, model: receiver, send };
}

/** Packets as the host wrote them, by number; EOT as 'EOT'. */
function sent(line: SimLine): (number | 'EOT')[] {
  return line.written.map(({ bytes }) =>
    bytes.length === 1 && bytes[0] === EOT ? 'EOT' : bytes[1]!,
  );
}

/** Damages only the nth thing that passes, counted from 0, if `select` wants it. */
function nth(
  n: number,
  select: (bytes: Uint8Array) => boolean,
  change: (bytes: Uint8Array) => Uint8Array,
) {
  let count = 0;
  return (bytes: Uint8Array): Uint8Array =>
    select(bytes) && count++ === n ? change(bytes) : bytes;
}

const isPacket = (bytes: Uint8Array): boolean => bytes.length > 100;
const isAck = (bytes: Uint8Array): boolean => bytes.length === 1 && bytes[0] === ACK;
const lost = (): Uint8Array => new Uint8Array(0);
const flip = (at: number) => (bytes: Uint8Array) => bytes.with(at, bytes[at]! ^ 0x20);

describe('to the receiver of the test application', () => {
  it('sends every packet once, in order, then EOT', async () => {
    const { line, file, model, send } = setUp();
    const report = await send();
    expect(model.result).toBe(0);
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(sent(line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 'EOT']);
    expect(report).toMatchObject({
      check: 'checksum',
      packets: 12,
      sentBytes: 12 * 128,
      resends: 0,
      lastPacket: 'acknowledged',
      end: 'acknowledged',
    });
    expect(String.fromCharCode(...report.trailing)).toContain('Transfer succeeded');
  });

  it('numbers packets modulo 256', async () => {
    const { line, file, model, send } = setUp(600);
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(sent(line).slice(253, 258)).toEqual([254, 255, 0, 1, 2]);
  });

  it('waits for the first NAK before it sends', async () => {
    const { line, send } = setUp();
    await send();
    expect(line.written[0]!.atMs).toBeGreaterThan(1000);
  });

  it('loses no time between ACK and packet', async () => {
    const { send } = setUp(200);
    const report = await send();
    // 133 bytes on the line and 1 ms of adapter for each packet; nothing of our own.
    const boundMs = 200 * ((133 * 10 * 1000) / 115_200 + 1 + 0.1) + 200;
    expect(report.elapsedMs).toBeLessThan(boundMs);
  });

  it('writes a packet in one piece', async () => {
    const { line, send } = setUp();
    await send();
    expect(new Set(line.written.map(({ bytes }) => bytes.length))).toEqual(new Set([132, 1]));
  });

  it('reports growing progress', async () => {
    const { file, send } = setUp();
    const seen: XmodemProgress[] = [];
    await send({ onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ packets: 12, doneBytes: file.length, remainingMs: 0 });
    expect(
      seen.every(({ doneBytes }, index) => doneBytes >= (seen[index - 1]?.doneBytes ?? 0)),
    ).toBe(true);
    expect(seen[5]!.bytesPerSecond).toBeGreaterThan(9000);
  });

  it('sends again what arrived flipped', async () => {
    const { line, file, model, send } = setUp();
    line.damageOut = nth(4, isPacket, flip(50));
    const report = await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(sent(line).slice(3, 7)).toEqual([4, 5, 5, 6]);
    expect(report.resends).toBe(1);
  });

  it('gets through a lost ACK by offering the next packet once the repeat is refused', async () => {
    const { line, file, model, send } = setUp();
    line.damageIn = nth(4, isAck, lost);
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(sent(line).slice(3, 8)).toEqual([4, 5, 5, 6, 7]);
  });

  it('takes a flipped ACK for a lost one', async () => {
    const { line, file, model, send } = setUp();
    line.damageIn = nth(4, isAck, () => Uint8Array.of(ACK ^ 0x40));
    const report = await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(report.noiseBytes).toBe(1);
  });

  it('gets through a packet whose every byte was lost', async () => {
    const { line, file, model, send } = setUp();
    line.damageOut = nth(4, isPacket, lost);
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
  });

  it.each([
    ['short by a byte', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['cut in half', (bytes: Uint8Array) => bytes.slice(0, 70)],
    ['longer by a byte', (bytes: Uint8Array) => Uint8Array.of(0x00, ...bytes)],
    ['without its SOH', (bytes: Uint8Array) => bytes.with(0, SOH ^ 0x08)],
  ])('gets through a packet that arrives %s', async (_name, change) => {
    // Not packet 11: its check byte is 0x04, which a receiver out of step takes for EOT.
    for (const place of [0, 1, 5, 9]) {
      const { line, file, model, send } = setUp();
      line.damageOut = nth(place, isPacket, change);
      await send();
      expect(model.received()).toEqual(padTo(file, 128, 0xff));
      expect(model.result).toBe(0);
      receiver?.stop();
    }
  });

  it('sends the last packet again when the receiver shows that it dropped it', async () => {
    const { line, file, model, send } = setUp();
    line.damageOut = nth(11, isPacket, (bytes) => bytes.slice(0, 131));
    const report = await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(report.lastPacket).toBe('acknowledged');
  });

  it('does not repeat the last packet when its ACK got lost, and says that it is unconfirmed', async () => {
    const { line, file, model, send } = setUp();
    line.damageIn = nth(11, isAck, lost);
    const report = await send();
    expect(report.lastPacket).toBe('unconfirmed');
    expect(sent(line).slice(-2)).toEqual([12, 'EOT']);
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(model.result).toBe(0);
  });

  it('offers no second packet while the first is unclear', async () => {
    const { line, send, model } = setUp();
    line.damageIn = nth(0, isAck, lost);
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-refused',
      context: { reason: 'first-packet-unclear', packet: 1 },
    });
    expect(new Set(sent(line))).toEqual(new Set([1]));
    expect(model.result).toBeUndefined();
  });

  it('does not take queued ticks for refusals', async () => {
    const { line, file, model, send } = setUp();
    // The tab sleeps 3 s while packet 6 is acknowledged: ticks pile up behind the ACK.
    let slept = false;
    const read = line.read.bind(line);
    line.read = async (options) => {
      if (!slept && model.accepted.length === 6) {
        slept = true;
        await line.clock.sleep(3500);
      }
      return read(options);
    };
    const report = await send();
    expect(slept).toBe(true);
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(report.resends).toBe(0);
    expect(line.written[8]!.atMs - line.written[7]!.atMs).toBeLessThan(15);
  });

  it('does not repeat a packet whose ACK lay ready while the host was held up', async () => {
    const { line, file, model, send } = setUp();
    let heldUp = false;
    const read = line.read.bind(line);
    line.read = async (options) => {
      if (heldUp || model.accepted.length !== 6) return read(options);
      // The timer of the read fires before the bytes that arrived meanwhile are looked at.
      heldUp = true;
      await line.clock.sleep(900);
      return new Uint8Array(0);
    };
    const report = await send();
    expect(heldUp).toBe(true);
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(report.resends).toBe(0);
  });

  it('finds out that an ACK arrived as NAK', async () => {
    const { line, file, model, send } = setUp();
    line.damageIn = nth(4, isAck, () => Uint8Array.of(NAK));
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    expect(sent(line).slice(4, 9)).toEqual([5, 5, 5, 6, 7]);
  });

  it('keeps silent after two refusals until the receiver ticks', async () => {
    const { line, file, model, send } = setUp();
    let copies = 0;
    line.damageOut = (bytes) =>
      bytes[1] === 5 && isPacket(bytes) && ++copies <= 2 ? flip(7)(bytes) : bytes;
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
    const [first, second, third] = line.written.filter(({ bytes }) => bytes[1] === 5);
    expect(second!.atMs - first!.atMs).toBeLessThan(200);
    expect(third!.atMs - second!.atMs).toBeGreaterThan(1000);
  });

  it('gives up rather than guess when the last two packets are both unclear', async () => {
    const { line, send } = setUp();
    let losing = false;
    line.damageIn = nth(10, isAck, lost);
    const loseOnce = line.damageIn;
    line.damageIn = (bytes) => (losing && isAck(bytes) ? lost() : loseOnce(bytes));
    line.damageOut = (bytes) => {
      losing = bytes[1] === 12;
      return bytes;
    };
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'lost-track' },
    });
    expect(sent(line).slice(-3)).toEqual([11, 11, 12]);
  });

  it('does not say EOT when two answers to the last packet contradict each other', async () => {
    const { line, send } = setUp();
    line.damageIn = nth(11, isAck, () => Uint8Array.of(ACK, NAK));
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'lost-track' },
    });
    expect(sent(line)).not.toContain('EOT');
  });

  it('does not conclude from a late tick that the last packet was dropped when the host was late itself', async () => {
    const { line, model, send } = setUp();
    let lostTick = false;
    const loseAck = nth(11, isAck, lost);
    line.damageIn = (bytes) => {
      if (model.accepted.length < 12 || lostTick || isAck(bytes)) return loseAck(bytes);
      lostTick = true;
      return new Uint8Array(0);
    };
    const read = line.read.bind(line);
    line.read = async (options) => {
      const bytes = await read(options);
      if (model.accepted.length === 12 && bytes.length === 0 && options.timeoutMs > 1000)
        await line.clock.sleep(300);
      return bytes;
    };
    const report = await send();
    expect(report.lastPacket).toBe('unconfirmed');
    expect(model.result).toBe(0);
  });

  it('takes a tick that crosses a packet for what it is', async () => {
    for (const place of [0, 5, 11]) {
      const { line, file, model, send } = setUp();
      line.damageOut = nth(place, isPacket, (bytes) => {
        line.fromDevice(Uint8Array.of(NAK));
        return bytes;
      });
      const report = await send();
      expect(model.received()).toEqual(padTo(file, 128, 0xff));
      expect(model.result).toBe(0);
      expect(report.resends).toBe(0);
      receiver?.stop();
    }
  });

  it('repeats EOT when it got lost', async () => {
    const { line, model, send } = setUp();
    line.damageOut = nth(0, ({ length }) => length === 1, lost);
    const report = await send();
    expect(report.end).toBe('acknowledged');
    expect(model.result).toBe(0);
    expect(sent(line).slice(-2)).toEqual(['EOT', 'EOT']);
  });

  it('knows the end by its words when the ACK of EOT got lost', async () => {
    const { line, send } = setUp();
    line.damageIn = nth(
      0,
      ({ length }) => length > 20,
      (bytes) => bytes.slice(1),
    );
    const report = await send();
    expect(report.end).toBe('inferred');
    expect(String.fromCharCode(...report.trailing)).toContain('ret: 0');
  });

  it('notices that the receiver ended early on a stray EOT', async () => {
    for (const place of [3, 11]) {
      const { line, send, model } = setUp();
      line.damageOut = nth(place, isPacket, (bytes) => Uint8Array.of(EOT, ...bytes));
      await expect(send()).rejects.toMatchObject({
        code: 'xmodem-failed',
        context: { reason: 'receiver-ended' },
      });
      expect(model.acceptedAtEnd).toBe(place);
      expect(sent(line)).not.toContain('EOT');
      receiver?.stop();
    }
  });

  it('notices that a payload byte was taken for EOT by a receiver out of step', async () => {
    const { line, send, model } = setUp();
    line.damageOut = nth(10, isPacket, (bytes) => {
      expect(bytes.at(-1)).toBe(EOT);
      return Uint8Array.of(0x00, ...bytes);
    });
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'receiver-ended' },
    });
    expect(model.acceptedAtEnd).toBe(10);
  });

  it('notices a reset by the boot banner', async () => {
    const { line, send } = setUp();
    line.damageOut = nth(5, isPacket, () => {
      receiver?.stop();
      line.fromDevice(
        new TextEncoder().encode('====\r\nSTM32H5 wolfBoot demo Application\r\nVersion : 0x1\r\n'),
      );
      return new Uint8Array(0);
    });
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'receiver-reset' },
    });
  });

  it('stops at the ten CAN of a flash error', async () => {
    const { line, send } = setUp();
    line.damageIn = nth(5, isAck, () => new Uint8Array(10).fill(0x18));
    await expect(send()).rejects.toMatchObject({ code: 'xmodem-cancelled-by-receiver' });
  });

  it('does not stop at a single CAN', async () => {
    const { line, file, model, send } = setUp();
    line.damageIn = nth(5, isAck, (bytes) => Uint8Array.of(0x18, ...bytes));
    await send();
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
  });

  it('gives up within seconds when nobody asks for a packet', async () => {
    const { line, send, model } = setUp();
    model.stop();
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-no-receiver',
      context: { reason: 'no-request' },
    });
    expect(line.clock.nowMs()).toBeLessThan(11_000);
    expect(line.written).toEqual([]);
  });

  it.each([0, 4, 11])(
    'gives up within seconds when the receiver falls silent at packet %i',
    async (place) => {
      const { line, send, model } = setUp();
      line.damageOut = nth(place, isPacket, () => {
        model.stop();
        return new Uint8Array(0);
      });
      await expect(send()).rejects.toMatchObject({
        code: 'xmodem-no-receiver',
        context: { reason: 'receiver-silent' },
      });
      expect(line.clock.nowMs()).toBeLessThan(15_000);
      expect(sent(line)).not.toContain('EOT');
    },
  );

  it('gives up when packet after packet is refused', async () => {
    const { line, send } = setUp();
    let packets = 0;
    line.damageOut = (bytes) => (isPacket(bytes) && packets++ >= 4 ? flip(9)(bytes) : bytes);
    await expect(send()).rejects.toMatchObject({
      code: 'xmodem-refused',
      context: { reason: 'packet-refused', packet: 5 },
    });
    expect(line.clock.nowMs()).toBeLessThan(40_000);
    expect(sent(line)).not.toContain('EOT');
  });

  it('passes on that the adapter was unplugged', async () => {
    const { line, send } = setUp();
    line.damageOut = nth(5, isPacket, (bytes) => {
      line.unplug();
      return bytes;
    });
    await expect(send({ onAbandon: 'leave' })).rejects.toMatchObject({
      code: 'serial-disconnected',
    });
  });

  it('uses checksums and small blocks even when the line brings a C', async () => {
    const { line, file, model, send } = setUp();
    line.arrive(new TextEncoder().encode('C'));
    const report = await send();
    expect(report.check).toBe('checksum');
    expect(model.received()).toEqual(padTo(file, 128, 0xff));
  });

  it('refuses large blocks and empty files before it sends anything', async () => {
    const { line, send } = setUp();
    await expect(send({ blockSize: 1024 })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(
      sendXmodem(line, line.clock, new Uint8Array(0), { receiver: 'wolfboot' }),
    ).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(line.written).toEqual([]);
  });
});

describe('cancelling towards a receiver that knows no abort', () => {
  async function cancelAt(packets: number, onAbandon: 'stay' | 'leave') {
    const { line, send, model } = setUp();
    const canceller = createCanceller();
    const cancelled = send({
      onAbandon,
      signal: canceller.signal,
      onProgress: (progress) => {
        if (progress.packets === packets) canceller.cancel();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    return { line, model };
  }

  it('leaves it waiting when asked to stay', async () => {
    const { line, model } = await cancelAt(4, 'stay');
    expect(sent(line)).not.toContain('EOT');
    expect(model.result).toBeUndefined();
  });

  it('leads it out by more than 2 s of silence and EOT', async () => {
    const { line, model } = await cancelAt(4, 'leave');
    expect(model.result).toBe(0);
    const [packet, eot] = line.written.slice(-2);
    expect(eot!.atMs - packet!.atMs).toBeGreaterThan(2000);
  });

  it('leads out a receiver that holds half a packet', async () => {
    const line = new SimLine(simClock());
    receiver = new ModelReceiver(line, { headerSizeBytes: HEADER });
    await line.write(new Uint8Array(40).fill(1), { timeoutMs: 100 });
    const rest = await leaveReceiver(line, line.clock, { receiver: 'wolfboot' });
    expect(receiver.result).toBe(0);
    expect(String.fromCharCode(...rest)).toContain('End of transfer');
  });

  it('says so when nobody is there to be led out', async () => {
    const line = new SimLine(simClock());
    await expect(leaveReceiver(line, line.clock, { receiver: 'wolfboot' })).rejects.toMatchObject({
      code: 'xmodem-no-receiver',
    });
  });
});
