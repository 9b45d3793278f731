/**
 * What a delta image carries and what its header says of it (formats/wolfboot.md, section 17). The
 * header itself is laid out by `planImageHeader`.
 */
import { concatBytes } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { DeltaOptions } from '../image/image-options.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import type { DeltaPatches } from './patch-make.ts';

/** The inverse patch starts at a multiple of these, so that a cipher can start there too. */
const PADDING_BYTES = 16;
const ENCRYPTED_PADDING_BYTES = 64;

export interface DeltaPayload {
  /** What a delta image has after its header: forward patch, zeros, inverse patch. */
  readonly payload: Uint8Array;
  /** Of the forward patch, without its padding. */
  readonly patchSizeBytes: number;
  readonly inverseStartBytes: number;
  readonly inverseSizeBytes: number;
}

/** The payload of a delta image; `forEncryption`: `--encrypt` was given. The caller owns it. */
export function deltaPayload(patches: DeltaPatches, forEncryption: boolean): DeltaPayload {
  const { forward, inverse } = patches;
  const unit = forEncryption ? ENCRYPTED_PADDING_BYTES : PADDING_BYTES;
  const inverseStartBytes = Math.ceil(forward.length / unit) * unit;
  return {
    payload: concatBytes(forward, new Uint8Array(inverseStartBytes - forward.length), inverse),
    patchSizeBytes: forward.length,
    inverseStartBytes,
    inverseSizeBytes: inverse.length,
  };
}

/**
 * What the header of the delta image says: `base` as it stands on the boards, `next` the whole new
 * image. `withBaseDigest` false is `--no-base-sha`: boards then go by the version alone. Throws
 * `invalid-argument` where wolfBoot could not apply it.
 */
export function deltaOptionsFor(
  base: WolfBootImage,
  next: Pick<WolfBootImage, 'hash'>,
  payload: Omit<DeltaPayload, 'payload'>,
  withBaseDigest = true,
): DeltaOptions {
  if (base.delta) {
    throw refused(base, 'is a delta image itself; give the whole image that runs on the boards');
  }
  if (!base.payloadPresent) throw refused(base, 'is a header without its firmware');
  if (base.version === 0) {
    throw refused(
      base,
      'has version 0, which a bootloader takes for "no image"; sign it with another',
    );
  }
  if (base.hash !== next.hash) {
    throw refused(
      base,
      `is hashed with ${base.hash}, the new image with ${next.hash}; use the same`,
    );
  }
  const { patchSizeBytes, inverseStartBytes, inverseSizeBytes } = payload;
  return {
    baseVersion: base.version,
    patchSizeBytes,
    inverseStartBytes,
    inverseSizeBytes,
    baseDigest: withBaseDigest ? base.digest : undefined,
  };
}

/**
 * No board runs both images: one bootloader has one header size, so the base must have the header of
 * the new image. wolfBoot's sign does not look. Throws `invalid-argument`.
 */
export function checkDeltaHeaders(
  base: WolfBootImage,
  next: Pick<WolfBootImage, 'headerSizeBytes'>,
): void {
  if (base.headerSizeBytes === next.headerSizeBytes) return;
  throw refused(
    base,
    `has a header of ${base.headerSizeBytes} bytes, the new image one of ${next.headerSizeBytes}: no bootloader boots both. A delta run doubles a header of 256 bytes, so the base must have been signed with IMAGE_HEADER_SIZE=${next.headerSizeBytes} as well`,
  );
}

function refused({ fileName }: WolfBootImage, problem: string): AppError {
  return new AppError('invalid-argument', `the base image ${fileName} ${problem}`, {
    context: { file: fileName },
  });
}
