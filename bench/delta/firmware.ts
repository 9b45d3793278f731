/** Pairs of firmware for the bench: seeded, with the kinds of difference that a new release has. */
export interface FirmwarePair {
  readonly base: Uint8Array;
  readonly target: Uint8Array;
}

const WORD_BYTES = 4;
const COMMON_WORDS = 512;
const FILL = 0xff;

/** The same seed gives the same numbers: mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Instruction words of which some are common, tables, text-like bytes, filler and noise. */
function makeBase(lengthBytes: number, below: (limit: number) => number): Uint8Array {
  const words = Uint32Array.from({ length: COMMON_WORDS }, () => below(0xffffffff));
  const base = new Uint8Array(lengthBytes);
  const view = new DataView(base.buffer);
  for (let at = 0; at < lengthBytes;) {
    const kind = below(10);
    const end = Math.min(at + (64 + below(2000)) * WORD_BYTES, lengthBytes - WORD_BYTES);
    if (kind === 0) {
      base.fill(below(2) === 0 ? 0 : FILL, at, end);
      at = end;
    }
    for (; at < end; at += WORD_BYTES) {
      const isCommon = kind < 7 && below(10) < 6;
      view.setUint32(at, isCommon ? (words[below(COMMON_WORDS)] ?? 0) : below(0xffffffff), true);
    }
    if (at + WORD_BYTES >= lengthBytes) break;
  }
  return base;
}

/**
 * Addresses that moved, edited code, insertions, removals, and blocks from elsewhere. Most code stays
 * within a sector of its place: what moves further up no receiver finds any more.
 */
function makeTarget(base: Uint8Array, below: (limit: number) => number): Uint8Array {
  const target = new Uint8Array(base.length);
  let from = 0;
  let to = 0;
  while (to < target.length) {
    if (from >= base.length) from = below(base.length);
    const run = Math.min(400 + below(12_000), target.length - to, base.length - from);
    target.set(base.subarray(from, from + run), to);
    from += run;
    to += run;
    const kind = below(20);
    const noise = kind < 12 ? WORD_BYTES : kind < 16 ? below(64) : kind < 17 ? below(600) : 0;
    for (let byte = 0; byte < noise && to < target.length; byte++) target[to++] = below(256);
    if (kind < 12) from += WORD_BYTES;
    else if (kind === 17) from += below(800);
    else if (kind === 18) {
      const block = Math.min(below(4000), target.length - to);
      const source = below(Math.max(1, base.length - block));
      target.set(base.subarray(source, source + block), to);
      to += block;
      from += block;
    }
  }
  return target;
}

export function firmwarePair(lengthBytes: number, seed: number): FirmwarePair {
  const below = numbers(seed);
  const base = makeBase(lengthBytes, below);
  return { base, target: makeTarget(base, below) };
}

const SHORTEST_COPY = 6;
const ESCAPE = 0x7f;

/**
 * How many bytes the plain search gives: for each byte every place is tried from the first on, the first
 * that fits is taken, as long as it goes on. Its time grows with the square of the length.
 */
export function plainSearchBytes({ base, target }: FirmwarePair, sectorBytes: number): number {
  let patchBytes = 0;
  for (let at = 0; at < target.length;) {
    const floor = at - (at % sectorBytes);
    const end = Math.min(floor + sectorBytes, target.length);
    const copied =
      firstMatch(base, floor, base.length, target, at, end) ||
      firstMatch(target, 0, Math.min(floor, base.length), target, at, target.length);
    patchBytes += copied > 0 ? SHORTEST_COPY : target[at] === ESCAPE ? 2 : 1;
    at += copied || 1;
  }
  return patchBytes;
}

function firstMatch(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
  end: number,
): number {
  for (let start = from; start + SHORTEST_COPY <= to; start++) {
    let length = 0;
    while (
      start + length < to &&
      at + length < end &&
      source[start + length] === target[at + length]
    ) {
      length++;
    }
    if (length >= SHORTEST_COPY) return length;
  }
  return 0;
}
