/**
 * The 2 MB of user flash: two banks of 128 sectors of 8 KB, erased before they are written, 16
 * bytes at a time with an ECC of their own (formats/stm32h5-device.md section 1, stm32-dfu.md
 * section 4). It knows nothing of time, of USB and of what the content means.
 */
import { filledBytes } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';

export const FLASH_BASE = 0x08000000;
/** The same cells as the secure world addresses them. */
export const FLASH_SECURE_BASE = 0x0c000000;
export const FLASH_BYTES = 0x200000;
export const BANK_BYTES = 0x100000;
export const SECTOR_BYTES = 0x2000;
export const QUAD_WORD_BYTES = 16;

export type FlashResult = 'done' | 'misaligned' | 'not-erased' | 'out-of-range' | 'error-pending';

/** Physical sector number and its content, without trailing erased bytes. */
export interface SectorContent {
  readonly sector: number;
  readonly content: Uint8Array;
}

export class FlashMemory {
  readonly #cells = filledBytes(FLASH_BYTES, 0xff);
  /** Quad-words that were programmed since their sector was erased, all-ones included. */
  readonly #programmed = new Uint8Array(FLASH_BYTES / QUAD_WORD_BYTES);
  #swapped = false;
  #errorPending = false;

  /** SWAP_BANK as it was loaded at the last reset: the banks have exchanged their addresses. */
  get swapped(): boolean {
    return this.#swapped;
  }

  setSwapped(swapped: boolean): void {
    this.#swapped = swapped;
  }

  /** A programming error is latched: nothing is programmed until it is cleared. */
  get errorPending(): boolean {
    return this.#errorPending;
  }

  clearErrors(): void {
    this.#errorPending = false;
  }

  contains(address: number, lengthBytes: number): boolean {
    const offset = offsetOf(address);
    return offset !== undefined && lengthBytes >= 0 && offset + lengthBytes <= FLASH_BYTES;
  }

  /** A copy of the cells as they appear at `address` (either alias). Throws outside of the flash. */
  read(address: number, lengthBytes: number): Uint8Array {
    const offset = offsetOf(address);
    if (offset === undefined || offset + lengthBytes > FLASH_BYTES) {
      throw new AppError('invalid-argument', `no flash at 0x${address.toString(16)}`, {
        context: { address, lengthBytes },
      });
    }
    const result = new Uint8Array(lengthBytes);
    for (let at = 0; at < lengthBytes;) {
      const logical = offset + at;
      const inBank = Math.min(lengthBytes - at, BANK_BYTES - (logical % BANK_BYTES));
      const physical = this.#physical(logical);
      result.set(this.#cells.subarray(physical, physical + inBank), at);
      at += inBank;
    }
    return result;
  }

  /** Erases the sector that holds `address`. */
  eraseSector(address: number): FlashResult {
    const offset = offsetOf(address);
    if (offset === undefined) return 'out-of-range';
    const start = this.#physical(offset - (offset % SECTOR_BYTES));
    this.#cells.fill(0xff, start, start + SECTOR_BYTES);
    this.#programmed.fill(0, start / QUAD_WORD_BYTES, (start + SECTOR_BYTES) / QUAD_WORD_BYTES);
    return 'done';
  }

  eraseAll(): void {
    this.#cells.fill(0xff);
    this.#programmed.fill(0);
  }

  /**
   * Programs whole quad-words, one after the other, until one fails. A quad-word that is not erased
   * keeps its content; every failure but `out-of-range` stays pending until `clearErrors`.
   */
  program(address: number, bytes: Uint8Array): FlashResult {
    if (!this.contains(address, bytes.length)) return 'out-of-range';
    if (this.#errorPending) return 'error-pending';
    if (address % QUAD_WORD_BYTES !== 0 || bytes.length % QUAD_WORD_BYTES !== 0) {
      this.#errorPending = true;
      return 'misaligned';
    }
    for (let at = 0; at < bytes.length; at += QUAD_WORD_BYTES) {
      const physical = this.#physical((offsetOf(address) ?? 0) + at);
      if (this.#programmed[physical / QUAD_WORD_BYTES] !== 0) {
        this.#errorPending = true;
        return 'not-erased';
      }
      this.#cells.set(bytes.subarray(at, at + QUAD_WORD_BYTES), physical);
      this.#programmed[physical / QUAD_WORD_BYTES] = 1;
    }
    return 'done';
  }

  /**
   * What a programmer over SWD does: erases the touched sectors and writes `bytes` there, padded
   * with 0xFF to whole quad-words.
   */
  load(address: number, bytes: Uint8Array): void {
    for (
      let at = address - (address % SECTOR_BYTES);
      at < address + bytes.length;
      at += SECTOR_BYTES
    ) {
      this.eraseSector(at);
    }
    const padded = filledBytes(Math.ceil(bytes.length / QUAD_WORD_BYTES) * QUAD_WORD_BYTES, 0xff);
    padded.set(bytes);
    this.clearErrors();
    const result = this.program(address, padded);
    if (result !== 'done') {
      throw new AppError('invalid-argument', `flash content cannot be loaded: ${result}`);
    }
  }

  /** Everything that is not erased, by physical sector. */
  usedSectors(): SectorContent[] {
    const used: SectorContent[] = [];
    for (let sector = 0; sector < FLASH_BYTES / SECTOR_BYTES; sector++) {
      const lengthBytes = this.#usedQuadWords(sector) * QUAD_WORD_BYTES;
      if (lengthBytes === 0) continue;
      const start = sector * SECTOR_BYTES;
      used.push({ sector, content: this.#cells.slice(start, start + lengthBytes) });
    }
    return used;
  }

  /** The counterpart of `usedSectors`: everything else is erased. */
  restoreSectors(sectors: readonly SectorContent[]): void {
    this.eraseAll();
    this.clearErrors();
    for (const { sector, content } of sectors) {
      const start = sector * SECTOR_BYTES;
      this.#cells.set(content, start);
      this.#programmed.fill(
        1,
        start / QUAD_WORD_BYTES,
        Math.ceil((start + content.length) / QUAD_WORD_BYTES),
      );
    }
  }

  /** Quad-words from the sector's start up to its last programmed one. */
  #usedQuadWords(sector: number): number {
    const perSector = SECTOR_BYTES / QUAD_WORD_BYTES;
    const start = sector * perSector;
    return this.#programmed.subarray(start, start + perSector).lastIndexOf(1) + 1;
  }

  #physical(logicalOffset: number): number {
    return this.#swapped ? logicalOffset ^ BANK_BYTES : logicalOffset;
  }
}

function offsetOf(address: number): number | undefined {
  for (const base of [FLASH_BASE, FLASH_SECURE_BASE]) {
    if (address >= base && address < base + FLASH_BYTES) return address - base;
  }
  return undefined;
}
