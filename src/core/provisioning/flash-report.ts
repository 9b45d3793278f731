/** What a flash project did and what it did not, in numbers and closed words that any language can speak. */
import { bytesInSectors } from './flash-runs.ts';
import { isBurnPart, segmentsOf } from './flash-part.ts';
import type { AddressRange } from './flash-places.ts';
import type { FlashOutcome } from './flash-run.ts';

export interface PartReport {
  readonly part: string;
  /** Sectors that hold some of it. */
  readonly writtenSectors: number;
  readonly keptSectors: number;
}

/** What nobody shall assume to have happened. */
export type FlashNotDone =
  | 'not-compared' // every sector was written, without a look at what was there
  | 'rest-of-flash' // sectors outside the plan were neither read nor written
  | 'otp-untouched'
  | 'option-bytes'
  | 'not-started' // the board stays in DFU mode until it is reset
  | 'boot-not-proven';

export interface FlashReport {
  readonly parts: readonly PartReport[];
  readonly writtenSectors: number;
  readonly keptSectors: number;
  /** Written, without what was kept. */
  readonly writtenBytes: number;
  /** 0xFF bytes that fill the last write unit of a run, or lie between two parts of one. */
  readonly paddingBytes: number;
  /** What was erased with a sector and belongs to no part: 0xFF now, whatever stood there. */
  readonly cleared: readonly AddressRange[];
  readonly notDone: readonly FlashNotDone[];
}

export function flashReport(outcome: FlashOutcome): FlashReport {
  const { plan, runs, burn, readFirst } = outcome;
  const written = runs.flatMap(({ report }) => report.writtenSectors);
  const kept = runs.flatMap(({ report }) => report.keptSectors);
  const writtenAt = new Set(written.map(({ address }) => address));
  const parts = plan.project.parts.flatMap((part): readonly PartReport[] => {
    if (isBurnPart(part)) return [];
    const sectors = plan.project.sectors.get(part.id) ?? [];
    const count = sectors.filter(({ address }) => writtenAt.has(address)).length;
    return [{ part: part.id, writtenSectors: count, keptSectors: sectors.length - count }];
  });
  const given = plan.project.parts.flatMap((part) => (isBurnPart(part) ? [] : segmentsOf(part)));
  const givenBytes = given.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const runBytes = runs.reduce(
    (sum, { report }) => sum + report.lengthBytes + report.paddingBytes,
    0,
  );
  return {
    parts,
    writtenSectors: written.length,
    keptSectors: kept.length,
    writtenBytes: runs.reduce((sum, { run, report }) => {
      return sum + bytesInSectors(run, report.writtenSectors);
    }, 0),
    paddingBytes: runBytes - givenBytes,
    cleared: runs.flatMap(({ report }) => report.clearedRanges),
    notDone: [
      ...(readFirst ? [] : (['not-compared'] as const)),
      'rest-of-flash',
      ...(burn === undefined ? (['otp-untouched'] as const) : []),
      'option-bytes',
      'not-started',
      'boot-not-proven',
    ],
  };
}
