/**
 * Whole updates over a line on which anything may happen: the app's own way from `info` before to CONFIRMED after,
 * against two boards that share no code. It ends with the new version seen running, or with a name; it never calls a
 * success what is none; it ends in time; and whatever it ended with, the next update on a good line succeeds.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '../../src/core/errors.ts';
import type { BytePipe } from '../../src/core/ports/index.ts';
import { createConsole, updateFirmware, type UpdateImage } from '../../src/core/serial/index.ts';
import { buildSampleApplication, type SimClock } from '../../src/virtual/index.ts';
import {
  openConsole,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../support/booted-board.ts';
import { EVENT_KINDS, FaultyPipe, lineEvents, type Event } from '../support/serial/faulty-pipe.ts';
import { ModelBoard } from '../support/serial/model-board.ts';
import { imageLike } from '../support/serial/model-receiver.ts';
import { SimLine } from '../support/serial/sim-line.ts';
import { simClock } from '../support/sim-bench.ts';

const HEADER_BYTES = 1024;
const DEEP = process.env.KEYFUSE_SEED === 'random';
const RUNS = DEEP ? 1500 : 60;
const TIMEOUT_MS = DEEP ? 30 * 60_000 : 600_000;
/** Prompt, info, erase, two transfers with all their attempts, boot, info, success: none of it waits for ever. */
const DEADLINE_MS = 4 * 60_000;

/** Names an update may end with on a line like this. `internal` and `deadline-exceeded` say nothing to anybody. */
const NAMED = [
  'xmodem-no-receiver',
  'xmodem-refused',
  'xmodem-cancelled-by-receiver',
  'xmodem-failed',
  'console-silent',
  'console-unexpected',
  'update-refused',
  'update-rejected',
  'update-not-proven',
  'serial-disconnected',
];

interface Desk {
  readonly clock: SimClock;
  readonly image: UpdateImage;
  open(): Promise<BytePipe>;
  onEvent(kind: 'reset' | 'cancel' | 'flash-error' | 'unplug'): void;
  /** Line good, board reset. */
  setRight(): void;
  /** What truly runs, whatever anybody printed. */
  runs(): { readonly version: number; readonly confirmed: boolean };
  stop(): void;
}

function modelDesk(): Desk {
  const line = new SimLine(simClock());
  const bytes = imageLike(14, HEADER_BYTES);
  const board = new ModelBoard(line, bytes, HEADER_BYTES);
  return {
    clock: line.clock,
    image: describeImage(bytes),
    open: async () => line,
    onEvent: (kind) => {
      if (kind === 'reset') board.pressReset();
      else if (kind === 'cancel') board.babble('\x18\x18');
      else if (kind === 'flash-error') board.failFlash();
      else line.unplug();
    },
    setRight: () => {
      line.replug();
      board.pressReset();
    },
    runs: () => ({ version: board.runningVersion, confirmed: board.confirmed }),
    stop: () => {
      board.stop();
    },
  };
}

let key: TestKey;
let version1: Uint8Array;
let version2: Uint8Array;
beforeAll(async () => {
  key = await testKey();
  const payload = buildSampleApplication('small').slice(0, 1024);
  version1 = await signImage(key, { version: 1, payload });
  version2 = await signImage(key, { version: 2, payload });
});

async function virtualDesk(): Promise<Desk> {
  const bench = provisionedBench({ keys: [key], bootImage: version1 });
  const pipe = await openConsole(bench);
  await bench.clock.sleep(5000);
  let open = async (): Promise<BytePipe> => pipe;
  return {
    clock: bench.clock,
    image: describeImage(version2),
    open: () => open(),
    onEvent: (kind) => {
      if (kind === 'reset') bench.panel.pressReset();
      else if (kind === 'unplug') bench.panel.setPlug('stLink', false);
      // What only the model can do; the board beside it has its own ways to fail.
      else bench.panel.armFault({ kind: 'silent-receiver', atPacket: 3 });
    },
    setRight: () => {
      bench.panel.clearFaults();
      bench.panel.setPlug('stLink', true);
      bench.panel.pressReset();
      open = async () => {
        await pipe.close();
        return openConsole(bench);
      };
    },
    runs: () => {
      const { running } = bench.panel.state();
      const detail = running.kind === 'firmware' ? running.detail : '';
      const [, version = '0', state = ''] = /^application version (\d+), (\w+)/.exec(detail) ?? [];
      return { version: Number(version), confirmed: state === 'CONFIRMED' };
    },
    stop: () => undefined,
  };
}

