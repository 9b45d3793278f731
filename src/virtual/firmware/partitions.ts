/**
 * The BOOT and UPDATE partitions as bootloader and application see them: image header at the
 * start, state trailer at the end (formats/wolfboot.md sections 11 and 20). Knows no signatures.
 */
import { bytesToLatin1, isFilledWith } from '../../core/bytes/index.ts';
import type { PartitionLayout } from '../../core/wolfboot/index.ts';
import { QUAD_WORD_BYTES, type FlashMemory, type FlashResult } from '../flash/flash-memory.ts';

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
const FIRST_TLV_OFFSET = 8;
const TLV_VERSION = 0x0001;
const TLV_END = 0x0000;
const PADDING = 0xff;

export class Partitions {
  readonly layout: PartitionLayout;
  readonly headerSizeBytes: number;
  readonly #flash: FlashMemory;

  constructor(flash: FlashMemory, layout: PartitionLayout, headerSizeBytes: number) {
    this.#flash = flash;
    this.layout = layout;
    this.headerSizeBytes = headerSizeBytes;
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
    return this.#flash.read(this.address(name), lengthBytes);
  }

  /** The version field of the header; 0 when there is no image. */
  version(name: PartitionName): number {
    const header = this.#header(name);
    if (header === undefined) return 0;
    let at = FIRST_TLV_OFFSET;
    while (at + 8 <= header.length) {
      if (header[at] === PADDING || at % 2 !== 0) {
        at += 1;
        continue;
      }
      const tag = view(header).getUint16(at, true);
      const lengthBytes = view(header).getUint16(at + 2, true);
      if (tag === TLV_END || lengthBytes > this.headerSizeBytes - FIRST_TLV_OFFSET) return 0;
      if (tag === TLV_VERSION && lengthBytes === 4) return view(header).getUint32(at + 4, true);
      at += 4 + lengthBytes;
    }
    return 0;
  }

  state(name: PartitionName): ImageState {
    const end = this.address(name) + this.layout.sizeBytes;
    const magic = this.#flash.read(end - TRAILER_MAGIC_BYTES, TRAILER_MAGIC_BYTES);
    if (bytesToLatin1(magic) !== TRAILER_MAGIC) return 'NEW';
    const [value] = this.#flash.read(end - STATE_FROM_END_BYTES, 1);
    const names = Object.keys(STATE_VALUES) as ImageState[];
    return names.find((candidate) => STATE_VALUES[candidate] === value) ?? 'NEW';
  }

  /** Rewrites the partition's last sector, as write-once flash demands. */
  setState(name: PartitionName, state: ImageState): void {
    const sectorAddress = this.address(name) + this.layout.sizeBytes - this.layout.sectorBytes;
    const sector = this.#flash.read(sectorAddress, this.layout.sectorBytes);
    sector.set(Uint8Array.from(TRAILER_MAGIC, (c) => c.charCodeAt(0)), sector.length - 4);
    sector[sector.length - STATE_FROM_END_BYTES] = STATE_VALUES[state];
    this.#flash.eraseSector(sectorAddress);
    this.#programUsed(sectorAddress, sector);
  }

  /** Number of sectors to erase, for the time it takes. */
  get sectorCount(): number {
    return this.layout.sizeBytes / this.layout.sectorBytes;
  }

  erase(name: PartitionName): void {
    const start = this.address(name);
    for (let at = 0; at < this.layout.sizeBytes; at += this.layout.sectorBytes) {
      this.#flash.eraseSector(start + at);
    }
  }

  /** Programs part of a partition that was erased before. */
  program(name: PartitionName, offsetBytes: number, bytes: Uint8Array): FlashResult {
    if (offsetBytes + bytes.length > this.layout.sizeBytes) return 'out-of-range';
    return this.#flash.program(this.address(name) + offsetBytes, bytes);
  }

  /** Exchanges the contents, trailers included: the update of a single-bank layout, in one stroke. */
  exchange(): void {
    const boot = this.#flash.read(this.layout.bootAddress, this.layout.sizeBytes);
    const update = this.#flash.read(this.layout.updateAddress, this.layout.sizeBytes);
    this.erase('boot');
    this.erase('update');
    this.#programUsed(this.layout.bootAddress, update);
    this.#programUsed(this.layout.updateAddress, boot);
  }

  #header(name: PartitionName): Uint8Array | undefined {
    const header = this.#flash.read(this.address(name), this.headerSizeBytes);
    return bytesToLatin1(header.subarray(0, 4)) === IMAGE_MAGIC ? header : undefined;
  }

  #programUsed(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += QUAD_WORD_BYTES) {
      const unit = bytes.subarray(at, at + QUAD_WORD_BYTES);
      if (!isFilledWith(unit, PADDING)) this.#flash.program(address + at, unit);
    }
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
