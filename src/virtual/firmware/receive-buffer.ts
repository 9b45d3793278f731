/**
 * The test application's software receive buffer: 1023 bytes, filled by interrupt and only reset
 * when everything has been read; what does not fit is dropped silently (stm32h5-device.md section 4).
 */
const CAPACITY_BYTES = 1023;

export class ReceiveBuffer {
  readonly #bytes = new Uint8Array(CAPACITY_BYTES);
  #written = 0;
  #read = 0;

  push(bytes: Uint8Array): void {
    const fits = bytes.subarray(0, CAPACITY_BYTES - this.#written);
    this.#bytes.set(fits, this.#written);
    this.#written += fits.length;
  }

  /** The next byte, or undefined when everything has been read. */
  shift(): number | undefined {
    if (this.#read === this.#written) return undefined;
    const byte = this.#bytes[this.#read];
    this.#read += 1;
    if (this.#read === this.#written) {
      this.#read = 0;
      this.#written = 0;
    }
    return byte;
  }
}
