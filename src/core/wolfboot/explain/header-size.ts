/**
 * How large the header of an image really is. The header does not say, and a bootloader built for another
 * size finds no firmware where it looks (formats/wolfboot.md, section 23, 28). The digest proves a size: it
 * holds for the header's fields and for the firmware that starts right there.
 */
import { equalBytes, Reader, u32le } from '../../bytes/index.ts';
import { hash, type HashId } from '../../crypto/index.ts';
import { looksLikeImage } from '../image/image-parse.ts';
import { walkHeader, type FoundTlv } from '../image/image-walk.ts';
import {
  HEADER_FILLER,
  hashOfDigestTag,
  IMAGE_FIELDS_OFFSET_BYTES,
  IMAGE_MAGIC,
  TAG,
} from '../image/image-tags.ts';

/** Larger ones were never seen; signatures of XMSS^MT ask for 18.5 KB. */
const LARGEST_HEADER_BYTES = 65_536;
const USUAL_SIZES: readonly number[] = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
/** Together this many bytes are hashed at most, however many sizes could be tried. */
const MOST_HASHED_BYTES = 32 * 1024 * 1024;
/** However large the firmware is, this many likely sizes are tried. */
const LEAST_TRIES = 16;
const MOST_TRIES = 2048;

/** What can be seen of a header before its size is known. */
export interface HeaderOutline {
  readonly payloadSizeBytes: number;
  readonly tlvs: readonly FoundTlv[];
  /** Where the last field ends that is surely one: the signature's, or else the last known tag's. */
  readonly fieldsEndBytes: number;
  /** The first byte after the fields that is no filler; no larger than the file. */
  readonly fillerEndBytes: number;
}

/** Undefined: no image, or one of which not even the start is there. */
export function outlineHeader(bytes: Uint8Array): HeaderOutline | undefined {
  if (!looksLikeImage(bytes) || bytes.length < IMAGE_FIELDS_OFFSET_BYTES) return undefined;
  const most = Math.min(bytes.length, LARGEST_HEADER_BYTES);
  const { tlvs } = walkHeader(bytes, most);
  const digest = tlvs.findIndex(({ tag }) => hashOfDigestTag(tag) !== undefined);
  const sure = tlvs.slice(0, digest + 1);
  // Behind the digest only signatures are looked for: what else reads as a field may be firmware.
  for (const tlv of tlvs.slice(digest + 1)) {
    if (!SIGNATURES.includes(tlv.tag)) break;
    sure.push(tlv);
  }
  const fieldsEndBytes = sure.at(-1)?.endBytes ?? IMAGE_FIELDS_OFFSET_BYTES;
  let fillerEndBytes = fieldsEndBytes;
  while (fillerEndBytes < most && bytes[fillerEndBytes] === HEADER_FILLER) fillerEndBytes++;
  return { payloadSizeBytes: readSize(bytes), tlvs: sure, fieldsEndBytes, fillerEndBytes };
}

const SIGNATURES: readonly number[] = [TAG.signature, TAG.secondarySignature, TAG.policySignature];

function readSize(bytes: Uint8Array): number {
  return u32le.read(new Reader(bytes, 'image', IMAGE_MAGIC.length));
}

/**
 * The header size for which the digest is right, for files and for flash as read from a board, where more
 * may follow the firmware. Undefined: no image, a changed one, or none of the likely sizes. The work is
 * bounded, whatever the bytes are: the sizes of section 13 and those at which the filler ends come first.
 * An image without firmware proves nothing; then it is what the file's length says.
 */
export function headerSizeByDigest(bytes: Uint8Array): number | undefined {
  const outline = outlineHeader(bytes);
  const digest = outline && digestField(outline);
  if (!outline || !digest) return undefined;
  const { payloadSizeBytes } = outline;
  const prefix = bytes.subarray(0, digest.offsetBytes);
  const expected = bytes.subarray(digest.valueOffsetBytes, digest.endBytes);
  const tries = Math.max(LEAST_TRIES, Math.floor(MOST_HASHED_BYTES / (payloadSizeBytes + 1)));
  const candidates = candidateSizes(bytes, outline, digest);
  return candidates.slice(0, Math.min(tries, MOST_TRIES)).find((size) => {
    const payload = bytes.subarray(size, size + payloadSizeBytes);
    return equalBytes(hash(digest.hash, prefix, payload), expected);
  });
}

interface DigestField extends FoundTlv {
  readonly hash: HashId;
}

function digestField({ tlvs }: HeaderOutline): DigestField | undefined {
  for (const tlv of tlvs) {
    const id = hashOfDigestTag(tlv.tag);
    if (id !== undefined) return { ...tlv, hash: id };
  }
  return undefined;
}

/** Likely ones first, none twice, none that would leave out a field or reach beyond the file. */
function candidateSizes(
  bytes: Uint8Array,
  outline: HeaderOutline,
  digest: DigestField,
): readonly number[] {
  const { payloadSizeBytes, fieldsEndBytes, fillerEndBytes, tlvs } = outline;
  const inferred = bytes.length - payloadSizeBytes;
  const signatures = tlvs.filter(({ tag }) => SIGNATURES.includes(tag));
  const sizes = new Set([inferred]);
  if (payloadSizeBytes > 0) {
    sizes.add(fillerEndBytes);
    for (const size of USUAL_SIZES) sizes.add(size);
    for (const { endBytes, valueOffsetBytes } of signatures) {
      sizes.add(2 * (endBytes - valueOffsetBytes));
    }
    // The firmware seldom begins with filler, and never before the fields end.
    for (const step of [1024, 256, 64, 16, 4, 1]) {
      const first = Math.floor(fillerEndBytes / step) * step;
      for (let size = first; size >= fieldsEndBytes; size -= step) {
        if (sizes.size > MOST_TRIES) break;
        sizes.add(size);
      }
    }
  }
  const inside = [...sizes].filter(
    (size) => size >= digest.endBytes && size + payloadSizeBytes <= bytes.length,
  );
  // In a dump the same firmware may stand once more: what lies behind filler only comes first.
  const isFiller = (size: number): boolean => size <= fillerEndBytes;
  return [...inside.filter(isFiller), ...inside.filter((size) => !isFiller(size))];
}

/**
 * The likeliest size where no digest can prove one, because the firmware was cut or changed: where the
 * filler ends, if that is a usual place, or else what the file's length says, or else the smallest usual
 * size with room for the fields.
 */
export function likelyHeaderSize(
  bytes: Uint8Array,
  outline: HeaderOutline,
  expectedBytes: number | undefined,
): number {
  const { payloadSizeBytes, fieldsEndBytes, fillerEndBytes } = outline;
  const inferred = bytes.length - payloadSizeBytes;
  const endsInFiller = fillerEndBytes === bytes.length;
  const possible = (size: number): boolean =>
    size >= fieldsEndBytes && (size <= fillerEndBytes || endsInFiller);
  if (possible(inferred) && isUsual(inferred)) return inferred;
  if (isUsual(fillerEndBytes)) return fillerEndBytes;
  if (expectedBytes !== undefined && possible(expectedBytes)) return expectedBytes;
  if (possible(inferred) && inferred === fillerEndBytes) return inferred;
  return (
    USUAL_SIZES.findLast(possible) ??
    USUAL_SIZES.find((size) => size >= fieldsEndBytes) ??
    fieldsEndBytes
  );
}

function isUsual(size: number): boolean {
  return USUAL_SIZES.includes(size);
}
