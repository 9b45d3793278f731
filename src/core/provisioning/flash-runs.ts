/**
 * What is written in one go. Sectors are erased as a whole, so parts that share a sector are one run, and
 * what lies between them reads 0xFF afterwards; every other sector belongs to one run only.
 */
import { filledBytes, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import type { FlashGeometry, Sector, Segment } from '../stm32/index.ts';

export interface FlashRun {
  /** Non-secure, a multiple of the write unit. */
  readonly address: number;
  /** Owned by the run; gaps and the start of the first write unit are 0xFF. */
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Ids, in order of address. */
  readonly parts: readonly string[];
  readonly sectors: readonly Sector[];
}

export interface PlacedSegment extends Segment {
  readonly part: string;
}

const ERASED = 0xff;

/** By address. The segments lie in flash and apart from one another. */
export function flashRuns(
  segments: readonly PlacedSegment[],
  geometry: FlashGeometry,
): readonly FlashRun[] {
  const groups: [PlacedSegment, ...PlacedSegment[]][] = [];
  let freeFrom = 0;
  for (const segment of [...segments].sort((a, b) => a.address - b.address)) {
    const end = segment.address + segment.bytes.length;
    const last = groups.at(-1);
    if (last !== undefined && segment.address < freeFrom) last.push(segment);
    else groups.push([segment]);
    freeFrom = sectorAt(end - 1, geometry).address + geometry.sectorBytes;
  }
  return groups.map((group) => runOf(group, geometry));
}

function runOf(
  segments: readonly [PlacedSegment, ...PlacedSegment[]],
  geometry: FlashGeometry,
): FlashRun {
  const [first] = segments;
  const last = segments.at(-1) ?? first;
  const address = first.address - (first.address % geometry.writeUnitBytes);
  const bytes = filledBytes(last.address + last.bytes.length - address, ERASED);
  for (const segment of segments) bytes.set(segment.bytes, segment.address - address);
  return {
    address,
    bytes,
    sha256: toHex(hash('sha256', bytes)),
    parts: [...new Set(segments.map(({ part }) => part))],
    sectors: sectorsOf(address, bytes.length, geometry),
  };
}

function sectorAt(address: number, { baseAddress, sectorBytes }: FlashGeometry): Sector {
  const index = Math.floor((address - baseAddress) / sectorBytes);
  return { address: baseAddress + index * sectorBytes, sizeBytes: sectorBytes };
}

/** The sectors that hold at least one byte of the range. */
export function sectorsOf(
  address: number,
  lengthBytes: number,
  geometry: FlashGeometry,
): readonly Sector[] {
  const first = sectorAt(address, geometry).address;
  const count = Math.ceil((address + lengthBytes - first) / geometry.sectorBytes);
  return Array.from({ length: count }, (_, index) => ({
    address: first + index * geometry.sectorBytes,
    sizeBytes: geometry.sectorBytes,
  }));
}

/** How many bytes of the run lie in these sectors. */
export function bytesInSectors(
  { address, bytes }: Pick<FlashRun, 'address' | 'bytes'>,
  sectors: readonly Sector[],
): number {
  const end = address + bytes.length;
  return sectors.reduce((sum, sector) => {
    const from = Math.max(address, sector.address);
    return sum + Math.max(0, Math.min(end, sector.address + sector.sizeBytes) - from);
  }, 0);
}
