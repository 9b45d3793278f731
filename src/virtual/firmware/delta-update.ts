/**
 * A delta update as the bootloader does it: BOOT is rewritten in place, sector by sector by way of the
 * swap partition, and the image in UPDATE stays where it is, for its inverse patch is the way back
 * (formats/wolfboot.md, section 17). Power may go at any moment: every sector's progress is in flash.
 */
import { equalBytes } from '../../core/bytes/index.ts';
import { TAG } from '../../core/wolfboot/index.ts';
import { wait, type BootRun } from './boot-run.ts';
import { digestOf, isDelta } from './image-fields.ts';
import { PatchDecoder } from './patch-decoder.ts';
import type { Partitions } from './partitions.ts';

/** Erasing and programming a sector twice: once in the swap, once in BOOT. */
const SECTOR_MS = 20;

export type Direction = 'forward' | 'inverse';

/** An update in place that lost its power. Undefined: none. */
export function interruptedDirection({ partitions }: BootRun): Direction | undefined {
  if (partitions.sectorFlag(0) === 'new') return undefined;
  return partitions.state('update') === 'UPDATING' ? 'forward' : 'inverse';
}

/** Why the patch must not be applied to what runs; undefined: it fits. */
export function refuseBase({ partitions }: BootRun): string | undefined {
  const running = partitions.version('boot');
  const base = numberIn(partitions, TAG.deltaBase) ?? 0;
  if (running !== base) return `the delta's base is version ${base}, version ${running} runs`;
  const digest = partitions.field('update', TAG.deltaBaseHash);
  const own = digestOf(partitions, 'boot');
  if (digest !== undefined && (own === undefined || !equalBytes(digest, own))) {
    return 'the delta was made from another image of the running version';
  }
  return undefined;
}

/** Whether the image in UPDATE can take back what runs. */
export function canTakeBack({ partitions }: BootRun): boolean {
  const running = partitions.version('boot');
  const base = numberIn(partitions, TAG.deltaBase) ?? 0;
  return isDelta(partitions, 'update') && running === partitions.version('update') && base <= running;
}

/**
 * Applies a patch of the image in UPDATE to BOOT, or goes on with it. Resolves to why it could not be
 * finished: BOOT is then neither the one nor the other.
 */
export async function applyDelta(run: BootRun, direction: Direction): Promise<string | undefined> {
  const { partitions, hardware } = run;
  const patch = patchOf(partitions, direction);
  if (patch === undefined) return `the image in UPDATE has no ${direction} patch`;
  // Before the first sector: only the state of UPDATE tells the direction once versions cannot.
  if (partitions.sectorFlag(0) === 'new') {
    partitions.setState('update', direction === 'forward' ? 'UPDATING' : 'NEW');
  }
  const decoder = new PatchDecoder(patch);
  const { sectorBytes } = partitions.layout;
  // The last sector holds the trailer.
  const mostSectors = partitions.sectorCount - 1;
  for (let sector = 0; ; sector++) {
    const boot = partitions.bootCells();
    const decoded = decoder.next(sectorBytes, (offset) => boot[offset]);
    if (decoded === undefined) return 'the patch is cut';
    if (decoded.length === 0) {
      partitions.eraseBootFrom(sector);
      return undefined;
    }
    if (sector === mostSectors) return 'the new image is larger than the partition';
    hardware.describe(`applies the ${direction} patch, sector ${sector}`);
    await rewriteSector(run, sector, decoded);
  }
}

/** What was done before the power went is not done again; its output is only needed for the position. */
async function rewriteSector(
  { partitions, hardware }: BootRun,
  sector: number,
  content: Uint8Array,
): Promise<void> {
  if (partitions.sectorFlag(sector) === 'new') {
    partitions.writeSwap(content);
    partitions.setSectorFlag(sector, 'in-swap');
    await wait(hardware, SECTOR_MS / 2);
  }
  if (partitions.sectorFlag(sector) === 'in-swap') {
    partitions.rewriteBootSector(sector, partitions.readSwap());
    partitions.setSectorFlag(sector, 'done');
    await wait(hardware, SECTOR_MS / 2);
  }
}

function patchOf(partitions: Partitions, direction: Direction): Uint8Array | undefined {
  const image = partitions.image('update');
  const forward = direction === 'forward';
  const offset = forward ? partitions.headerSizeBytes : numberIn(partitions, TAG.deltaInverse);
  const size = numberIn(partitions, forward ? TAG.deltaSize : TAG.deltaInverseSize);
  if (image === undefined || offset === undefined || size === undefined) return undefined;
  return offset + size > image.length ? undefined : image.slice(offset, offset + size);
}

function numberIn(partitions: Partitions, tag: number): number | undefined {
  const value = partitions.field('update', tag);
  if (value?.length !== 4) return undefined;
  return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
}