function describeImage(bytes: Uint8Array): UpdateImage {
  const payloadSizeBytes = bytes.length - HEADER_BYTES;
  return { bytes, version: 2, headerSizeBytes: HEADER_BYTES, payloadSizeBytes };
}

/** `proven`, or the name of the error. */
async function update(desk: Desk, pipe: BytePipe): Promise<string> {
  const console = createConsole(pipe, desk.clock);
  try {
    const options = { receiverHeaderSizeBytes: HEADER_BYTES };
    const { kind, version } = await updateFirmware(console, desk.clock, desk.image, options);
    expect(version).toBe(2);
    return kind;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

async function isUnharmed(desk: Desk): Promise<void> {
  desk.setRight();
  await desk.clock.sleep(10_000);
  const { version } = desk.runs();
  expect([1, 2]).toContain(version);
  const again = await update(desk, await desk.open());
  // What was there already counts by its version; nobody confirmed it.
  expect(again).toBe(version === 2 ? 'update-refused' : 'proven');
  expect(desk.runs().version).toBe(2);
}

const kindsStruck = new Map<string, Set<string>>();
const ends = new Map<string, Map<string, number>>();
const longestMs = new Map<string, number>();

async function strike(name: string, desk: Desk, events: readonly Event[]): Promise<void> {
  try {
    const pipe = new FaultyPipe(await desk.open(), desk.clock, events, (kind) =>
      desk.onEvent(kind),
    );
    const beganMs = desk.clock.nowMs();
    const end = await update(desk, pipe);
    const tookMs = desk.clock.nowMs() - beganMs;
    note(name, pipe, end, tookMs);
    expect(tookMs).toBeLessThan(DEADLINE_MS);
    if (end === 'proven') expect(desk.runs()).toEqual({ version: 2, confirmed: true });
    else expect(NAMED).toContain(end);
    if (end !== 'proven') await isUnharmed(desk);
  } finally {
    desk.stop();
  }
}

function note(name: string, pipe: FaultyPipe, end: string, tookMs: number): void {
  const kinds = kindsStruck.get(name) ?? new Set();
  for (const kind of pipe.struck.keys()) kinds.add(kind);
  kindsStruck.set(name, kinds);
  const counts = ends.get(name) ?? new Map<string, number>();
  counts.set(end, (counts.get(end) ?? 0) + 1);
  ends.set(name, counts);
  longestMs.set(name, Math.max(longestMs.get(name) ?? 0, tookMs));
}

/** Chunks that the host writes: two questions, `update`, 14 or 16 packets, EOT, `reboot`, `success`. */
const CHUNKS = 30;

describe('whatever happens on the line, an update', () => {
  const boards: readonly (readonly [string, () => Promise<Desk>, number])[] = [
    ['the model of the format document', async () => modelDesk(), CHUNKS],
    ['the virtual board', virtualDesk, 2 * CHUNKS],
  ];

  it.each(boards)(
    'of %s is proven or named, in time and without harm',
    async (name, make, most) => {
      await fc.assert(
        fc.asyncProperty(lineEvents(most, 6), async (events) => strike(name, await make(), events)),
        { numRuns: RUNS },
      );
      // Sixty runs draw all but the rarest; fifteen hundred draw all.
      const kinds = EVENT_KINDS.filter((kind) => kindsStruck.get(name)?.has(kind));
      expect(kinds.length).toBeGreaterThanOrEqual(EVENT_KINDS.length - (DEEP ? 0 : 2));
      expect(ends.get(name)?.get('proven')).toBeGreaterThan(RUNS / 5);
      expect(ends.get(name)?.size).toBeGreaterThan(3);
    },
    TIMEOUT_MS,
  );
});
