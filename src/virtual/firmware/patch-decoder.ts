/**
 * Decodes a patch as the bootloader does while it rewrites the BOOT partition in place (formats/wolfboot.md,
 * section 17). Copies are read from the partition as it stands at that moment: sectors before the current
 * one are already new, the rest is still the base. Written from the bootloader's side on purpose: it
 * shares nothing with the code that makes and applies patches for files.
 */

const ESCAPE = 0x7f;
/** After the escape byte: offset u24 and length u16, big-endian. */
const COPY_TOKEN_BYTES = 6;

export class PatchDecoder {
  readonly #patch: Uint8Array;
  #at = 0;
  /** What is left of the copy that has been begun. */
  #copy = { address: 0, left: 0 };

  constructor(patch: Uint8Array) {
    this.#patch = patch;
  }

  /**
   * The next `lengthBytes` of the new image, fewer at its end, none behind it; undefined when the stream is
   * cut. `source` gives the byte of the partition at an offset, undefined beyond it.
   */
  next(lengthBytes: number, source: (offset: number) => number | undefined): Uint8Array | undefined {
    const output = new Uint8Array(lengthBytes);
    let made = 0;
    while (made < lengthBytes) {
      const byte = this.#copy.left > 0 ? this.#copied(source) : this.#decoded();
      if (byte === 'broken') return undefined;
      if (byte === 'end') break;
      if (byte === 'copy') continue;
      output[made++] = byte;
    }
    return output.subarray(0, made);
  }

  #copied(source: (offset: number) => number | undefined): number | 'broken' {
    const byte = source(this.#copy.address);
    this.#copy = { address: this.#copy.address + 1, left: this.#copy.left - 1 };
    return byte ?? 'broken';
  }

  #decoded(): number | 'copy' | 'end' | 'broken' {
    const patch = this.#patch;
    const first = patch[this.#at];
    if (first === undefined) return 'end';
    if (first !== ESCAPE) {
      this.#at += 1;
      return first;
    }
    if (patch[this.#at + 1] === ESCAPE) {
      this.#at += 2;
      return ESCAPE;
    }
    if (this.#at + COPY_TOKEN_BYTES > patch.length) return 'broken';
    const [high = 0, middle = 0, low = 0, lengthHigh = 0, lengthLow = 0] = patch.subarray(
      this.#at + 1,
      this.#at + COPY_TOKEN_BYTES,
    );
    this.#at += COPY_TOKEN_BYTES;
    this.#copy = {
      address: high * 0x10000 + middle * 0x100 + low,
      left: lengthHigh * 0x100 + lengthLow,
    };
    return 'copy';
  }
}
