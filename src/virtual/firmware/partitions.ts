/**
 * The BOOT and UPDATE partitions as bootloader and application see them: image header at the
 * start, state trailer at the end (formats/wolfboot.md sections 11 and 20). Knows no signatures.
 *
 * The trailer, from its end: magic, the image's state, and a byte for each sector of an update that
 * goes sector by sector. wolfBoot packs the latter into four bits; nobody outside can tell.
 */
import { asciiToBytes, bytesToLatin1, filledBytes, isFilledWith } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';
import type { PartitionLayout } from '../../core/wolfboot/index.ts';
import {
  QUAD_WORD_BYTES,
  SECTOR_BYTES,
  type FlashMemory,
  type FlashResult,
} from '../flash/flash-memory.ts';

export type PartitionName = 'boot' | 'update';

/** As the console names them; the values of wolfBoot's trailer. */
const STATE_VALUES = {
  NEW: 0xff,
  UPDATING: 0x70,
  FFLAGS: 0x30,
  TESTING: 0x10,
  CONFIRMED: 0x00,
} as const;
export type ImageState = keyof typeof STATE_VALUES;

const IMAGE_MAGIC = 'WOLF';
const TRAILER_MAGIC = 'BOOT';
const TRAILER_MAGIC_BYTES = 4;
const STATE_FROM_END_BYTES = 5;
const FLAGS_FROM_END_BYTES = STATE_FROM_END_BYTES + 1;

/** How far one sector of an update in place has come. */
const FLAG_VALUES = { new: 0xff, 'in-swap': 0x70, done: 0x00 } as const;
export type SectorFlag = keyof typeof FLAG_VALUES;
const FIRST_TLV_OFFSET = 8;
const TLV_VERSION = 0x0001;
const TLV_END = 0x0000;
const TLV_HEAD_BYTES = 4;
const PADDING = 0xff;

/** Turns what stands at the start of UPDATE into what the sender had; the identity without encryption. */
export type OpenUpdate = (stored: Uint8Array) => Uint8Array;

export class Partitions {
  readonly layout: PartitionLayout;
  readonly headerSizeBytes: number;
  readonly #flash: FlashMemory;
  readonly #open: OpenUpdate;

  /** `open`: for a bootloader that decrypts; the application sees the cells as they are. */
  constructor(
    flash: FlashMemory,
    layout: PartitionLayout,
    headerSizeBytes: number,
    open: OpenUpdate = (stored) => stored,
  ) {
    this.#flash = flash;
    this.layout = layout;
    this.headerSizeBytes = headerSizeBytes;
    this.#open = open;
  }

  address(name: PartitionName): number {
    return name === 'boot' ? this.layout.bootAddress : this.layout.updateAddress;
  }

  /** Header and payload; undefined when there is no image, or its size is beyond the partition. */
  image(name: PartitionName): Uint8Array | undefined {
    const header = this.#header(name);
    if (header === undefined) return undefined;
    const lengthBytes = this.headerSizeBytes + view(header).getUint32(4, true);
    if (lengthBytes > this.layout.sizeBytes - STATE_FROM_END_BYTES) return undefined;
    return this.#read(name, lengthBytes);
  }

  /** The version field of the header; 0 when there is no image. */
  version(name: PartitionName): number {
    const value = this.field(name, TLV_VERSION);
    return value?.length === 4 ? view(value).getUint32(0, true) : 0;
  }

  /** Value of the first field with this tag; undefined when there is none, or no image. */
  field(name: PartitionName, tag: number): Uint8Array | undefined {
    const header = this.#header(name);
    if (header === undefined) return undefined;
    let at = FIRST_TLV_OFFSET;
    while (at + TLV_HEAD_BYTES <= header.length) {
      if (header[at] === PADDING || at % 2 !== 0) {
        at += 1;
        continue;
      }
      const found = view(header).getUint16(at, true);
      const lengthBytes = view(header).getUint16(at + 2, true);
      const end = at + TLV_HEAD_BYTES + lengthBytes;
      if (found === TLV_END || lengthBytes > this.headerSizeBytes - FIRST_TLV_OFFSET) break;
      if (found === tag) return end > header.length ? undefined : header.slice(at + 4, end);
      at = end;
    }
    return undefined;
  }

