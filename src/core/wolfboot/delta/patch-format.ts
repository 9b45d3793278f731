/**
 * The stream of a delta patch (formats/wolfboot.md, section 17): literal bytes, and copies of what the
 * receiver's flash holds while its partition is rewritten sector by sector.
 */
import { AppError } from '../../errors.ts';

/** Starts a copy; doubled it is a literal. */
export const ESCAPE = 0x7f;

/** Escape, u24 address and u16 length, both big-endian. */
export const COPY_BYTES = 6;

/** wolfBoot's own encoder copies nothing shorter, and it would save nothing. */
export const SHORTEST_COPY_BYTES = 6;
export const LONGEST_COPY_BYTES = 0xffff;

/** Addresses have 24 bits. */
export const LARGEST_FILE_BYTES = 0x1000000;

const LARGEST_SECTOR_BYTES = 0xffff;

/** Whether a copy may begin there: an address that starts with the escape would read as a literal. */
export function mayCopyFrom(address: number): boolean {
  return address >>> 16 !== ESCAPE;
}

/** Throws `invalid-argument` for a sector size that wolfBoot's delta updates cannot have. */
export function checkSectorSize(sectorSizeBytes: number): void {
  if (
    Number.isInteger(sectorSizeBytes) &&
    sectorSizeBytes > 0 &&
    sectorSizeBytes <= LARGEST_SECTOR_BYTES
  ) {
    return;
  }
  throw new AppError(
    'invalid-argument',
    `a sector size of ${sectorSizeBytes} bytes does not work with delta updates: WOLFBOOT_SECTOR_SIZE goes from 1 to ${LARGEST_SECTOR_BYTES}`,
    { context: { sectorSizeBytes } },
  );
}

/** Throws `image-too-large`. */
export function checkFileSize(what: string, file: Uint8Array): void {
  if (file.length <= LARGEST_FILE_BYTES) return;
  throw new AppError(
    'image-too-large',
    `the ${what} has ${file.length} bytes; delta updates end at 16 MiB (${LARGEST_FILE_BYTES} bytes)`,
    { context: { imageBytes: file.length, mostBytes: LARGEST_FILE_BYTES } },
  );
}
