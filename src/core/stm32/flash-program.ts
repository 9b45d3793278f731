/**
 * Making flash hold an image: read, compare, erase, write, read back (formats/stm32-dfu.md, section 6).
 *
 * Policy: whole sectors are the unit. A sector that already holds its part of the image is left alone;
 * every other touched sector is erased and written, and what lay in it outside the image reads 0xFF
 * afterwards (the report says where). Nothing else is touched. Blocks of nothing but 0xFF are not
 * written: erased flash reads so anyway, and the cells stay programmable.
 */
import { concatBytes, equalBytes, filledBytes, hexNumber, isFilledWith } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { DfuEngine } from './dfu-engine.ts';
import type { ProgressMeter } from './dfu-progress.ts';
import type { DfuProgress, ProgramCall, ProgramReport } from './dfu-types.ts';
import { sectorsTouched, type MemoryRegion, type Sector } from './memory-map.ts';

export interface FlashTarget {
  readonly alternate: number;
  readonly region: MemoryRegion;
  readonly writeUnitBytes: number;
}

const ERASED = 0xff;

/** Runs inside `engine.operate`. The range lies in the region and starts at a write unit. */
export async function programFlash(
  engine: DfuEngine,
  target: FlashTarget,
  address: number,
  image: Uint8Array,
  call: ProgramCall,
): Promise<ProgramReport> {
  const programmer = new FlashProgrammer(engine, target, call);
  return programmer.program(address, image);
}

class FlashProgrammer {
  readonly #engine: DfuEngine;
  readonly #target: FlashTarget;
  readonly #call: ProgramCall;
  readonly #meter: ProgressMeter;

  constructor(engine: DfuEngine, target: FlashTarget, call: ProgramCall) {
    this.#engine = engine;
    this.#target = target;
    this.#call = call;
    this.#meter = engine.meter(call.onProgress);
  }

  async program(address: number, image: Uint8Array): Promise<ProgramReport> {
    const paddingBytes = -image.length & (this.#target.writeUnitBytes - 1);
    const wanted = concatBytes(image, filledBytes(paddingBytes, ERASED));
    await this.#engine.selectAlternate(this.#target.alternate, this.#call.signal);

    const touched = sectorsTouched(this.#target.region, address, wanted.length);
    const kept = await this.#equalSectors(touched, address, wanted);
    const written = touched.filter((sector) => !kept.includes(sector));

    await this.#erase(written);
    await this.#write(written, address, wanted);
    if (written.length > 0) await this.#verify(address, wanted);
    return {
      alternate: this.#target.alternate,
      address,
      lengthBytes: image.length,
      paddingBytes,
      keptSectors: kept,
      writtenSectors: written,
      clearedRanges: clearedRanges(written, address, wanted.length),
    };
  }

  /** The sectors that hold their part already; none when the caller does not want to wait for the reading. */
  async #equalSectors(
    touched: readonly Sector[],
    address: number,
    wanted: Uint8Array,
  ): Promise<readonly Sector[]> {
    if (this.#call.readFirst === false) return [];
    const present = await this.#read('reading', address, wanted.length);
    return touched.filter((sector) => holds(sector, address, present, wanted));
  }

  async #read(
    stage: DfuProgress['stage'],
    address: number,
    lengthBytes: number,
  ): Promise<Uint8Array> {
    const { region } = this.#target;
    this.#meter.begin(stage, lengthBytes);
    return this.#engine.read({
      address,
      lengthBytes,
      endAddress: region.startAddress + region.sizeBytes,
      sight: 'open',
      signal: this.#call.signal,
      onBlock: (doneBytes) => {
        this.#report(stage, doneBytes, lengthBytes);
      },
    });
  }

  async #erase(sectors: readonly Sector[]): Promise<void> {
    const totalBytes = sectors.reduce((sum, sector) => sum + sector.sizeBytes, 0);
    let doneBytes = 0;
    if (sectors.length > 0) this.#meter.begin('erasing', totalBytes);
    for (const sector of sectors) {
      await this.#engine.eraseSector(sector, this.#call.signal);
      doneBytes += sector.sizeBytes;
      this.#report('erasing', doneBytes, totalBytes);
    }
  }

  async #write(sectors: readonly Sector[], address: number, wanted: Uint8Array): Promise<void> {
    const runs = contiguousRuns(sectors, address, wanted);
    const totalBytes = runs.reduce((sum, run) => sum + run.bytes.length, 0);
    let before = 0;
    if (runs.length > 0) this.#meter.begin('writing', totalBytes);
    for (const run of runs) {
      await this.#engine.write({
        ...run,
        alignmentBytes: this.#target.writeUnitBytes,
        sight: 'open',
        signal: this.#call.signal,
        onBlock: (doneBytes) => {
          this.#report('writing', before + doneBytes, totalBytes);
        },
      });
      before += run.bytes.length;
    }
  }

  /** A write-protected sector answers OK and does nothing, so that only this is proof. */
  async #verify(address: number, wanted: Uint8Array): Promise<void> {
    const found = await this.#read('verifying', address, wanted.length);
    const differing = wanted.reduce(
      (count, byte, index) => count + (byte === found[index] ? 0 : 1),
      0,
    );
    if (differing === 0) return;
    this.#engine.nameStep({ what: 'verify flash', address });
    const first = address + wanted.findIndex((byte, index) => byte !== found[index]);
    throw new AppError(
      'dfu-verify-failed',
      `flash differs from the image in ${differing} bytes, first at ${hexNumber(first)}`,
      { context: { address: hexNumber(first), differingBytes: differing } },
    );
  }

  #report(stage: DfuProgress['stage'], doneBytes: number, totalBytes: number): void {
    this.#meter.report(stage, doneBytes, totalBytes);
  }
}

