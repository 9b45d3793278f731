/**
 * What devices do otherwise than the documents say, who saw it, and what the engine does about it. All the
 * engine's waits and deadlines come from here, so that none of its numbers stands for a device that nobody can
 * name. A device is known by its memory maps, as everywhere (formats/stm32-dfu.md, section 1: never by
 * VID:PID or product string); what harms nobody is done for all.
 */
import type { DfuDescription } from './dfu-types.ts';
import type { MemoryRegion } from './memory-map.ts';

export interface DfuTiming {
  /** How long a healthy device may take, generously; each grows by what the device states itself. */
  readonly setAddressMs: number;
  readonly eraseSectorMs: number;
  readonly writeBlockMs: number;
  readonly writeOptionsMs: number;
  readonly massEraseMs: number;
  /** During a mass erase it is not asked before this has passed, whatever it states. */
  readonly massEraseAtLeastMs: number;
  /** A stated wait below is taken for this one. */
  readonly shortestWaitMs: number;
  /** A stated wait above is taken for this one. */
  readonly longestWaitMs: number;
  /** How often GETSTATUS may stall in a row before the stall is believed. */
  readonly statusStalls: number;
  /** Wait after a stalled GETSTATUS of a device that has not stated any yet. */
  readonly stallPauseMs: number;
  /** A device that stays dfuDNBUSY beyond all patience is sent two CLRSTATUS. */
  readonly freeByClearStatus: boolean;
}

/** Deadlines that hold on H5 (formats/stm32-dfu.md, section 2, "bwPollTimeout quirks"). */
export const usualTiming: DfuTiming = {
  setAddressMs: 2_000,
  eraseSectorMs: 5_000,
  writeBlockMs: 5_000,
  writeOptionsMs: 5_000,
  massEraseMs: 60_000,
  massEraseAtLeastMs: 0,
  shortestWaitMs: 1,
  longestWaitMs: 60_000,
  statusStalls: 4,
  stallPauseMs: 20,
  freeByClearStatus: false,
};

export type DfuQuirkId =
  // Seen somewhere, met everywhere: the answer costs a healthy device nothing.
  | 'states-no-wait'
  | 'states-absurd-wait'
  | 'states-long-waits'
  | 'stalls-status-while-busy'
  | 'stalls-clear-status'
  | 'hangs-on-functional-descriptor'
  | 'leave-locks-up'
  // Met by the memory maps of the devices.
  | 'mass-erase-states-too-little'
  | 'never-leaves-busy'
  | 'large-sectors-take-long';

export interface DfuQuirk {
  readonly id: DfuQuirkId;
  /** The devices it was seen on. */
  readonly devices: string;
  /** Where it is written down. */
  readonly source: string;
  /** What the engine does about it. */
  readonly answer: string;
  readonly applies: (flash: readonly MemoryRegion[], options: readonly MemoryRegion[]) => boolean;
  readonly timing: Partial<DfuTiming>;
}

const everywhere = (): boolean => true;

const KIB = 1024;
const FLASH_START = 0x08000000;
const H7_OPTION_BYTES = 0x5200201c;

const SECTION_2 = 'formats/stm32-dfu.md, section 2';

