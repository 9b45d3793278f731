/**
 * What the sender itself adds to the line's time, measured on a clock that only moves when somebody waits: between an
 * ACK and the next packet there is no timer and no second write, and the packet lies ready.
 */
import { describe, expect, it } from 'vitest';
import type { BytePipe } from '../../../../src/core/ports/index.ts';
import { sendXmodem, type XmodemReceiverKind } from '../../../../src/core/serial/index.ts';
import { imageLike, ModelReceiver } from '../../../support/serial/model-receiver.ts';
import { ClassicReceiver } from '../../../support/serial/classic-receiver.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

const HEADER_BYTES = 256;
const PACKETS = 40;
const ACK = 0x06;

interface Gap {
  /** From the moment the pipe handed the ACK over to the moment it was given the next packet. */
  readonly idleMs: number;

  readonly reads: number;
}

/** Notes what happens between the hand-over of each ACK and the next packet. */
function watched(line: SimLine) {
  const gaps: Gap[] = [];
  const sizes: number[] = [];
  let heardMs: number | undefined;
  let reads = 0;
  const pipe: BytePipe = {
    read: async (options) => {
      if (heardMs !== undefined) reads++;
      const bytes = await line.read(options);
      if (bytes.includes(ACK)) {
        heardMs = line.clock.nowMs();
        reads = 0;
      }
      return bytes;
    },
    write: async (bytes, options) => {
      sizes.push(bytes.length);
      if (heardMs !== undefined) gaps.push({ idleMs: line.clock.nowMs() - heardMs, reads });
      heardMs = undefined;
      await line.write(bytes, options);
    },
    close: () => line.close(),
    setSignals: (...args) => line.setSignals(...args),
  };
  return { pipe, gaps, sizes };
}

async function transfer(receiver: XmodemReceiverKind, blockSize: 128 | 1024) {
  const line = new SimLine(simClock());
  const file = imageLike(PACKETS, HEADER_BYTES);
  if (receiver === 'wolfboot') new ModelReceiver(line, { headerSizeBytes: HEADER_BYTES });
  else new ClassicReceiver(line, { asks: 'C' });
  const { pipe, gaps, sizes } = watched(line);
  const report = await sendXmodem(pipe, line.clock, file, { receiver, blockSize });
  return { report, gaps, sizes };
}

describe('between an ACK and the next packet the sender', () => {
  it.each([
    ['wolfboot', 128, 132],
    ['classic', 128, 133],
    ['classic', 1024, 1029],
  ] as const)('of %s with blocks of %i waits for nothing', async (receiver, block, packetBytes) => {
    const { report, gaps, sizes } = await transfer(receiver, block);
    expect(report.resends).toBe(0);
    // One write a packet, whole; what follows the last ACK is EOT, before which wolfBoot's sender must be sure.
    expect(sizes.filter((size) => size === packetBytes).length).toBeGreaterThan(3);
    expect(sizes.filter((size) => size !== 1)).toHaveLength(report.packets);
    const between = gaps.slice(0, report.packets - 1);
    expect(between).toHaveLength(report.packets - 1);
    for (const { idleMs, reads } of between) {
      expect(idleMs).toBe(0);
      expect(reads).toBe(0);
    }
  });

  it('has the packet ready: it is built while the one before passes the line', async () => {
    const line = new SimLine(simClock());
    const file = imageLike(PACKETS, HEADER_BYTES);
    new ModelReceiver(line, { headerSizeBytes: HEADER_BYTES });
    const touchedAtMs: number[] = [];
    // Building is the only thing that reads the file.
    const spied = new Proxy(file, {
      get: (target, key) => {
        if (key === 'subarray') touchedAtMs.push(line.clock.nowMs());
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await sendXmodem(line, line.clock, spied, { receiver: 'wolfboot' });
    const sentAtMs = line.written.filter(({ bytes }) => bytes.length > 1).map(({ atMs }) => atMs);
    expect(touchedAtMs).toHaveLength(PACKETS);
    for (let packet = 1; packet < PACKETS; packet++) {
      expect(touchedAtMs[packet]).toBeLessThan(sentAtMs[packet]!);
    }
  });
});
