/**
 * DfuSe memory-map strings, the names of the alternate settings (UM0424; formats/stm32-dfu.md, section 3):
 * `@name/0xADDR/count*size[unit]type[,...][/0xADDR/...]`.
 *
 * It does not know which chip speaks: what a region is (flash, OTP, option bytes) follows from its
 * address elsewhere, for names and type letters are known to lie.
 */

export interface SectorGroup {
  /** May be fractional: `04.5*01Kg` is four and a half sectors of 1 KiB. */
  readonly count: number;
  readonly sizeBytes: number;
}

/** One stretch of memory with the same type letter throughout. */
export interface MemoryRegion {
  readonly startAddress: number;
  /** Exact: fractional counts are rounded by total bytes, never by count. */
  readonly sizeBytes: number;
  readonly sectors: readonly SectorGroup[];
  readonly readable: boolean;
  readonly erasable: boolean;
  readonly writable: boolean;
}

export interface MemoryMap {
  /** The name in front of the first slash, without surrounding spaces. */
  readonly name: string;
  readonly regions: readonly MemoryRegion[];
}

export interface Sector {
  readonly address: number;
  readonly sizeBytes: number;
}

const ADDRESS_SPACE_BYTES = 2 ** 32;
const ADDRESS = /^\s*0x([0-9a-f]{1,8})\s*$/i;
const SECTORS = /^\s*(\d+(?:\.\d+)?)\s*\*\s*(\d+)\s*([BKMkm])?\s*([a-g])\s*$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 * 1024 };

/**
 * The map that `text` describes, or `undefined` when it is not a map string (another text, an
 * address beyond 32 bits, an empty group). Never throws.
 */
export function parseMemoryMap(text: string): MemoryMap | undefined {
  const [head, ...groups] = text.split('/');
  if (!head?.startsWith('@')) return undefined;
  if (groups.at(-1)?.trim() === '') groups.pop();
  if (groups.length === 0 || groups.length % 2 !== 0) return undefined;

  const regions: MemoryRegion[] = [];
  for (let at = 0; at < groups.length; at += 2) {
    const parsed = parseGroup(groups[at] ?? '', groups[at + 1] ?? '');
    if (parsed === undefined) return undefined;
    regions.push(...parsed);
  }
  return { name: head.slice(1).trim(), regions };
}

interface TypedSectors {
  readonly sectors: SectorGroup;
  readonly type: string;
}

/** An address with its list of sectors; cut into regions where the type letter changes. */
function parseGroup(addressText: string, listText: string): MemoryRegion[] | undefined {
  const address = ADDRESS.exec(addressText)?.[1];
  const list = parseSectorList(listText);
  if (address === undefined || list === undefined) return undefined;

  const regions: MemoryRegion[] = [];
  let startAddress = Number.parseInt(address, 16);
  for (const run of runsOfOneType(list)) {
    const region = regionOf(startAddress, run);
    if (region === undefined) return undefined;
    regions.push(region);
    startAddress += region.sizeBytes;
  }
  return regions;
}

function parseSectorList(text: string): TypedSectors[] | undefined {
  const items = text.split(',');
  if (items.length > 1 && items.at(-1)?.trim() === '') items.pop();
  const list: TypedSectors[] = [];
  for (const item of items) {
    const [, count, size, unit, type] = SECTORS.exec(item) ?? [];
    if (count === undefined || size === undefined || type === undefined) return undefined;
    const unitBytes = UNIT_BYTES[(unit ?? 'B').toUpperCase()] ?? 1;
    list.push({ sectors: { count: Number(count), sizeBytes: Number(size) * unitBytes }, type });
  }
  return list;
}

function runsOfOneType(list: readonly TypedSectors[]): TypedSectors[][] {
  const runs: TypedSectors[][] = [];
  for (const item of list) {
    const last = runs.at(-1);
    if (last?.[0]?.type === item.type) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

function regionOf(startAddress: number, run: readonly TypedSectors[]): MemoryRegion | undefined {
  const sectors = run.map((item) => item.sectors);
  const sizeBytes = Math.round(sectors.reduce((sum, one) => sum + one.count * one.sizeBytes, 0));
  // Written so that NaN fails too: Infinity * 0 is possible with absurd numbers.
  const fits = sizeBytes > 0 && startAddress + sizeBytes <= ADDRESS_SPACE_BYTES;
  if (!fits || sectors.some((one) => one.sizeBytes === 0)) return undefined;
  // The letter is 'a' + bits - 1: bit 0 readable, bit 1 erasable, bit 2 writable.
  const bits = (run[0]?.type.charCodeAt(0) ?? 0) - 'a'.charCodeAt(0) + 1;
  return {
    startAddress,
    sizeBytes,
    sectors,
    readable: (bits & 1) !== 0,
    erasable: (bits & 2) !== 0,
    writable: (bits & 4) !== 0,
  };
}

/** Whether the whole range lies inside the region. */
export function regionContains(region: MemoryRegion, address: number, lengthBytes = 1): boolean {
  return (
    address >= region.startAddress &&
    address + lengthBytes <= region.startAddress + region.sizeBytes
  );
}

/**
 * Sectors of the region that share at least one byte with the range, in ascending order. The last
 * sector of a fractional count is as short as the region leaves it.
 */
export function sectorsTouched(
  region: MemoryRegion,
  address: number,
  lengthBytes: number,
): readonly Sector[] {
  const touched: Sector[] = [];
  const regionEnd = region.startAddress + region.sizeBytes;
  let groupStart = region.startAddress;
  for (const group of region.sectors) {
    const groupEnd = Math.min(regionEnd, groupStart + Math.round(group.count * group.sizeBytes));
    const from = Math.max(address, groupStart);
    const to = Math.min(address + lengthBytes, groupEnd);
    const first = Math.floor((from - groupStart) / group.sizeBytes);
    for (let at = groupStart + first * group.sizeBytes; at < to; at += group.sizeBytes) {
      touched.push({ address: at, sizeBytes: Math.min(group.sizeBytes, groupEnd - at) });
    }
    groupStart = groupEnd;
  }
  return touched;
}