export const dfuQuirks: readonly DfuQuirk[] = [
  {
    id: 'states-no-wait',
    devices: 'any; bwPollTimeout 0 is legal',
    source: `${SECTION_2}, "bwPollTimeout quirks"`,
    answer: 'sleeps a moment before it asks again, and no longer than the deadline',
    applies: everywhere,
    timing: { shortestWaitMs: 1 },
  },
  {
    id: 'states-absurd-wait',
    devices: 'any; a corrupted reading',
    source: `${SECTION_2}, "bwPollTimeout quirks"`,
    answer: 'a wait of more than a minute is taken for a minute, which the transcript shows',
    applies: everywhere,
    timing: { longestWaitMs: 60_000 },
  },
  {
    id: 'states-long-waits',
    devices: "bootloaders built on ST's H5 example: 244 ms for every command",
    source: `${SECTION_2}, "bwPollTimeout quirks"`,
    answer: 'waits as long as it says; slow is not hung, deadlines grow by what was stated',
    applies: everywhere,
    timing: {},
  },
  {
    id: 'stalls-status-while-busy',
    devices: 'parts for which dfu-util keeps a workaround',
    source: `${SECTION_2}, "States and how to get back to idle"`,
    answer: 'asks again after the wait that was stated last, a few times',
    applies: everywhere,
    timing: { statusStalls: 4, stallPauseMs: 20 },
  },
  {
    id: 'stalls-clear-status',
    devices: 'V3.0 ROMs (seen on C5): CLRSTATUS stalls in every state but dfuERROR',
    source: `${SECTION_2}, "States and how to get back to idle"`,
    answer: 'sends the one request that the state calls for, never CLRSTATUS on suspicion',
    applies: everywhere,
    timing: { freeByClearStatus: false },
  },
  {
    id: 'hangs-on-functional-descriptor',
    devices: 'C5 V3.0 ROM: GET_DESCRIPTOR for type 0x21 is never answered',
    source: 'formats/stm32-dfu.md, section 1',
    answer: 'finds the functional descriptor inside the configuration descriptor',
    applies: everywhere,
    timing: {},
  },
  {
    id: 'leave-locks-up',
    devices: 'H563: the core faults after a leave',
    source: 'formats/stm32-dfu.md, section 4',
    answer: 'leaving is not offered; a person releases BOOT0 and presses reset',
    applies: everywhere,
    timing: {},
  },
  {
    id: 'mass-erase-states-too-little',
    devices: 'F405, F407: sectors of 16, 64 and 128 KiB',
    source: `${SECTION_2}, "bwPollTimeout quirks"; dfu-util waits 35 s, too`,
    answer: 'does not ask before 35 s have passed',
    applies: (flash) => hasSectors(flash, 16 * KIB) && hasSectors(flash, 128 * KIB),
    timing: { massEraseAtLeastMs: 35_000 },
  },
  {
    id: 'never-leaves-busy',
    devices: 'H743, H753, revision V: stays dfuDNBUSY after an erase',
    source: `${SECTION_2}, "States and how to get back to idle"`,
    answer: 'two CLRSTATUS when its wait and a margin have passed, then looks at the sector',
    applies: (flash, options) => isH743(flash, options),
    timing: { freeByClearStatus: true },
  },
  {
    id: 'large-sectors-take-long',
    devices: 'sectors of 64 KiB and more: F4, F7, H743',
    source: 'data sheets: up to 4 s for an erase of 128 KiB; the rest is margin',
    answer: 'waits up to 15 s for a sector',
    applies: (flash) =>
      flash.some((region) => region.sectors.some(({ sizeBytes }) => sizeBytes >= 64 * KIB)),
    timing: { eraseSectorMs: 15_000 },
  },
];

export interface QuirksFound {
  readonly ids: readonly DfuQuirkId[];
  readonly timing: DfuTiming;
}

/** The rows that fit the device, and the timing that they make together. */
export function quirksOf(alternates: DfuDescription['alternates']): QuirksFound {
  const regions = (kind: 'flash' | 'option-bytes'): readonly MemoryRegion[] =>
    alternates.flatMap((one) => (one.kind === kind ? (one.map?.regions ?? []) : []));
  const [flash, options] = [regions('flash'), regions('option-bytes')];
  const found = dfuQuirks.filter((quirk) => quirk.applies(flash, options));
  return {
    ids: found.map(({ id }) => id),
    timing: found.reduce((timing, quirk) => ({ ...timing, ...quirk.timing }), usualTiming),
  };
}

function hasSectors(regions: readonly MemoryRegion[], sizeBytes: number): boolean {
  return regions.some(
    (region) =>
      region.startAddress === FLASH_START &&
      region.sectors.some((group) => group.sizeBytes === sizeBytes),
  );
}

/** 128 KiB throughout, and where it tells, the option bytes of an H7. */
function isH743(flash: readonly MemoryRegion[], options: readonly MemoryRegion[]): boolean {
  const uniform =
    flash.length > 0 &&
    flash.every((region) => region.sectors.every((group) => group.sizeBytes === 128 * KIB));
  return (
    uniform &&
    (options.length === 0 || options.some((region) => region.startAddress === H7_OPTION_BYTES))
  );
}