  state(name: PartitionName): ImageState {
    if (!this.#hasTrailer(name)) return 'NEW';
    const end = this.address(name) + this.layout.sizeBytes;
    const [value] = this.#flash.read(end - STATE_FROM_END_BYTES, 1);
    const names = Object.keys(STATE_VALUES) as ImageState[];
    return names.find((candidate) => STATE_VALUES[candidate] === value) ?? 'NEW';
  }

  setState(name: PartitionName, state: ImageState): void {
    this.#writeTrailer(name, STATE_FROM_END_BYTES, STATE_VALUES[state]);
  }

  /** Of UPDATE: how far the sector with this number has come. */
  sectorFlag(sector: number): SectorFlag {
    if (!this.#hasTrailer('update')) return 'new';
    const end = this.address('update') + this.layout.sizeBytes;
    const [value] = this.#flash.read(end - FLAGS_FROM_END_BYTES - sector, 1);
    const names = Object.keys(FLAG_VALUES) as SectorFlag[];
    return names.find((candidate) => FLAG_VALUES[candidate] === value) ?? 'new';
  }

  setSectorFlag(sector: number, flag: SectorFlag): void {
    this.#writeTrailer('update', FLAGS_FROM_END_BYTES + sector, FLAG_VALUES[flag]);
  }

  /** State and flags are gone: NEW, as after the end of an update. */
  eraseTrailer(name: PartitionName): void {
    this.#flash.eraseSector(this.#trailerSector(name));
  }

  /** Number of sectors to erase, for the time it takes. */
  get sectorCount(): number {
    return this.layout.sizeBytes / this.layout.sectorBytes;
  }

  erase(name: PartitionName): void {
    this.#eraseRange(this.address(name), this.layout.sizeBytes);
  }

  /** Programs part of a partition that was erased before. */
  program(name: PartitionName, offsetBytes: number, bytes: Uint8Array): FlashResult {
    if (offsetBytes + bytes.length > this.layout.sizeBytes) return 'out-of-range';
    return this.#flash.program(this.address(name) + offsetBytes, bytes);
  }

  /**
   * Exchanges the images, in one stroke: the update of a single-bank layout. BOOT gets what UPDATE's
   * image is to the bootloader, UPDATE what `seal` makes of BOOT's. Both trailers are gone afterwards.
   */
  exchange(seal: OpenUpdate = (image) => image): void {
    const boot = this.image('boot');
    const update = this.image('update');
    this.erase('boot');
    this.erase('update');
    if (update) this.#programUsed(this.address('boot'), update);
    if (boot) this.#programUsed(this.address('update'), seal(boot));
  }

  /** Erases one of wolfBoot's sectors of BOOT and writes it anew; `content` may be shorter. */
  rewriteBootSector(sector: number, content: Uint8Array): void {
    this.#rewriteSector(this.layout.bootAddress + sector * this.layout.sectorBytes, content);
  }

  writeSwap(content: Uint8Array): void {
    this.#rewriteSector(this.#swapAddress(), content);
  }

  readSwap(): Uint8Array {
    return this.#flash.read(this.#swapAddress(), this.layout.sectorBytes);
  }

  /** Erases BOOT from one of wolfBoot's sectors up to its end. */
  eraseBootFrom(sector: number): void {
    const start = sector * this.layout.sectorBytes;
    this.#eraseRange(this.layout.bootAddress + start, this.layout.sizeBytes - start);
  }

  /** A copy of BOOT as it stands, trailer included. */
  bootCells(): Uint8Array {
    return this.#flash.read(this.layout.bootAddress, this.layout.sizeBytes);
  }

  #swapAddress(): number {
    const { swapAddress } = this.layout;
    if (swapAddress === undefined) throw new AppError('internal', 'this layout has no swap');
    return swapAddress;
  }

  #rewriteSector(address: number, content: Uint8Array): void {
    this.#eraseRange(address, this.layout.sectorBytes);
    this.#programUsed(address, content);
  }

  #eraseRange(address: number, lengthBytes: number): void {
    for (let at = 0; at < lengthBytes; at += SECTOR_BYTES) this.#flash.eraseSector(address + at);
  }

  #hasTrailer(name: PartitionName): boolean {
    const end = this.address(name) + this.layout.sizeBytes;
    const magic = this.#flash.read(end - TRAILER_MAGIC_BYTES, TRAILER_MAGIC_BYTES);
    return bytesToLatin1(magic) === TRAILER_MAGIC;
  }

  #trailerSector(name: PartitionName): number {
    return this.address(name) + this.layout.sizeBytes - SECTOR_BYTES;
  }

  /** Rewrites the partition's last sector, as write-once flash demands. */
  #writeTrailer(name: PartitionName, fromEndBytes: number, value: number): void {
    const address = this.#trailerSector(name);
    const sector = this.#flash.read(address, SECTOR_BYTES);
    sector.set(asciiToBytes(TRAILER_MAGIC), sector.length - TRAILER_MAGIC_BYTES);
    sector[sector.length - fromEndBytes] = value;
    this.#flash.eraseSector(address);
    this.#programUsed(address, sector);
  }

  #header(name: PartitionName): Uint8Array | undefined {
    const header = this.#read(name, this.headerSizeBytes);
    return bytesToLatin1(header.subarray(0, 4)) === IMAGE_MAGIC ? header : undefined;
  }

  #read(name: PartitionName, lengthBytes: number): Uint8Array {
    const cells = this.#flash.read(this.address(name), lengthBytes);
    return name === 'update' ? this.#open(cells) : cells;
  }

  /** Whole quad-words; those of 0xFF stay erased. */
  #programUsed(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += QUAD_WORD_BYTES) {
      const unit = filledBytes(QUAD_WORD_BYTES, PADDING);
      unit.set(bytes.subarray(at, at + QUAD_WORD_BYTES));
      if (!isFilledWith(unit, PADDING)) this.#flash.program(address + at, unit);
    }
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
