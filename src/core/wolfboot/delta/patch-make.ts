/** Makes patches (formats/wolfboot.md, section 17). */
import { throwIfCancelled, type LongCall } from '../../ports/index.ts';
import { checkFileSize, checkSectorSize } from './patch-format.ts';
import { PatchWriter } from './patch-writer.ts';
import { SectorPlanner } from './sector-plan.ts';

/** Between two reports of progress, where a call can be cancelled too. */
const REPORT_EVERY_BYTES = 0x10000;

/** Bytes of the new file. */
export interface PatchProgress {
  readonly done: number;
  readonly total: number;
}

export type PatchCall = LongCall<PatchProgress>;

export interface DeltaPatches {
  /** Base to new image. */
  readonly forward: Uint8Array;
  /** New image to base, for the way back. */
  readonly inverse: Uint8Array;
}

/**
 * What makes `target` of `base` on flash with sectors of this size. Both are kept by nobody; the caller
 * owns the result. Throws `invalid-argument` for an impossible sector size, `image-too-large` beyond
 * 16 MiB, `cancelled`.
 */
export async function makePatch(
  base: Uint8Array,
  target: Uint8Array,
  sectorSizeBytes: number,
  call: PatchCall = {},
): Promise<Uint8Array> {
  checkSectorSize(sectorSizeBytes);
  checkFileSize('base image', base);
  checkFileSize('new image', target);
  const { signal, onProgress } = call;
  const total = target.length;
  await Promise.resolve();
  throwIfCancelled(signal);
  onProgress?.({ done: 0, total });
  const planner = new SectorPlanner(base, target, sectorSizeBytes);
  const writer = new PatchWriter();
  let reported = 0;
  let position = 0;
  while (position < total) {
    position = planner.writeSector(position, writer);
    if (position - reported < REPORT_EVERY_BYTES && position < total) continue;
    reported = position;
    onProgress?.({ done: position, total });
    throwIfCancelled(signal);
  }
  return writer.toBytes();
}

/** Both patches, one after the other. Progress counts both files. Throws what `makePatch` throws. */
export async function makeDeltaPatches(
  base: Uint8Array,
  target: Uint8Array,
  sectorSizeBytes: number,
  call: PatchCall = {},
): Promise<DeltaPatches> {
  const { signal, onProgress } = call;
  const total = base.length + target.length;
  const from = (before: number): PatchCall => ({
    signal,
    onProgress: onProgress && (({ done }) => onProgress({ done: before + done, total })),
  });
  const forward = await makePatch(base, target, sectorSizeBytes, from(0));
  const inverse = await makePatch(target, base, sectorSizeBytes, from(target.length));
  return { forward, inverse };
}
