/**
 * Addresses by the bytes that stand there: chains of those whose first bytes, a gram, have the same
 * hash. Base and new image have chains of their own but share the links, because an address belongs to
 * one of them at a time.
 */
import { mayCopyFrom } from './patch-format.ts';

/** One file, with the view that reads words of it. */
export interface Bytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function bytesOf(bytes: Uint8Array): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

export const SHORT_GRAM_BYTES = 6;
export const LONG_GRAM_BYTES = 16;

/** Ends a chain. */
export const NONE = -1;

const LEAST_HASH_BITS = 8;
const MOST_HASH_BITS = 22;

/** Odd numbers without a pattern, so that products spread over the upper bits. */
const MIX_A = 0x9e3779b1;
const MIX_B = 0x85ebca77;
const MIX_C = 0xc2b2ae3d;
const MIX_D = 0x27d4eb2f;

export class Grams {
  /** First address of each chain, by hash; a chain of the base ascends, one of the new image descends. */
  readonly baseHeads: Int32Array;
  readonly targetHeads: Int32Array;
  /** The address after each; indexed by address / stride. */
  readonly next: Int32Array;
  readonly gramBytes: number;
  /** log2 of the stride: only multiples of it are kept. */
  readonly strideBits: number;
  readonly #limit: number;
  readonly #shift: number;
  /** Addresses below are in no chain of the base, those of the new image are up to `#entered`. */
  #left = 0;
  #entered = 0;

  /** Kept are addresses that a copy may begin with, unless their gram ends beyond `limit`. */
  constructor(base: Bytes, limit: number, gramBytes: number, strideBits: number) {
    this.gramBytes = gramBytes;
    this.strideBits = strideBits;
    this.#limit = limit;
    const addresses = (limit >>> strideBits) + 1;
    const wantedBits = Math.ceil(Math.log2(addresses));
    const bits = Math.min(Math.max(wantedBits, LEAST_HASH_BITS), MOST_HASH_BITS);
    this.#shift = 32 - bits;
    this.baseHeads = new Int32Array(2 ** bits).fill(NONE);
    this.targetHeads = new Int32Array(2 ** bits).fill(NONE);
    this.next = new Int32Array(addresses).fill(NONE);
    const stride = 1 << strideBits;
    // From behind, so that each chain starts with its lowest address.
    const last = limit - gramBytes;
    for (let at = last - (last & (stride - 1)); at >= 0; at -= stride) {
      if (!mayCopyFrom(at)) continue;
      const bucket = this.bucketOf(base, at);
      this.next[at >>> strideBits] = this.baseHeads[bucket] ?? NONE;
      this.baseHeads[bucket] = at;
    }
  }

  /** All bytes of the gram must be there. */
  bucketOf({ view }: Bytes, at: number): number {
    const first = Math.imul(view.getUint32(at, true), MIX_A);
    const mixed =
      this.gramBytes === SHORT_GRAM_BYTES
        ? first ^ Math.imul(view.getUint16(at + 4, true), MIX_B)
        : first ^
          Math.imul(view.getUint32(at + 4, true), MIX_B) ^
          Math.imul(view.getUint32(at + 8, true), MIX_C) ^
          Math.imul(view.getUint32(at + 12, true), MIX_D);
    return Math.imul(mixed ^ (mixed >>> 15), MIX_A) >>> this.#shift;
  }

  /** What lies below `floor` is no longer the base but the new image. */
  enterSector(base: Bytes, target: Bytes, floor: number): void {
    const stride = 1 << this.strideBits;
    const last = this.#limit - this.gramBytes;
    for (; this.#left < floor && this.#left <= last; this.#left += stride) {
      if (!mayCopyFrom(this.#left)) continue;
      const bucket = this.bucketOf(base, this.#left);
      this.baseHeads[bucket] = this.next[this.#left >>> this.strideBits] ?? NONE;
    }
    const lastEntered = Math.min(last, Math.min(floor, target.bytes.length) - this.gramBytes);
    for (; this.#entered <= lastEntered; this.#entered += stride) {
      if (!mayCopyFrom(this.#entered)) continue;
      const bucket = this.bucketOf(target, this.#entered);
      this.next[this.#entered >>> this.strideBits] = this.targetHeads[bucket] ?? NONE;
      this.targetHeads[bucket] = this.#entered;
    }
  }
}
