/** Images somewhere in a larger run of bytes: a factory image, a flash dump. */
import { looksLikeImage } from '../image/image-parse.ts';
import { hashOfDigestTag } from '../image/image-tags.ts';
import { headerSizeByDigest, likelyHeaderSize, outlineHeader } from './header-size.ts';

export interface FoundImage {
  readonly offsetBytes: number;
  /** Header and firmware, as far as they are there. */
  readonly lengthBytes: number;
  /** The digest holds for these bytes. */
  readonly proven: boolean;
}

/** No partition starts between; sectors are multiples of it. */
const USUAL_ALIGNMENT_BYTES = 256;
/** A chip has two partitions; more are looked for, but not without end. */
const MOST_IMAGES = 16;

/**
 * What looks like an image and has a digest, at offsets that are multiples of `alignmentBytes`; none
 * inside another. Sixteen at most.
 */
export function findImages(
  bytes: Uint8Array,
  alignmentBytes = USUAL_ALIGNMENT_BYTES,
): readonly FoundImage[] {
  const found: FoundImage[] = [];
  for (let at = 0; at < bytes.length && found.length < MOST_IMAGES;) {
    const image = imageAt(bytes, at);
    if (image) found.push(image);
    const next = at + (image?.lengthBytes ?? 1);
    at = Math.ceil(next / alignmentBytes) * alignmentBytes;
  }
  return found;
}

function imageAt(bytes: Uint8Array, offsetBytes: number): FoundImage | undefined {
  const rest = bytes.subarray(offsetBytes);
  if (!looksLikeImage(rest)) return undefined;
  const outline = outlineHeader(rest);
  if (!outline?.tlvs.some(({ tag }) => hashOfDigestTag(tag) !== undefined)) return undefined;
  const proven = headerSizeByDigest(rest);
  const headerSizeBytes = proven ?? likelyHeaderSize(rest, outline, undefined);
  return {
    offsetBytes,
    lengthBytes: Math.min(rest.length, headerSizeBytes + outline.payloadSizeBytes),
    proven: proven !== undefined,
  };
}
