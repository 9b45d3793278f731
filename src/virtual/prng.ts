/**
 * The board's one source of chance: a small seeded generator (sfc32, public domain construction).
 * Good enough to look random on a virtual board; never to be used for real keys.
 */

export interface Prng {
  /** A whole number from 0 to 2^32 - 1. */
  next(): number;
  bytes(lengthBytes: number): Uint8Array;
  /** Where the sequence stands; `createPrng` continues from it. */
  state(): PrngState;
}

export type PrngState = readonly [number, number, number, number];

/** Turns to mix the seed before the first number is used, as the author of sfc32 advises. */
const WARM_UP_TURNS = 16;

/** `stream` separates independent sequences of one seed, such as the unique id and the TRNG. */
export function createPrng(seed: number, stream: string): Prng {
  let mixed = 0x9e3779b9;
  for (const character of stream) {
    mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  const prng = resumePrng([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, mixed, 1]);
  for (let turn = 0; turn < WARM_UP_TURNS; turn++) prng.next();
  return prng;
}

export function resumePrng(state: PrngState): Prng {
  let [a, b, c, d] = state;
  const next = (): number => {
    const result = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  return {
    next,
    bytes: (lengthBytes) => Uint8Array.from({ length: lengthBytes }, () => next() & 0xff),
    state: () => [a, b, c, d],
  };
}
