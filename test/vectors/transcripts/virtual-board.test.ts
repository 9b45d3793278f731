/**
 * The virtual board against every recording of the real application: what the host sent, with the
 * same pauses, must get the same answers in the same order and at about the same times.
 *
 * Not comparable, and so not compared:
 * - payloads: the recordings hold only their sums. A signed image of the same length stands in, and
 *   each check byte is as far from the right one as the recorded one was.
 * - the key dump and the tick counter: blanked on both sides (our key is another, and the emulator's
 *   ticks stood still between commands).
 * - times of boot and of long texts: the emulator's speed and its unpaced line. They have wide bounds.
 * - update-lms-lrzsz: no LMS verification yet, so no such board can boot.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToLatin1, concatBytes, filledBytes, padTo } from '../../../src/core/bytes/index.ts';
import type { BytePipe } from '../../../src/core/ports/index.ts';
import { buildSampleApplication } from '../../../src/virtual/index.ts';
import {
  openConsole,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../../support/booted-board.ts';
import type { SimBench } from '../../support/sim-bench.ts';
import {
  readTranscript,
  transcriptNames,
  type TranscriptEntry,
} from '../../support/serial/transcript.ts';

const NOT_COMPARABLE = ['update-lms-lrzsz'];
/** Both sides then need 325 packets. */
const RECORDED_IMAGE_BYTES = 41_520;
const PACKET_BYTES = 132;
const DATA_BYTES = 128;
const SOH = 0x01;
const EOT = 0x04;

/** The recorded machine was busy and its ticks and answers up to this much late; ours are not. */
const RECORDED_LATENESS_MS = 160;
const OWN_LATENESS_MS = 30;
/** Text at line speed, 0.4 s of erasing, the boot of another machine. */
const TEXT_TOLERANCE_MS = 600;
/** Quiet after the last recorded byte; less than the time to the next tick. */
const QUIET_MS = 500;

interface Scenario {
  readonly bench: SimBench;
  /** What the sender sends; undefined: the recording's own filler. */
  readonly image: Uint8Array | undefined;
}

/** A host entry or everything the device said in a row. */
type Turn =
  | { readonly from: 'host'; readonly entry: TranscriptEntry; readonly gapMs: number }
  | {
      readonly from: 'device';
      readonly entries: readonly TranscriptEntry[];
      readonly gapMs: number;
    };

function turnsOf(entries: readonly TranscriptEntry[]): Turn[] {
  const turns: Turn[] = [];
  let beforeMs = 0;
  for (const entry of entries) {
    const last = turns.at(-1);
    if (entry.from === 'device' && last?.from === 'device') {
      turns[turns.length - 1] = { ...last, entries: [...last.entries, entry] };
    } else {
      const gapMs = entry.atMs - beforeMs;
      turns.push(
        entry.from === 'host'
          ? { from: 'host', entry, gapMs }
          : { from: 'device', entries: [entry], gapMs },
      );
    }
    beforeMs = entry.atMs;
  }
  return turns;
}

/** Blanks what cannot be equal: key bytes, at their length, and ticks. */
function comparable(bytes: Uint8Array): string {
  return bytesToLatin1(bytes)
    .replace(/\b[0-9a-f]{2} /g, 'xx ')
    .replace(/(timestamp: )\d+\.\d+/g, '$1<ticks>')
    .replace(/(systick: )\d+/g, '$1<ticks>');
}

class Sender {
  /** Packets acknowledged in this transfer. */
  #acknowledged = 0;
  #base: number | undefined;
  readonly #image: Uint8Array | undefined;

  constructor(image: Uint8Array | undefined) {
    this.#image = image;
  }

  heard(bytes: Uint8Array): void {
    if (bytesToLatin1(bytes).includes('Waiting for XMODEM')) {
      this.#acknowledged = 0;
      this.#base = undefined;
    }
    this.#acknowledged += bytes.filter((byte) => byte === 0x06).length;
  }

