/** Applies a patch as the bootloader does (formats/wolfboot.md, section 17). */
import { malformed } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import {
  checkFileSize,
  checkSectorSize,
  COPY_BYTES,
  ESCAPE,
  LARGEST_FILE_BYTES,
} from './patch-format.ts';

export interface PatchLimits {
  /** For messages. */
  readonly fileName: string;
  /** Where the patch starts in that file; messages count from the file's start. */
  readonly patchOffsetBytes?: number | undefined;
  /** What the result must have; without it up to 16 MiB. */
  readonly targetBytes?: number | undefined;
}

/**
 * What flash of sectors of this size, holding `base`, holds after `patch`. The caller owns the result.
 * Throws `malformed` naming the offset, `invalid-argument` for an impossible sector size,
 * `image-too-large` for a base beyond 16 MiB.
 */
export function applyPatch(
  base: Uint8Array,
  patch: Uint8Array,
  sectorSizeBytes: number,
  limits: PatchLimits,
): Uint8Array {
  checkSectorSize(sectorSizeBytes);
  checkFileSize('base image', base);
  const target = new Uint8Array(patchedBytes(patch, limits));
  let at = 0;
  let filled = 0;
  while (at < patch.length) {
    const record = readRecord(patch, at, limits);
    if (record.copyBytes === undefined) {
      target[filled++] = record.literal;
    } else {
      const missing = copy(base, target, filled, record, sectorSizeBytes);
      if (missing !== undefined) {
        throw broken(
          limits,
          at,
          'copy',
          `reads address ${missing} for byte ${filled} of the new image; the base image has ${base.length} bytes`,
        );
      }
      filled += record.copyBytes;
    }
    at += record.recordBytes;
  }
  return target;
}

interface PatchRecord {
  readonly recordBytes: number;
  readonly literal: number;
  readonly address: number;
  /** undefined: a literal. */
  readonly copyBytes: number | undefined;
}

/** How long the result becomes; nothing of it is made before that is known to be sensible. */
function patchedBytes(patch: Uint8Array, limits: PatchLimits): number {
  const { targetBytes } = limits;
  const mostBytes = targetBytes ?? LARGEST_FILE_BYTES;
  let at = 0;
  let filled = 0;
  while (at < patch.length) {
    const { recordBytes, copyBytes } = readRecord(patch, at, limits);
    filled += copyBytes ?? 1;
    if (filled > mostBytes) {
      throw broken(limits, at, 'patch', `gives more than ${mostBytes} bytes`);
    }
    at += recordBytes;
  }
  if (targetBytes !== undefined && filled !== targetBytes) {
    throw broken(limits, at, 'patch', `gives ${filled} bytes, not ${targetBytes}`);
  }
  return filled;
}

function readRecord(patch: Uint8Array, at: number, limits: PatchLimits): PatchRecord {
  const first = byte(patch, at);
  if (first !== ESCAPE) {
    return { recordBytes: 1, literal: first, address: 0, copyBytes: undefined };
  }
  if (patch.length - at >= 2 && patch[at + 1] === ESCAPE) {
    return { recordBytes: 2, literal: ESCAPE, address: 0, copyBytes: undefined };
  }
  if (patch.length - at < COPY_BYTES) {
    throw broken(
      limits,
      at,
      'copy',
      `needs ${COPY_BYTES} bytes, but only ${patch.length - at} are left`,
    );
  }
  return {
    recordBytes: COPY_BYTES,
    literal: 0,
    address: byte(patch, at + 1) * 0x10000 + byte(patch, at + 2) * 0x100 + byte(patch, at + 3),
    copyBytes: byte(patch, at + 4) * 0x100 + byte(patch, at + 5),
  };
}

/** Bytes below the sector that is being written are new already. Returns an address that is in neither. */
function copy(
  base: Uint8Array,
  target: Uint8Array,
  from: number,
  { address, copyBytes }: PatchRecord,
  sectorSizeBytes: number,
): number | undefined {
  const end = from + (copyBytes ?? 0);
  let to = from;
  while (to < end) {
    const sectorStart = to - (to % sectorSizeBytes);
    const source = address + to - from;
    const left = Math.min(end, sectorStart + sectorSizeBytes) - to;
    if (source < sectorStart) {
      const run = Math.min(left, sectorStart - source);
      target.copyWithin(to, source, source + run);
      to += run;
    } else {
      if (source + left > base.length) return Math.max(source, base.length);
      target.set(base.subarray(source, source + left), to);
      to += left;
    }
  }
  return undefined;
}

function byte(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new AppError('internal', 'read beyond the patch');
  return value;
}

function broken(
  { fileName, patchOffsetBytes = 0 }: PatchLimits,
  at: number,
  field: string,
  problem: string,
) {
  return malformed(fileName, patchOffsetBytes + at, field, problem);
}
