import { describe, expect, it } from 'vitest';
import { bytesToLatin1 } from '../../../src/core/bytes/index.ts';
import { ModelReceiver } from '../../support/serial/model-receiver.ts';
import { SimLine } from '../../support/serial/sim-line.ts';
import { simClock } from '../../support/sim-bench.ts';
import {
  readTranscript,
  transcriptNames,
  type TranscriptEntry,
} from '../../support/serial/transcript.ts';

/*
 * The sender is judged by a model of the receiver, so the model is judged by the recordings first:
 * it hears what the real receiver heard and must answer the same bytes at about the same time.
 */

const WAITING = 'Waiting for XMODEM transfer...\r\n';
const ACK = 0x06;
const NAK = 0x15;
const CR = 0x0d;
const TOLERANCE_MS = 600;

interface Answer {
  readonly byte: number;
  readonly atMs: number;
}

function imageOf(name: string): {
  readonly payloadBytes: number;
  readonly headerSizeBytes: number;
} {
  return name.includes('lms')
    ? { payloadBytes: 48_688 - 8192, headerSizeBytes: 8192 }
    : { payloadBytes: 41_520 - 1024, headerSizeBytes: 1024 };
}

/** The parts of a recording between the receiver's start and its end. */
function transfers(entries: readonly TranscriptEntry[]): TranscriptEntry[][] {
  const parts: TranscriptEntry[][] = [];
  let receiving = false;
  let typed: Uint8Array = new Uint8Array(0);
  for (const entry of entries) {
    if (!receiving && entry.from === 'host') typed = entry.bytes;
    const text = bytesToLatin1(entry.bytes);
    if (entry.from === 'device' && text.endsWith(WAITING)) {
      // What was typed behind the CR of "update" is the first thing the receiver reads.
      const left = typed.slice(typed.indexOf(CR) + 1);
      parts.push([{ ...entry, from: 'host', bytes: left }]);
      receiving = true;
    } else if (receiving) {
      parts.at(-1)!.push(entry);
      if (text.includes('End of transfer')) receiving = false;
    }
  }
  return parts;
}

function answersIn(entries: readonly TranscriptEntry[]): Answer[] {
  return entries
    .filter(({ from }) => from === 'device')
    .flatMap(({ bytes, atMs }) => [...bytes].map((byte) => ({ byte, atMs })))
    .filter(({ byte }) => byte === ACK || byte === NAK);
}

async function play(name: string, entries: readonly TranscriptEntry[]): Promise<Answer[]> {
  const clock = simClock();
  // One recording was made on a line without pace.
  const line = new SimLine(clock, name.includes('lms') ? 230_400 : 115_200);
  const answers: Answer[] = [];
  const startMs = entries[0]!.atMs;
  const model = new ModelReceiver(line, imageOf(name));
  line.damageIn = (bytes) => {
    const atMs = clock.nowMs() + startMs;
    answers.push(
      ...[...bytes].filter((byte) => byte === ACK || byte === NAK).map((byte) => ({ byte, atMs })),
    );
    return bytes;
  };
  for (const { atMs, from, bytes } of entries) {
    await clock.sleep(Math.max(0, atMs - startMs - clock.nowMs()));
    if (from === 'host' && bytes.length > 0) await line.write(bytes, { timeoutMs: 1000 });
  }
  await clock.sleep(50);
  model.stop();
  return answers;
}

const recordings = transcriptNames().flatMap((name) => {
  const { entries } = readTranscript(name, imageOf(name));
  return transfers(entries).map((part, index) => ({
    name: `${name} #${index + 1}`,
    file: name,
    part,
  }));
});

describe('the model receiver', () => {
  it('has recordings to answer to', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(36);
  });

  it.each(recordings)('answers $name as the real one did', async ({ file, part }) => {
    const recorded = answersIn(part);
    const answered = await play(file, part);
    expect(answered.map(({ byte }) => byte)).toEqual(recorded.map(({ byte }) => byte));
    const lateMs = answered.map(({ atMs }, index) => Math.abs(atMs - recorded[index]!.atMs));
    expect(Math.max(0, ...lateMs)).toBeLessThan(TOLERANCE_MS);
  });
});