interface Run {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Length in which 0xFF is left out; a multiple of every write unit and of the usual wTransferSize. */
const SKIP_BYTES = 1024;

/** The parts of `wanted` that have to be written, neighbours joined. */
function contiguousRuns(
  sectors: readonly Sector[],
  address: number,
  wanted: Uint8Array,
): readonly Run[] {
  const runs: Run[] = [];
  for (const { address: from, sizeBytes } of sectors) {
    const end = Math.min(from + sizeBytes, address + wanted.length);
    for (let at = Math.max(from, address); at < end; at += SKIP_BYTES) {
      const bytes = wanted.subarray(at - address, Math.min(at + SKIP_BYTES, end) - address);
      if (isFilledWith(bytes, ERASED)) continue;
      const last = runs.at(-1);
      if (last !== undefined && last.address + last.bytes.length === at) {
        const joined = wanted.subarray(last.address - address, at - address + bytes.length);
        runs[runs.length - 1] = { address: last.address, bytes: joined };
      } else {
        runs.push({ address: at, bytes });
      }
    }
  }
  return runs;
}

/** Whether the sector's share of the image is there already. */
function holds(sector: Sector, address: number, present: Uint8Array, wanted: Uint8Array): boolean {
  const from = Math.max(sector.address, address) - address;
  const to = Math.min(sector.address + sector.sizeBytes, address + wanted.length) - address;
  return equalBytes(present.subarray(from, to), wanted.subarray(from, to));
}

function clearedRanges(
  written: readonly Sector[],
  address: number,
  lengthBytes: number,
): ProgramReport['clearedRanges'] {
  const end = address + lengthBytes;
  return written.flatMap((sector) => {
    const sectorEnd = sector.address + sector.sizeBytes;
    return [
      { address: sector.address, lengthBytes: Math.max(0, address - sector.address) },
      { address: Math.min(end, sectorEnd), lengthBytes: Math.max(0, sectorEnd - end) },
    ].filter((range) => range.lengthBytes > 0);
  });
}
