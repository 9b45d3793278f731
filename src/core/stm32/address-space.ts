/**
 * What lies where on an STM32, by address (formats/stm32-dfu.md, sections 3 and 5). Interface
 * numbers, names and type letters of a bootloader are not trusted for this: ST's own H5 example marks
 * the OTP as erasable, and an L5 ROM names an OTP that is not there.
 */
import type { MemoryMap } from './memory-map.ts';

export type MemoryKind = 'flash' | 'otp' | 'option-bytes' | 'other';

interface AddressRange {
  readonly kind: MemoryKind;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * The only addresses that flash erase and flash write may ever touch. It ends before the first
 * OTP area of any family (C5: 0x08FFE000), so that a map that claims more cannot widen it.
 */
export const FLASH_RANGE = { from: 0x08000000, to: 0x08ffe000 } as const;

const RANGES: readonly AddressRange[] = [
  { kind: 'flash', ...FLASH_RANGE },
  { kind: 'otp', from: 0x08ffe000, to: 0x08fff800 }, // C5, H5, H7A3; factory data follows
  { kind: 'otp', from: 0x0bfa0000, to: 0x0bfa1000 }, // U5
  { kind: 'option-bytes', from: 0x40022000, to: 0x40022400 }, // H5, U5, L5, C5
  { kind: 'option-bytes', from: 0x52002000, to: 0x52002400 }, // H7
  { kind: 'option-bytes', from: 0x1fffc000, to: 0x1fffd000 }, // F4
];

export function kindOfAddress(address: number): MemoryKind {
  return RANGES.find((range) => address >= range.from && address < range.to)?.kind ?? 'other';
}

/** Whether flash erase and write may touch the whole range. */
export function isFlashRange(address: number, lengthBytes: number): boolean {
  return address >= FLASH_RANGE.from && address + lengthBytes <= FLASH_RANGE.to;
}

/** Whether all of the range belongs to one-time-programmable memory. */
export function isOtpRange(address: number, lengthBytes: number): boolean {
  return (
    kindOfAddress(address) === 'otp' &&
    kindOfAddress(address + Math.max(1, lengthBytes) - 1) === 'otp'
  );
}

/** What an alternate setting offers: the kind of its first region, when all of them agree. */
export function kindOfMap(map: MemoryMap | undefined): MemoryKind {
  const kinds = new Set(map?.regions.map((region) => kindOfAddress(region.startAddress)));
  const [kind] = kinds;
  return kinds.size === 1 && kind !== undefined ? kind : 'other';
}
