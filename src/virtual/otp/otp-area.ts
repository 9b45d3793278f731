/**
 * The one-time-programmable area: 1024 halfwords, each with its own check bits, in 32 lock blocks
 * (formats/stm32h5-device.md section 2, stm32-dfu.md section 5). Bits go from 1 to 0 only, in the
 * data and in the check bits alike, so a second write of something else destroys the halfword and
 * a written 0xFFFF consumes it. It knows no key formats.
 */
import { BLANK_CHECK_BITS, decodeHalfword, encodeHalfword } from './halfword-ecc.ts';

export const OTP_BASE = 0x08fff000;
export const OTP_BYTES = 2048;
export const OTP_HALFWORDS = OTP_BYTES / 2;
export const OTP_BLOCK_BYTES = 64;
const HALFWORDS_PER_BLOCK = OTP_BLOCK_BYTES / 2;

export type HalfwordState = 'blank' | 'written' | 'damaged';
export type OtpWriteResult = 'written' | 'locked';

export interface OtpReading {
  readonly bytes: Uint8Array;
  /** Byte offsets (even) of halfwords that raised the double-ECC flag: blank or damaged ones. */
  readonly doubleErrors: readonly number[];
}

/** A cell that does not do what it is told; applied behind the ECC, which would hide one bit. */
export interface StuckBit {
  readonly offsetBytes: number;
  readonly bit: number;
  readonly stuckAt: 0 | 1;
}

/** The raw cells; `data` and `check` have `OTP_HALFWORDS` entries. */
export interface OtpCells {
  readonly data: readonly number[];
  readonly check: readonly number[];
  readonly lockWord: number;
}

export class OtpArea {
  readonly #data = new Uint16Array(OTP_HALFWORDS).fill(0xffff);
  readonly #check = new Uint8Array(OTP_HALFWORDS).fill(BLANK_CHECK_BITS);
  #lockWord = 0;
  #doubleErrorReads = 0;
  #stuckBits: readonly StuckBit[] = [];

  get lockWord(): number {
    return this.#lockWord;
  }

  /** How many halfword reads have raised the double-ECC flag since power-on. */
  get doubleErrorReads(): number {
    return this.#doubleErrorReads;
  }

  /** Locks are permanent: bits can only be set. */
  lock(blockMask: number): void {
    this.#lockWord = (this.#lockWord | blockMask) >>> 0;
  }

  isLocked(halfword: number): boolean {
    return ((this.#lockWord >>> Math.floor(halfword / HALFWORDS_PER_BLOCK)) & 1) === 1;
  }

  /** Programs one halfword (index 0..1023). The hardware does not refuse a second write. */
  program(halfword: number, value: number): OtpWriteResult {
    if (this.isLocked(halfword)) return 'locked';
    this.#data[halfword] = (this.#data[halfword] ?? 0xffff) & value;
    this.#check[halfword] = (this.#check[halfword] ?? BLANK_CHECK_BITS) & encodeHalfword(value);
    return 'written';
  }

  /** As the bus sees it, with the ECC at work; each halfword touched counts its flag once. */
  read(offsetBytes: number, lengthBytes: number): OtpReading {
    const bytes = new Uint8Array(lengthBytes);
    const doubleErrors: number[] = [];
    const first = Math.floor(offsetBytes / 2);
    for (let halfword = first; 2 * halfword < offsetBytes + lengthBytes; halfword++) {
      const { value, error } = this.#decode(halfword);
      const at = 2 * halfword - offsetBytes;
      if (at >= 0) bytes[at] = value & 0xff;
      if (at + 1 < lengthBytes) bytes[at + 1] = value >> 8;
      if (error === 'double') doubleErrors.push(2 * halfword);
    }
    this.#doubleErrorReads += doubleErrors.length;
    return { bytes, doubleErrors };
  }

  /** For tests and the panel; raises no flag. */
  stateOf(halfword: number): HalfwordState {
    const data = this.#data[halfword] ?? 0xffff;
    const check = this.#check[halfword] ?? BLANK_CHECK_BITS;
    if (data === 0xffff && check === BLANK_CHECK_BITS) return 'blank';
    return decodeHalfword(data, check).error === 'none' ? 'written' : 'damaged';
  }

  /** The whole area as it reads, without raising flags; for tests and the bootloader's own copy. */
  peek(): Uint8Array {
    const bytes = new Uint8Array(OTP_BYTES);
    for (let halfword = 0; halfword < OTP_HALFWORDS; halfword++) {
      const { value } = this.#decode(halfword);
      bytes[2 * halfword] = value & 0xff;
      bytes[2 * halfword + 1] = value >> 8;
    }
    return bytes;
  }

  setStuckBits(stuckBits: readonly StuckBit[]): void {
    this.#stuckBits = stuckBits;
  }

  cells(): OtpCells {
    return { data: [...this.#data], check: [...this.#check], lockWord: this.#lockWord };
  }

  restoreCells(cells: OtpCells): void {
    this.#data.set(cells.data);
    this.#check.set(cells.check);
    this.#lockWord = cells.lockWord >>> 0;
    this.#doubleErrorReads = 0;
  }

  #decode(halfword: number): { value: number; error: 'none' | 'single' | 'double' } {
    const decoded = decodeHalfword(
      this.#data[halfword] ?? 0xffff,
      this.#check[halfword] ?? BLANK_CHECK_BITS,
    );
    let value = decoded.value;
    for (const stuck of this.#stuckBits) {
      if (Math.floor(stuck.offsetBytes / 2) !== halfword) continue;
      const mask = 1 << ((stuck.offsetBytes % 2) * 8 + stuck.bit);
      value = stuck.stuckAt === 1 ? value | mask : value & ~mask;
    }
    return { value, error: decoded.error };
  }
}
