/**
 * What the receiver's flash holds while it writes a sector, findable by what stands there
 * (formats/wolfboot.md, section 17): the base image from that sector on, the new image before it.
 */
import { bytesOf, Grams, LONG_GRAM_BYTES, NONE, SHORT_GRAM_BYTES, type Bytes } from './grams.ts';
import { LONGEST_COPY_BYTES, mayCopyFrom, SHORTEST_COPY_BYTES } from './patch-format.ts';

/** Addresses looked at in one chain; giving up the rest keeps the time linear. */
const SHORT_PROBES = 24;
const LONG_PROBES = 12;

/** A source of this length is taken without looking for a longer one. */
const LONG_ENOUGH_BYTES = 256;

/**
 * How far apart the addresses are that are kept, as powers of two. In large files most of the time goes
 * into keeping them; every fourth finds all copies of nine bytes and more, and shorter ones save little.
 * Longer grams find long matches whose first bytes are common ones.
 */
const LARGE_FILE_BYTES = 0x100000;
const STRIDE_BITS = { small: { short: 0, long: 2 }, large: { short: 2, long: 3 } } as const;

export class CopySources {
  /** Of the last search; 0: nothing that may be copied. */
  foundBytes = 0;
  foundAddress = NONE;

  readonly #base: Bytes;
  readonly #target: Bytes;
  readonly #limit: number;
  readonly #short: Grams;
  readonly #long: Grams;
  #floor = 0;

  /** A receiver lets no copy read beyond the size of the base, not even from the new image. */
  constructor(base: Uint8Array, target: Uint8Array) {
    this.#base = bytesOf(base);
    this.#target = bytesOf(target);
    this.#limit = base.length;
    const bits = STRIDE_BITS[this.#limit > LARGE_FILE_BYTES ? 'large' : 'small'];
    this.#short = new Grams(this.#base, this.#limit, SHORT_GRAM_BYTES, bits.short);
    this.#long = new Grams(this.#base, this.#limit, LONG_GRAM_BYTES, bits.long);
  }

  /** The sector that starts there is written next. Never goes back. */
  enterSector(startBytes: number): void {
    this.#floor = startBytes;
    this.#short.enterSector(this.#base, this.#target, startBytes);
    this.#long.enterSector(this.#base, this.#target, startBytes);
  }

  /**
   * Looks for what stands at `position` of the new image. `roomBytes` are left in its sector, where
   * copies from the base end. `guesses` are distances from position to address that worked lately.
   */
  find(position: number, roomBytes: number, guesses: readonly number[]): void {
    this.foundBytes = 0;
    this.foundAddress = NONE;
    for (const distance of guesses) this.#consider(position + distance, position, roomBytes);
    if (this.foundBytes < LONG_ENOUGH_BYTES) {
      this.#search(this.#long, position, roomBytes, LONG_PROBES);
    }
    if (this.foundBytes < LONG_ENOUGH_BYTES) {
      this.#search(this.#short, position, roomBytes, SHORT_PROBES);
    }
    if (this.foundBytes < SHORTEST_COPY_BYTES) this.foundBytes = 0;
  }

  /** Whether a source that begins one byte later can begin here as well. */
  continuesBack(address: number, position: number): boolean {
    const fromBase = address >= this.#floor;
    if (address < 0 || fromBase !== address + 1 >= this.#floor) return false;
    const source = fromBase ? this.#base.bytes : this.#target.bytes;
    return source[address] === this.#target.bytes[position];
  }

  #search(grams: Grams, position: number, roomBytes: number, probes: number): void {
    if (position + grams.gramBytes > this.#target.bytes.length) return;
    const bucket = grams.bucketOf(this.#target, position);
    for (const heads of [grams.baseHeads, grams.targetHeads]) {
      let address = heads[bucket] ?? NONE;
      for (let probe = 0; probe < probes && address !== NONE; probe++) {
        this.#consider(address, position, roomBytes);
        address = grams.next[address >>> grams.strideBits] ?? NONE;
      }
    }
  }

  #consider(address: number, position: number, roomBytes: number): void {
    const best = this.foundBytes;
    const fromBase = address >= this.#floor;
    const source = fromBase ? this.#base.bytes : this.#target.bytes;
    const target = this.#target.bytes;
    if (source[address + best] !== target[position + best]) return;
    if (address < 0 || !mayCopyFrom(address)) return;
    const most = fromBase
      ? Math.min(roomBytes, this.#limit - address)
      : Math.min(
          Math.min(this.#floor, this.#limit) - address,
          target.length - position,
          LONGEST_COPY_BYTES,
        );
    if (most <= best) return;
    let length = 0;
    while (length < most && source[address + length] === target[position + length]) length++;
    if (length <= best) return;
    this.foundBytes = length;
    this.foundAddress = address;
  }
}