  /** The recorded bytes with the image's own in the place of payloads. */
  bytes(recorded: Uint8Array): Uint8Array {
    // A payload full of EOT, out of step.
    if (recorded[0] === EOT) return recorded.fill(EOT);
    if (this.#image === undefined || recorded[0] !== SOH || recorded.length < 4) return recorded;
    const result = recorded.slice();
    for (let at = 0; at < recorded.length; at += PACKET_BYTES) {
      if (recorded[at] === SOH) this.#fillIn(result.subarray(at, at + PACKET_BYTES), at);
    }
    return result;
  }

  #fillIn(packet: Uint8Array, at: number): void {
    const number = packet[1]!;
    this.#base ??= number;
    const expected = this.#acknowledged + at / PACKET_BYTES;
    const ahead = ((number - this.#base - expected + 128 + 512) & 0xff) - 128;
    const data = this.#data(expected + ahead);
    const difference = (packet[PACKET_BYTES - 1] ?? 0) - sum(packet.subarray(3, 3 + DATA_BYTES));
    packet.set(data.subarray(0, Math.max(0, packet.length - 3)), 3);
    if (packet.length === PACKET_BYTES) packet[PACKET_BYTES - 1] = sum(data) + difference;
  }

  #data(index: number): Uint8Array {
    const data = filledBytes(DATA_BYTES, 0x1a);
    data.set(this.#image?.subarray(index * DATA_BYTES, (index + 1) * DATA_BYTES) ?? []);
    return data;
  }
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}

/** Reads what the device says until it is as long as the recording; checks when each part came. */
async function listen(
  { bench }: Scenario,
  pipe: BytePipe,
  turn: Extract<Turn, { from: 'device' }>,
  sinceMs: number,
): Promise<Uint8Array> {
  const heard: Uint8Array[] = [];
  const wanted: Uint8Array[] = [];
  let recordedMs = turn.entries[0]!.atMs - turn.gapMs;
  let oursMs = sinceMs;
  for (const entry of turn.entries) {
    wanted.push(entry.bytes);
    const expected = comparable(concatBytes(...wanted));
    while (comparable(concatBytes(...heard)).length < expected.length) {
      const bytes = await pipe.read({ timeoutMs: 5000 });
      expect(bytes.length, `silence instead of ${JSON.stringify(expected)}`).toBeGreaterThan(0);
      heard.push(bytes);
    }
    const lateMs = bench.clock.nowMs() - oursMs - (entry.atMs - recordedMs);
    const [earliestMs, latestMs] =
      entry.bytes.length === 1
        ? [-RECORDED_LATENESS_MS, OWN_LATENESS_MS]
        : [-TEXT_TOLERANCE_MS, TEXT_TOLERANCE_MS];
    const when = `how late after ${JSON.stringify(expected.slice(-40))} at ${entry.atMs} ms`;
    expect(lateMs, when).toBeGreaterThan(earliestMs);
    expect(lateMs, when).toBeLessThan(latestMs);
    recordedMs = entry.atMs;
    oursMs = bench.clock.nowMs();
  }
  const said = concatBytes(...heard);
  expect(comparable(said)).toBe(comparable(concatBytes(...wanted)));
  return said;
}

function startsAtPowerOn([first]: readonly TranscriptEntry[]): boolean {
  return first !== undefined && bytesToLatin1(first.bytes).startsWith('====');
}

/** One recording begins in the middle of the banner: its end must be the same. */
async function listenForTail(
  { bench }: Scenario,
  pipe: BytePipe,
  turn: Turn | undefined,
): Promise<void> {
  if (turn?.from !== 'device') throw new Error('the recording does not begin with the device');
  await bench.clock.sleep(2000);
  const said = comparable(await pipe.read({ timeoutMs: 1 }));
  expect(said.endsWith(comparable(concatBytes(...turn.entries.map(({ bytes }) => bytes))))).toBe(
    true,
  );
}

async function replay(name: string, scenario: Scenario): Promise<void> {
  const { bench, image } = scenario;
  const { entries } = readTranscript(name, { payloadBytes: RECORDED_IMAGE_BYTES - 1024 });
  const sender = new Sender(image);
  const pipe = await openConsole(bench);
  const turns = turnsOf(entries);
  if (!startsAtPowerOn(entries)) await listenForTail(scenario, pipe, turns.shift());
  let lastMs = bench.clock.nowMs();
  for (const turn of turns) {
    if (turn.from === 'device') {
      sender.heard(await listen(scenario, pipe, turn, lastMs));
    } else {
      await bench.clock.sleep(lastMs + turn.gapMs - bench.clock.nowMs());
      lastMs = bench.clock.nowMs();
      await pipe.write(sender.bytes(turn.entry.bytes), { timeoutMs: 1000 });
      continue;
    }
    lastMs = bench.clock.nowMs();
  }
  expect(bytesToLatin1(await pipe.read({ timeoutMs: QUIET_MS })), 'after the recording').toBe('');
}

describe('the virtual board answers as recorded:', () => {
  let key: TestKey;
  let version1: Uint8Array;
  let version2: Uint8Array;
  beforeAll(async () => {
    key = await testKey();
    const payload = padTo(buildSampleApplication('recorded'), RECORDED_IMAGE_BYTES - 1024, 0);
    version1 = await signImage(key, { version: 1, payload });
    version2 = await signImage(key, { version: 2, payload });
  });

  /** What the recordings' sender sent where it was not the good version 2. */
  const images: Record<string, () => Uint8Array | undefined> = {
    'xmodem-v1': () => version1,
    'xmodem-notimage': () => filledBytes(40 * DATA_BYTES, 0x20),
    'xmodem-wrongkey': () => {
      const flipped = version2.slice();
      flipped[5000]! ^= 1;
      return flipped;
    },
  };

  it('there are recordings', () => {
    expect(transcriptNames().length).toBeGreaterThan(30);
    for (const name of NOT_COMPARABLE) expect(transcriptNames()).toContain(name);
  });

  it.each(transcriptNames().filter((name) => !NOT_COMPARABLE.includes(name)))(
    '%s',
    async (name) => {
      const bench = provisionedBench({ keys: [key], bootImage: version1 });
      expect(version2).toHaveLength(RECORDED_IMAGE_BYTES);
      await replay(name, { bench, image: (images[name] ?? (() => version2))() });
    },
  );
});
