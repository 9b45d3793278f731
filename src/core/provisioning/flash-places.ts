/** What lies where in the flash of one board with one bootloader; the ground that a project is drawn on. */
import { boards, type BoardDescription } from '../stm32/index.ts';
import { nonSecureFlashAddress, type BootloaderProfile } from '../wolfboot/index.ts';
import { FLASH_START } from './firmware-pieces.ts';
import type { PartitionName } from './flash-problems.ts';

export interface FlashPlace {
  readonly name: 'bootloader' | PartitionName | 'otp';
  /** Non-secure. */
  readonly address: number;
  readonly sizeBytes: number;
}

/** The board that stands for the profile's chips until one is looked at. */
export function usualBoard({ target }: BootloaderProfile): BoardDescription {
  const board = boards.find(({ otp }) => otp.target === target);
  // `boards` has one of every target; a test keeps it so.
  return board as BoardDescription;
}

/** By address; without partitions only the OTP area is known. */
export function flashPlaces(
  { partitions }: BootloaderProfile,
  { otp }: BoardDescription,
): readonly FlashPlace[] {
  const area = { name: 'otp', address: otp.baseAddress, sizeBytes: otp.sizeBytes } as const;
  if (partitions === undefined) return [area];
  const { sizeBytes, sectorBytes, swapAddress } = partitions;
  const boot = nonSecureFlashAddress(partitions.bootAddress);
  const update = nonSecureFlashAddress(partitions.updateAddress);
  const places: FlashPlace[] = [
    { name: 'bootloader', address: FLASH_START, sizeBytes: boot - FLASH_START },
    { name: 'boot', address: boot, sizeBytes },
    { name: 'update', address: update, sizeBytes },
  ];
  if (swapAddress !== undefined) {
    const address = nonSecureFlashAddress(swapAddress);
    places.push({ name: 'swap', address, sizeBytes: sectorBytes });
  }
  return [...places.sort((a, b) => a.address - b.address), area];
}

export interface AddressRange {
  readonly address: number;
  readonly lengthBytes: number;
}

/** What two ranges share; undefined: nothing. */
export function sharedRange(a: AddressRange, b: AddressRange): AddressRange | undefined {
  const address = Math.max(a.address, b.address);
  const end = Math.min(a.address + a.lengthBytes, b.address + b.lengthBytes);
  return address < end ? { address, lengthBytes: end - address } : undefined;
}
