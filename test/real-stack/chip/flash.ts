/** Internal flash of an STM32H5 (formats/stm32-dfu.md, sections 2 and 4). */
import { Status, type StatusCode } from './dfu-codes.ts';
import type { BusyKind, Memory, Steps } from './memory.ts';

const QUAD_WORD = 16;
/** As measured on an H563 from a browser: 29 ms a page, 32 KB/s (section 4). */
const PAGE_MS = 29;
const QUAD_WORD_MS = 0.45;
const MASS_ERASE_MS = 400;

export class Flash implements Memory {
  readonly base: number;
  readonly size: number;
  readonly pageSize: number;
  readonly bytes: Uint8Array;
  /** Page number -> times erased. */
  readonly erases = new Map<number, number>();
  /** Quad-words that were programmed, over the whole life. */
  programmed = 0;
  /** Pages under write protection: an erase or write says OK there and does nothing (section 2). */
  readonly protectedPages = new Set<number>();
  /** Quad-words programmed since their page was erased, all-ones included. */
  readonly #used: Uint8Array;
  #errorLatched = false;

  constructor(base: number, pages: number, pageSize: number) {
    this.base = base;
    this.size = pages * pageSize;
    this.pageSize = pageSize;
    this.bytes = new Uint8Array(this.size).fill(0xff);
    this.#used = new Uint8Array(this.size / QUAD_WORD);
  }

  read(address: number, length: number): Uint8Array {
    const from = address - this.base;
    return this.bytes.slice(from, from + length);
  }

  /** A misaligned write fails, and so do all that follow until the status is cleared (section 4). */
  write(address: number, data: Uint8Array): Steps {
    if (address % QUAD_WORD !== 0 || data.length % QUAD_WORD !== 0) {
      return [() => this.#latch(Status.errWRITE)];
    }
    return Array.from({ length: data.length / QUAD_WORD }, (_, word) => () => {
      const at = word * QUAD_WORD;
      return this.#program(address - this.base + at, data.subarray(at, at + QUAD_WORD));
    });
  }

  erasePage(address: number): Steps {
    return [() => this.#erase(Math.floor((address - this.base) / this.pageSize))];
  }

  massErase(): Steps {
    return Array.from({ length: this.size / this.pageSize }, (_, page) => () => this.#erase(page));
  }

  busyMs(operation: BusyKind, lengthBytes: number): number {
    if (operation === 'erasePage') return PAGE_MS;
    return operation === 'massErase' ? MASS_ERASE_MS : (lengthBytes / QUAD_WORD) * QUAD_WORD_MS;
  }

  clearError(): void {
    this.#errorLatched = false;
  }

  /** As a programmer over SWD would leave it. */
  load(address: number, data: Uint8Array): void {
    const padded = new Uint8Array(Math.ceil(data.length / QUAD_WORD) * QUAD_WORD).fill(0xff);
    padded.set(data);
    const from = address - this.base;
    const first = Math.floor(from / this.pageSize);
    const last = Math.floor((from + padded.length - 1) / this.pageSize);
    for (let page = first; page <= last; page++) this.#erase(page);
    this.bytes.set(padded, from);
    this.#used.fill(1, from / QUAD_WORD, (from + padded.length) / QUAD_WORD);
  }

  #program(at: number, word: Uint8Array): StatusCode {
    if (this.#errorLatched) return Status.errPROG;
    if (this.protectedPages.has(Math.floor(at / this.pageSize))) return Status.OK;
    if (this.#used[at / QUAD_WORD] === 1) return this.#latch(Status.errPROG);
    this.#used[at / QUAD_WORD] = 1;
    this.programmed += 1;
    this.bytes.set(word, at);
    return Status.OK;
  }

  #erase(page: number): StatusCode {
    if (this.protectedPages.has(page)) return Status.OK;
    const start = page * this.pageSize;
    this.bytes.fill(0xff, start, start + this.pageSize);
    this.#used.fill(0, start / QUAD_WORD, (start + this.pageSize) / QUAD_WORD);
    this.erases.set(page, (this.erases.get(page) ?? 0) + 1);
    return Status.OK;
  }

  #latch(status: StatusCode): StatusCode {
    this.#errorLatched = true;
    return status;
  }
}
