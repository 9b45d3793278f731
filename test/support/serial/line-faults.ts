/**
 * What a line can do to the chunks that pass it, as data that fast-check can draw and shrink: lose, repeat, let one
 * chunk pass another, flip, add and cut.
 */
import fc from 'fast-check';
import type { Damage } from './sim-line.ts';

export const LINE_FAULT_KINDS = [
  'lose-all',
  'lose-byte',
  'flip-bit',
  'add-byte',
  'cut',
  'twice',
  'behind-next',
] as const;

/** What happens to the chunk number `at` (from 0) on its way. */
export interface LineFault {
  readonly way: 'out' | 'in';
  readonly at: number;
  readonly kind: (typeof LINE_FAULT_KINDS)[number];
  readonly where: number;
  readonly value: number;
}

const ACK = 0x06;

export function lineFault(mostChunks: number): fc.Arbitrary<LineFault> {
  return fc.record({
    way: fc.constantFrom('out' as const, 'in' as const),
    at: fc.nat(mostChunks),
    kind: fc.constantFrom(...LINE_FAULT_KINDS),
    where: fc.nat(132),
    // An ACK out of nowhere is the one noise that no XMODEM sender can know from an answer.
    value: fc.integer({ min: 0, max: 255 }).filter((value) => value !== ACK),
  });
}

/** Counts how often each kind struck; owned by the caller. */
export type Strikes = Map<string, number>;

/** The damage on one way. A chunk that is `behind-next` comes with the one that follows, after it. */
export function damageBy(
  faults: readonly LineFault[],
  way: LineFault['way'],
  strikes: Strikes = new Map(),
): Damage {
  let count = -1;
  let kept = new Uint8Array(0);
  return (bytes) => {
    count++;
    const late = kept;
    kept = new Uint8Array(0);
    let result = bytes;
    for (const fault of faults) {
      if (fault.way !== way || fault.at !== count) continue;
      strikes.set(fault.kind, (strikes.get(fault.kind) ?? 0) + 1);
      if (fault.kind === 'behind-next') {
        kept = Uint8Array.from([...kept, ...result]);
        result = new Uint8Array(0);
      } else {
        result = damaged(result, fault);
      }
    }
    return Uint8Array.from([...result, ...late]);
  };
}

function damaged(bytes: Uint8Array, { kind, where, value }: LineFault): Uint8Array {
  const at = where % Math.max(1, bytes.length);
  if (kind === 'lose-all' || bytes.length === 0) return new Uint8Array(0);
  switch (kind) {
    case 'lose-byte':
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
    case 'add-byte':
      return Uint8Array.from([...bytes.slice(0, at), value, ...bytes.slice(at)]);
    case 'cut':
      return bytes.slice(0, at);
    case 'twice':
      return Uint8Array.from([...bytes, ...bytes]);
    default:
      return bytes.with(at, bytes[at]! ^ (1 << (value % 8)));
  }
}
