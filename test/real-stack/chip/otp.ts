/**
 * One-time-programmable area (formats/stm32-dfu.md, section 5; stm32h5-device.md, section 2): halfwords,
 * each with an ECC of its own, each to be programmed once, all-ones included; never erased; blocks of 64
 * bytes can be locked. The chip does not refuse a second write: it ANDs data and ECC, and what reads back
 * is something else. What else is not known, so here it is the AND with a flag.
 */
import { Status, type StatusCode } from './dfu-codes.ts';
import { refuses, type Memory, type Steps } from './memory.ts';

const BLOCK_BYTES = 64;
const HALFWORD_MS = 0.1;

export type Cell = 'blank' | 'written' | 'ruined';

export class Otp implements Memory {
  readonly base: number;
  readonly size: number;
  /** State of each halfword. */
  readonly cells: Cell[];
  /** Writes to halfwords that were written before: each one is silicon destroyed. */
  rewrites = 0;
  /** Erase commands that were aimed at it. */
  eraseAttempts = 0;
  readonly #bytes: Uint8Array;
  readonly #locks: () => number;
  readonly #writeUnit: number;

  /**
   * `locks` yields the lock word: bit n set means that block n takes no more programming. Address and length
   * of a write are multiples of `writeUnit`: 4 by AN3156; a part may take the 2 of a cell.
   */
  constructor(base: number, size: number, locks: () => number, writeUnit = 4) {
    this.base = base;
    this.size = size;
    this.#bytes = new Uint8Array(size).fill(0xff);
    this.cells = new Array<Cell>(size / 2).fill('blank');
    this.#locks = locks;
    this.#writeUnit = writeUnit;
  }

  get content(): Uint8Array {
    return this.#bytes.slice();
  }

  get written(): number {
    return this.cells.filter((cell) => cell !== 'blank').length;
  }

  isLocked(halfword: number): boolean {
    return ((this.#locks() >>> Math.floor((2 * halfword) / BLOCK_BYTES)) & 1) === 1;
  }

  /** What the double-ECC flag would say of a read: blank cells and ruined ones raise it. */
  raisesEcc(halfword: number): boolean {
    return this.cells[halfword] !== 'written';
  }

  valueOf(halfword: number): number {
    return (this.#bytes[2 * halfword] ?? 0) | ((this.#bytes[2 * halfword + 1] ?? 0) << 8);
  }

  /** The cell itself, as the flash controller drives it. */
  programHalfword(halfword: number, value: number): StatusCode {
    if (this.isLocked(halfword)) return Status.errWRITE;
    const again = this.cells[halfword] !== 'blank';
    if (again) this.rewrites += 1;
    const result = this.valueOf(halfword) & value;
    this.#bytes.set([result & 0xff, result >> 8], 2 * halfword);
    this.cells[halfword] = again ? 'ruined' : 'written';
    return Status.OK;
  }

  read(address: number, length: number): Uint8Array {
    const from = address - this.base;
    return this.#bytes.slice(from, from + length);
  }

  write(address: number, data: Uint8Array): Steps {
    if (address % this.#writeUnit !== 0 || data.length % this.#writeUnit !== 0) {
      return refuses(Status.errWRITE);
    }
    return Array.from({ length: data.length / 2 }, (_, index) => () => {
      const value = (data[2 * index] ?? 0) | ((data[2 * index + 1] ?? 0) << 8);
      return this.programHalfword((address - this.base) / 2 + index, value);
    });
  }

  erasePage(): Steps {
    this.eraseAttempts += 1;
    return refuses(Status.errTARGET);
  }

  massErase(): Steps {
    this.eraseAttempts += 1;
    return refuses(Status.errTARGET);
  }

  busyMs(_operation: string, lengthBytes: number): number {
    return Math.max(1, (lengthBytes / 2) * HALFWORD_MS);
  }

  clearError(): void {
    // Nothing stays latched here.
  }
}
