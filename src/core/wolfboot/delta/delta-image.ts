/** Delta images and what becomes of them on a board (formats/wolfboot.md, section 17). */
import { equalBytes, malformed } from '../../bytes/index.ts';
import { hash } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import { parseImage } from '../image/image-parse.ts';
import type { DeltaFields, WolfBootImage } from '../image/image-types.ts';
import { applyPatch } from './patch-apply.ts';

/** `forward`: from the base to the new image; `inverse`: the way back. */
export type DeltaDirection = 'forward' | 'inverse';

export interface DeltaFileNames {
  readonly diff?: string | undefined;
  readonly from?: string | undefined;
}

interface DeltaImage extends WolfBootImage {
  readonly delta: DeltaFields;
}

/**
 * The image that a board with sectors of this size has after the delta image `diff` was applied to
 * `from`: the new image, or the base again. Checks what the header says of both ends and the digest
 * of the result; signatures are left to `verifyImage`. Throws `delta-base-mismatch` when they do not
 * belong together, `malformed` and `unrecognised-file` for broken files, `invalid-argument` for an
 * impossible sector size or an image that is no delta. The caller owns the result.
 */
export function applyDeltaImage(
  diff: Uint8Array,
  from: Uint8Array,
  sectorSizeBytes: number,
  direction: DeltaDirection,
  names: DeltaFileNames = {},
): Uint8Array {
  const diffName = names.diff ?? 'delta image';
  const image = parseDelta(diff, diffName);
  checkStart(image, parseImage(from, names.from ?? 'image'), direction);
  const range = patchRange(image, diff.length, direction);
  const patch = diff.subarray(range.startBytes, range.endBytes);
  const target = applyPatch(from, patch, sectorSizeBytes, {
    fileName: diffName,
    patchOffsetBytes: range.startBytes,
  });
  checkResult(image, target, direction);
  return target;
}

/** Where the patch lies in the delta image. Throws `malformed`, also when there is none that way. */
export function patchRange(
  image: WolfBootImage,
  fileBytes: number,
  direction: DeltaDirection,
): { readonly startBytes: number; readonly endBytes: number } {
  const { delta, headerSizeBytes, fileName } = image;
  const inverse = direction === 'inverse';
  const startBytes = inverse ? delta?.inverseOffsetBytes : headerSizeBytes;
  const sizeBytes = inverse ? delta?.inverseSizeBytes : delta?.patchSizeBytes;
  const field = inverse ? 'delta_inverse' : 'delta_size';
  const at = image.tlvs.find(({ name }) => name === field)?.offsetBytes ?? 0;
  if (startBytes === undefined || sizeBytes === undefined) {
    throw malformed(fileName, at, field, `is missing: the image has no ${direction} patch`);
  }
  const endBytes = startBytes + sizeBytes;
  if (startBytes < headerSizeBytes || endBytes > fileBytes) {
    throw malformed(
      fileName,
      at,
      field,
      `names bytes ${startBytes} to ${endBytes}; the patches lie between ${headerSizeBytes} and ${fileBytes}`,
    );
  }
  return { startBytes, endBytes };
}

function parseDelta(diff: Uint8Array, fileName: string): DeltaImage {
  const image = parseImage(diff, fileName);
  const { delta } = image;
  if (!delta) {
    throw new AppError(
      'invalid-argument',
      `${fileName} is a whole image, not a delta image: it can be used as it is`,
      { context: { file: fileName } },
    );
  }
  if (!image.payloadPresent) {
    throw malformed(
      fileName,
      image.headerSizeBytes,
      'payload',
      'is missing: this is only a header',
    );
  }
  return { ...image, delta };
}

/** What a bootloader compares before it touches its flash. */
function checkStart(
  { delta, version }: DeltaImage,
  from: WolfBootImage,
  direction: DeltaDirection,
) {
  const inverse = direction === 'inverse';
  const expected = inverse ? version : delta.baseVersion;
  if (from.delta) {
    throw mismatch(`${from.fileName} is a delta image too; give the whole image that runs`, from);
  }
  if (from.version !== expected) {
    throw mismatch(
      `the ${direction} patch is for version ${expected}; ${from.fileName} is version ${from.version}`,
      from,
    );
  }
  if (!inverse && delta.baseDigest && !equalBytes(delta.baseDigest, from.digest)) {
    throw mismatch(
      `the delta image was made from another image of version ${expected} than ${from.fileName}: the digests differ`,
      from,
    );
  }
}

/** A wrong sector size gives an image too, but not the one that was signed. */
function checkResult(image: DeltaImage, target: Uint8Array, direction: DeltaDirection): void {
  const expected = direction === 'inverse' ? image.delta.baseVersion : image.version;
  const advice = 'is the sector size that of the bootloader, and the image the right one?';
  let result: WolfBootImage;
  try {
    result = parseImage(target, 'result');
  } catch (error) {
    throw mismatch(`the ${direction} patch does not give an image: ${advice}`, image, error);
  }
  if (result.version !== expected) {
    throw mismatch(
      `the ${direction} patch gives version ${result.version}, not ${expected}: ${advice}`,
      image,
    );
  }
  const { digestOffsetBytes, headerSizeBytes, payloadSizeBytes, digest } = result;
  const computed = hash(
    result.hash,
    target.subarray(0, digestOffsetBytes),
    target.subarray(headerSizeBytes, headerSizeBytes + payloadSizeBytes),
  );
  if (!equalBytes(computed, digest)) {
    throw mismatch(`the ${direction} patch gives an image with a wrong digest: ${advice}`, image);
  }
  const { baseDigest } = image.delta;
  if (direction === 'inverse' && baseDigest && !equalBytes(digest, baseDigest)) {
    throw mismatch('the inverse patch gives another image than the base', image);
  }
}

function mismatch(problem: string, { fileName }: WolfBootImage, cause?: unknown): AppError {
  return new AppError('delta-base-mismatch', problem, { context: { file: fileName }, cause });
}
