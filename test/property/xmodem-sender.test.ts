import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, padTo } from '../../src/core/bytes/index.ts';
import { isAppError } from '../../src/core/errors.ts';
import { sendXmodem, type XmodemReport } from '../../src/core/serial/index.ts';
import { imageLike, ModelReceiver } from '../support/serial/model-receiver.ts';
import { SimLine, type Damage } from '../support/serial/sim-line.ts';
import { simClock } from '../support/sim-bench.ts';

const HEADER = 256;
const ACK = 0x06;
const NAMED = [
  'xmodem-refused',
  'xmodem-no-receiver',
  'xmodem-failed',
  'xmodem-cancelled-by-receiver',
];

/** What can happen to the nth chunk on one way. */
interface Fault {
  readonly way: 'out' | 'in';
  readonly at: number;
  readonly kind: 'lose-all' | 'lose-byte' | 'flip-bit' | 'add-byte' | 'cut';
  readonly where: number;
  readonly value: number;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  way: fc.constantFrom('out' as const, 'in' as const),
  at: fc.nat(20),
  kind: fc.constantFrom('lose-all', 'lose-byte', 'flip-bit', 'add-byte', 'cut'),
  where: fc.nat(132),
  // An ACK out of nowhere is the one noise that no XMODEM sender can know from an answer.
  value: fc.integer({ min: 0, max: 255 }).filter((value) => value !== ACK),
});

function apply(faults: readonly Fault[], way: Fault['way']): Damage {
  let count = -1;
  return (bytes) => {
    count++;
    return faults.filter((one) => one.way === way && one.at === count).reduce(damage, bytes);
  };
}

function damage(bytes: Uint8Array, { kind, where, value }: Fault): Uint8Array {
  const at = where % Math.max(1, bytes.length);
  if (kind === 'lose-all' || bytes.length === 0) return new Uint8Array(0);
  if (kind === 'lose-byte') return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
  if (kind === 'add-byte')
    return Uint8Array.from([...bytes.slice(0, at), value, ...bytes.slice(at)]);
  if (kind === 'cut') return bytes.slice(0, at);
  return bytes.with(at, bytes[at]! ^ (1 << (value % 8)));
}

interface Run {
  readonly report: XmodemReport | undefined;
  readonly code: string | undefined;
  readonly model: ModelReceiver;
  readonly file: Uint8Array;
  readonly line: SimLine;
}

async function run(packets: number, seed: number, faults: readonly Fault[]): Promise<Run> {
  const line = new SimLine(simClock());
  const file = imageLike(packets, HEADER, seed);
  const model = new ModelReceiver(line, {
    headerSizeBytes: HEADER,
    isIntact: (packet) => line.written.some(({ bytes }) => equalBytes(bytes, packet)),
  });
  line.damageOut = apply(faults, 'out');
  line.damageIn = apply(faults, 'in');
  const outcome = await sendXmodem(line, line.clock, file, { receiver: 'wolfboot' }).then(
    (report) => ({ report, code: undefined }),
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return { report: undefined, code: error.code };
    },
  );
  model.stop();
  return { ...outcome, model, file, line };
}

function eots(line: SimLine): number {
  return line.written.filter(({ bytes }) => bytes.length === 1).length;
}

describe('whatever happens on the line, the XMODEM sender', () => {
  const packets = fc.integer({ min: 3, max: 14 });
  const seed = fc.integer({ min: 1, max: 0xffff });

  it('delivers every packet once and in order, or ends with a name, in bounded time', async () => {
    await fc.assert(
      fc.asyncProperty(
        packets,
        seed,
        fc.array(fault, { maxLength: 8 }),
        async (count, start, faults) => {
          const { report, code, model, file, line } = await run(count, start, faults);
          expect(line.clock.nowMs()).toBeLessThan(180_000);
          const whole = padTo(file, 128, 0x1a);
          // Nothing is ever accepted twice or out of order, whatever became of the rest.
          expect(model.received()).toEqual(whole.slice(0, model.received().length));
          if (report === undefined) {
            expect(NAMED).toContain(code);
          } else if (report.lastPacket === 'acknowledged') {
            expect(model.received()).toEqual(whole);
            expect(model.result).toBe(0);
          } else {
            expect(model.accepted.length).toBeGreaterThanOrEqual(count - 1);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never says EOT while a packet is open', async () => {
    await fc.assert(
      fc.asyncProperty(
        packets,
        seed,
        fc.array(fault, { maxLength: 6 }),
        async (count, start, faults) => {
          const { model, line } = await run(count, start, faults);
          if (model.accepted.length < count - 1) expect(eots(line)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gets through any single accident behind the first packet', async () => {
    // EOT to a receiver out of step ends the transfer, and bytes too many or a lost SOH in front of
    // number 4 can bring that about; it is noticed, and mended by a new transfer only.
    const harmless = fault.filter(
      ({ kind, way, at, where }) =>
        (way === 'in' && at > 1) ||
        (way === 'out' &&
          at > 0 &&
          kind !== 'add-byte' &&
          (kind !== 'lose-byte' || where % 132 > 0)),
    );
    await fc.assert(
      fc.asyncProperty(seed, harmless, async (start, one) => {
        const { report, model } = await run(30, start, [one]);
        expect(report?.lastPacket).toBe('acknowledged');
        expect(model.result).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
