/**
 * Reads an image for `whyNotBoot`: as far as it goes, with the header size that the digest proves, so that one
 * wrong size does not hide what else there is to say.
 */
import type { AppError } from '../../errors.ts';
import { isAppError } from '../../errors.ts';
import { parseImage } from '../image/image-parse.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import { headerSizeByDigest, likelyHeaderSize, outlineHeader } from './header-size.ts';

export interface BootReading {
  /** Header and firmware as far as they are there, without what follows them. */
  readonly bytes: Uint8Array;
  readonly headerSizeBytes: number;
  /** The digest holds for this size. */
  readonly proven: boolean;
  readonly payloadSizeBytes: number;
  /** The file has so many bytes more (or, negative, less) than header and firmware. */
  readonly surplusBytes: number;
  /** The file is a header without any firmware. */
  readonly headerOnly: boolean;
  readonly image: WolfBootImage | undefined;
  /** Why there is no `image`. */
  readonly problem: AppError | undefined;
}

/** `expectedBytes`: the header size of the build. Undefined: no image at all. */
export function readForBoot(
  file: Uint8Array,
  fileName: string,
  expectedBytes: number | undefined,
): BootReading | undefined {
  const outline = outlineHeader(file);
  if (!outline) return undefined;
  const { payloadSizeBytes } = outline;
  const provenSize = headerSizeByDigest(file);
  const headerSizeBytes = provenSize ?? likelyHeaderSize(file, outline, expectedBytes);
  const surplusBytes = file.length - headerSizeBytes - payloadSizeBytes;
  const headerOnly = payloadSizeBytes > 0 && file.length === headerSizeBytes;
  const bytes = surplusBytes > 0 ? file.subarray(0, file.length - surplusBytes) : file;
  const isWhole = surplusBytes >= 0;
  const read = parseAsFarAsPossible(
    isWhole ? bytes : bytes.subarray(0, headerSizeBytes),
    fileName,
    Math.min(headerSizeBytes, bytes.length),
  );
  return {
    bytes,
    headerSizeBytes,
    proven: provenSize !== undefined,
    payloadSizeBytes,
    surplusBytes,
    headerOnly,
    ...read,
  };
}

function parseAsFarAsPossible(
  bytes: Uint8Array,
  fileName: string,
  headerSizeBytes: number,
): Pick<BootReading, 'image' | 'problem'> {
  try {
    return { image: parseImage(bytes, fileName, { headerSizeBytes }), problem: undefined };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { image: undefined, problem: error };
  }
}
