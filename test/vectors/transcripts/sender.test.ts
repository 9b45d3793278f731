import { describe, expect, it } from 'vitest';
import { bytesToLatin1, concatBytes } from '../../../src/core/bytes/index.ts';
import { sendXmodem, type XmodemReport } from '../../../src/core/serial/index.ts';
import { SimLine } from '../../support/serial/sim-line.ts';
import { simClock } from '../../support/sim-bench.ts';
import { readTranscript, type TranscriptEntry } from '../../support/serial/transcript.ts';

/*
 * Recordings in which the sender behaved as ours must: the recorded device answers our sender, each
 * answer as long after our packet as it came after the recorded one, and our packets must be the
 * recorded packets.
 */

const EOT = 0x04;
const PACKET_BYTES = 132;

interface Step {
  /** What the host sent, and what the device answered until the host sent again. */
  readonly sent: Uint8Array;
  readonly answers: readonly { readonly afterMs: number; readonly bytes: Uint8Array }[];
}

/** The first transfer of a recording. The first step is the silence before the first packet. */
function stepsOf(name: string): Step[] {
  const { entries } = readTranscript(name, { payloadBytes: 40_496 });
  const start = entries.findIndex(({ bytes }) =>
    bytesToLatin1(bytes).includes('Waiting for XMODEM'),
  );
  const end = entries.findIndex(({ bytes }) => bytesToLatin1(bytes).includes('End of transfer'));
  const part = entries.slice(start, end < 0 ? undefined : end + 1);
  const steps: Step[] = [{ sent: new Uint8Array(0), answers: [] }];
  let before: TranscriptEntry = part[0]!;
  for (const entry of part.slice(1)) {
    if (entry.from === 'host') {
      steps.push({ sent: entry.bytes, answers: [] });
      before = entry;
    } else {
      const last = steps.pop()!;
      const answer = { afterMs: entry.atMs - before.atMs, bytes: entry.bytes };
      steps.push({ ...last, answers: [...last.answers, answer] });
    }
  }
  return steps;
}

/** The file that was being sent: of each packet the last copy, because earlier ones were damaged on purpose. */
function fileOf(steps: readonly Step[]): Uint8Array {
  const blocks: { number: number; data: Uint8Array }[] = [];
  for (const { sent } of steps.filter(({ sent: { length } }) => length === PACKET_BYTES)) {
    const block = { number: sent[1]!, data: sent.slice(3, 131) };
    if (blocks.at(-1)?.number === block.number) blocks.pop();
    blocks.push(block);
  }
  return concatBytes(...blocks.map(({ data }) => data));
}

async function replay(steps: readonly Step[]): Promise<{ line: SimLine; report: XmodemReport }> {
  const clock = simClock();
  const line = new SimLine(clock);
  let place = 0;
  let pending: (() => void)[] = [];
  const answer = (step: Step | undefined): void => {
    for (const callOff of pending) callOff();
    pending = (step?.answers ?? []).map(({ afterMs, bytes }) =>
      clock.schedule(afterMs, () => line.arrive(bytes), { background: true }),
    );
  };
  line.damageOut = (bytes) => {
    answer(steps[++place]);
    return bytes;
  };
  answer(steps[0]);
  const report = await sendXmodem(line, clock, fileOf(steps), { receiver: 'wolfboot' });
  return { line, report };
}

/** Number and check byte of packets, EOT as it is. */
function shape(packets: readonly Uint8Array[]): string[] {
  return packets.map((bytes) =>
    bytes.length === 1 ? `${bytes[0]}` : `${bytes[1]}/${bytes.at(-1)}`,
  );
}

describe('our sender, answered by the recorded receiver', () => {
  it.each([
    'xmodem-ok',
    'xmodem-v1',
    'xmodem-wrongkey',
    'xmodem-nosuccess',
    'update-ecc256-lrzsz-115200',
  ])('sends what was sent in %s', async (name) => {
    const steps = stepsOf(name);
    const { line, report } = await replay(steps);
    expect(shape(line.written.map(({ bytes }) => bytes))).toEqual(
      shape(steps.slice(1).map(({ sent }) => sent)),
    );
    expect(report).toMatchObject({
      packets: 325,
      resends: 0,
      lastPacket: 'acknowledged',
      end: 'acknowledged',
    });
    expect(bytesToLatin1(report.trailing)).toContain('End of transfer. ret: 0');
  });

  it.each([
    ['xmodem-badsum', 4],
    ['xmodem-badseq-complement', 4],
    ['xmodem-silent-partial', 21],
  ])('repeats the packet that did not arrive in %s', async (name, packet) => {
    const steps = stepsOf(name);
    const { line, report } = await replay(steps);
    const numbers = line.written.map(({ bytes }) => (bytes.length === 1 ? EOT : bytes[1]!));
    expect(numbers.slice(packet - 2, packet + 2)).toEqual([packet - 1, packet, packet, packet + 1]);
    expect(line.written).toHaveLength(325 + 1 + 1);
    expect(report).toMatchObject({ resends: 1, end: 'acknowledged' });
  });

  it('does not take the ticks of xmodem-idle-before for refusals', async () => {
    const steps = stepsOf('xmodem-idle-before');
    // All six NAKs lie ready when the sender looks for the first time.
    const ticks = concatBytes(...steps[0]!.answers.map(({ bytes }) => bytes));
    expect(ticks).toHaveLength(6);
    const end = { sent: Uint8Array.of(EOT), answers: [{ afterMs: 1, bytes: Uint8Array.of(0x06) }] };
    const { line } = await replay([
      { sent: new Uint8Array(0), answers: [{ afterMs: 0, bytes: ticks }] },
      ...steps.slice(1),
      end,
    ]);
    expect(line.written.map(({ bytes }) => (bytes.length === 1 ? 'EOT' : bytes[1]))).toEqual([
      1,
      2,
      3,
      'EOT',
    ]);
  });

  it('goes on after a lost ACK as xmodem-noise shows that one can', async () => {
    const steps = stepsOf('xmodem-noise');
    const place = steps.findIndex(({ sent }) => sent[1] === 21);
    // The recording: 21 is taken, ticks follow, 21 is refused, 22 is taken. The line loses the first ACK.
    const lost = { sent: steps[place]!.sent, answers: steps[place]!.answers.slice(1) };
    expect(lost.answers.map(({ bytes }) => [...bytes])).toEqual([[0x15], [0x15], [0x15]]);
    const stray = steps.findIndex(({ sent }) => sent.length === 3);
    expect(stray).toBe(place - 1);
    const { line, report } = await replay([
      ...steps.slice(0, stray),
      lost,
      ...steps.slice(place + 1),
    ]);
    expect(line.written.slice(19, 24).map(({ bytes }) => bytes[1])).toEqual([20, 21, 21, 22, 23]);
    expect(report).toMatchObject({ resends: 2, lastPacket: 'acknowledged', end: 'acknowledged' });
  });

  it('does not send EOT when the receiver failed as in xmodem-trailing', async () => {
    const steps = stepsOf('xmodem-trailing');
    // The image was complete one packet earlier than the sender believed.
    await expect(replay(steps)).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'receiver-ended' },
    });
  });
});
