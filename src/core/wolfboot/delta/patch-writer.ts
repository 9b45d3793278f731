/** Collects the records of a patch in a buffer that grows. */
import { COPY_BYTES, ESCAPE } from './patch-format.ts';

const FIRST_BUFFER_BYTES = 4096;

export class PatchWriter {
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #used = 0;

  literal(byte: number): void {
    this.#reserve(2);
    if (byte === ESCAPE) this.#put(ESCAPE);
    this.#put(byte);
  }

  copy(address: number, lengthBytes: number): void {
    this.#reserve(COPY_BYTES);
    this.#put(ESCAPE);
    this.#put(address >>> 16);
    this.#put(address >>> 8);
    this.#put(address);
    this.#put(lengthBytes >>> 8);
    this.#put(lengthBytes);
  }

  /** A copy that holds nothing else. */
  toBytes(): Uint8Array {
    return this.#buffer.slice(0, this.#used);
  }

  #put(byte: number): void {
    this.#buffer[this.#used++] = byte;
  }

  #reserve(moreBytes: number): void {
    if (this.#used + moreBytes <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * this.#buffer.length);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
