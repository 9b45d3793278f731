/**
 * Chooses literals and copies for one sector after the other. For each byte of a sector the longest
 * source is looked up; then, from the sector's end to its start, the cheaper way on is chosen for each
 * byte. All copies cost the same, so this finds the shortest stream for the sources that were found.
 */
import { CopySources } from './copy-sources.ts';
import {
  COPY_BYTES,
  ESCAPE,
  LONGEST_COPY_BYTES,
  mayCopyFrom,
  SHORTEST_COPY_BYTES,
} from './patch-format.ts';
import type { PatchWriter } from './patch-writer.ts';

/** Where nothing is found for long, not every byte is looked up: sources reach back to where they begin. */
const MISSES_PER_STEP = 64;
const MOST_STEP_BYTES = 8;
const MOST_BACK_BYTES = 512;

/** Distances that are tried before anything is looked up: firmware moves in blocks. */
const GUESSES = 4;

/**
 * A copy that ends a little earlier can be better only by the literals it leaves to the next one, and
 * those cost two bytes at most.
 */
const MOST_SHORTENED_BYTES = 5;

export class SectorPlanner {
  readonly #target: Uint8Array;
  readonly #sectorSizeBytes: number;
  readonly #sources: CopySources;
  /** By place in the sector: the longest source's length and address; bytes from here to the end. */
  readonly #lengths: Int32Array;
  readonly #addresses: Int32Array;
  readonly #costs: Int32Array;
  /** By place in the sector: how long a copy to take; 0 for a literal. */
  readonly #choices: Int32Array;
  #guesses: readonly number[] = [0];

  constructor(base: Uint8Array, target: Uint8Array, sectorSizeBytes: number) {
    this.#target = target;
    this.#sectorSizeBytes = sectorSizeBytes;
    this.#sources = new CopySources(base, target);
    this.#lengths = new Int32Array(sectorSizeBytes);
    this.#addresses = new Int32Array(sectorSizeBytes);
    this.#costs = new Int32Array(sectorSizeBytes + 1);
    this.#choices = new Int32Array(sectorSizeBytes);
  }

  /**
   * Writes what makes the rest of the sector from `position` on. Returns where the new image goes on:
   * the next sector, or beyond where the last copy crossed into it.
   */
  writeSector(position: number, writer: PatchWriter): number {
    const sectorStart = position - (position % this.#sectorSizeBytes);
    const end = Math.min(sectorStart + this.#sectorSizeBytes, this.#target.length);
    this.#sources.enterSector(sectorStart);
    this.#search(position, end);
    this.#choose(position, end);
    return this.#write(position, end, writer);
  }

  #search(start: number, end: number): void {
    let length = 0;
    let address = 0;
    let misses = 0;
    let searchAt = start;
    for (let position = start; position < end; position++) {
      address++;
      length = mayCopyFrom(address) ? Math.max(0, length - 1) : 0;
      if (length < SHORTEST_COPY_BYTES && position >= searchAt) {
        this.#sources.find(position, end - position, this.#guesses);
        if (this.#sources.foundBytes > length) {
          length = this.#sources.foundBytes;
          address = this.#sources.foundAddress;
          misses = 0;
          this.#remember(address - position);
          this.#extendBack(start, position, address, length);
        } else {
          misses++;
          searchAt = position + Math.min(1 + misses / MISSES_PER_STEP, MOST_STEP_BYTES);
        }
      }
      this.#lengths[position - start] = length;
      this.#addresses[position - start] = address;
    }
  }

  /** Gives a source to the bytes before it too, where none reaches as far. */
  #extendBack(start: number, position: number, address: number, length: number): void {
    const most = Math.min(MOST_BACK_BYTES, position - start, LONGEST_COPY_BYTES - length);
    for (let back = 1; back <= most; back++) {
      const at = position - back - start;
      if ((this.#lengths[at] ?? 0) >= length + back) return;
      if (!this.#sources.continuesBack(address - back, position - back)) return;
      if (!mayCopyFrom(address - back)) continue;
      this.#lengths[at] = length + back;
      this.#addresses[at] = address - back;
    }
  }

  #remember(distance: number): void {
    if (this.#guesses[0] === distance) return;
    const others = this.#guesses.filter((guess) => guess !== distance);
    this.#guesses = [distance, ...others.slice(0, GUESSES - 1)];
  }

  #choose(start: number, end: number): void {
    const costs = this.#costs;
    const size = end - start;
    costs[size] = 0;
    for (let at = size - 1; at >= 0; at--) {
      const literalBytes = this.#target[start + at] === ESCAPE ? 2 : 1;
      let cost = literalBytes + (costs[at + 1] ?? 0);
      let choice = 0;
      const longest = this.#lengths[at] ?? 0;
      const shortest = Math.max(SHORTEST_COPY_BYTES, longest - MOST_SHORTENED_BYTES);
      for (let length = longest; length >= shortest; length--) {
        const copied = COPY_BYTES + (at + length < size ? (costs[at + length] ?? 0) : 0);
        if (copied >= cost) continue;
        cost = copied;
        choice = length;
      }
      costs[at] = cost;
      this.#choices[at] = choice;
    }
  }

  #write(start: number, end: number, writer: PatchWriter): number {
    let position = start;
    while (position < end) {
      const length = this.#choices[position - start] ?? 0;
      if (length === 0) {
        writer.literal(this.#target[position] ?? 0);
        position++;
      } else {
        writer.copy(this.#addresses[position - start] ?? 0, length);
        position += length;
      }
    }
    return position;
  }
}
