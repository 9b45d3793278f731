/**
 * Which fields a new image has, where they go and how large its header becomes (formats/wolfboot.md,
 * sections 11, 13 and 17). Works with lengths only, so it also answers before any private key is touched.
 */
import { encode, u64le } from '../../bytes/index.ts';
import { hashLengthBytes } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import {
  checkImageOptions,
  POLICY_MASK_BYTES,
  type DeltaOptions,
  type ImageKeys,
  type ImageOptions,
} from './image-options.ts';
import { leastHeaderBytes, signatureBytesOf } from './image-signature.ts';
import {
  DELTA_FLAG,
  DIGEST_TAGS,
  encodeNumber,
  IMAGE_FIELDS_OFFSET_BYTES,
  padded,
  TAG,
  TLV_HEAD_BYTES,
  UNSIGNED_KEY_TYPE,
  type TlvPad,
} from './image-tags.ts';

/** What the value of a field is made from. */
export type FieldSource =
  | { readonly from: 'options'; readonly bytes: Uint8Array }
  | { readonly from: 'primary-key' | 'secondary-key' | 'digest' }
  | { readonly from: 'signature' | 'secondary-signature' | 'policy' };

export interface PlannedField {
  readonly tag: number;
  /** Of the tag; the value follows four bytes later. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly source: FieldSource;
}

export interface ImageLayout {
  readonly fields: readonly PlannedField[];
  /** The offset of the digest's tag: what comes before it is hashed. */
  readonly digestOffsetBytes: number;
  readonly requiredBytes: number;
  readonly headerSizeBytes: number;
  /**
   * Set when the fields outgrew the header, to the size it would have had: the bootloader must be
   * built with the new size.
   */
  readonly grownFromBytes: number | undefined;
}

const SMALLEST_HEADER_BYTES = 256;

/**
 * `keys` are needed where the length of a signature depends on the key: LMS, XMSS, ML-DSA. Throws
 * `invalid-argument`, `key-invalid`, and `image-header-overflow` when the fields need more than the
 * header has: only certificate chain, custom TLVs, device tree digest and, where no size was asked for, a
 * second signature let it grow.
 */
export function planImageHeader(options: ImageOptions, keys: ImageKeys = {}): ImageLayout {
  checkImageOptions(options);
  const signing = signingLengths(options, keys);
  const fields = placeFields(fieldList(options, signing));
  const last = fields.at(-1);
  const requiredBytes = last ? last.offsetBytes + TLV_HEAD_BYTES + last.lengthBytes : 0;
  const startBytes = startingBytes(options, signing);
  const grows = requiredBytes > startBytes && mayGrow(options);
  if (requiredBytes > startBytes && !grows) throw overflow(requiredBytes, startBytes);
  const headerSizeBytes = grows ? nextPowerOfTwo(requiredBytes) : startBytes;
  return {
    fields: fields.map((field) => withInverseOffset(field, options.delta, headerSizeBytes)),
    digestOffsetBytes: fields.find(({ source }) => source.from === 'digest')?.offsetBytes ?? 0,
    requiredBytes,
    headerSizeBytes,
    grownFromBytes: grows ? startBytes : undefined,
  };
}

/** The one value that depends on how large the header becomes; its length does not. */
function withInverseOffset(
  field: PlannedField,
  delta: DeltaOptions | undefined,
  headerSizeBytes: number,
): PlannedField {
  if (field.tag !== TAG.deltaInverse || !delta) return field;
  const bytes = encodeNumber(headerSizeBytes + delta.inverseStartBytes, 4);
  return { ...field, source: { from: 'options', bytes } };
}

/** A header of the least size is doubled for both images of a delta run (section 13). */
function startingBytes(options: ImageOptions, signing: SigningLengths): number {
  const forced = options.unchecked?.headerSizeBytes;
  const bytes = forced ?? Math.max(leastBytes(options, signing), options.headerSizeBytes ?? 0);
  const isDeltaRun = options.deltaRun === true || options.delta !== undefined;
  return isDeltaRun && bytes === SMALLEST_HEADER_BYTES ? 2 * bytes : bytes;
}

interface SigningLengths {
  readonly primary: number | undefined;
  readonly secondary: number | undefined;
}

/** A length of a field has 16 bits. */
const LONGEST_SIGNATURE_BYTES = 0xffff;

function signingLengths(options: ImageOptions, keys: ImageKeys) {
  const { keyType, secondaryKeyType, unchecked } = options;
  const { primary, primaryAlgorithm, secondary, secondaryAlgorithm } = keys;
  const lengths = {
    primary:
      keyType === UNSIGNED_KEY_TYPE
        ? undefined
        : (unchecked?.signatureBytes ??
          signatureBytesOf(keyType, { publicKey: primary, algorithm: primaryAlgorithm })),
    secondary:
      secondaryKeyType === undefined
        ? undefined
        : signatureBytesOf(secondaryKeyType, {
            publicKey: secondary,
            algorithm: secondaryAlgorithm,
          }),
  };
  const longest = Math.max(lengths.primary ?? 0, lengths.secondary ?? 0);
  if (longest <= LONGEST_SIGNATURE_BYTES) return lengths;
  throw new AppError(
    'invalid-argument',
    `a signature of ${longest} bytes does not fit a field of an image; choose other parameters`,
  );
}

/** Hybrid: the larger of both, not their sum, as wolfBoot's sign starts too. */
function leastBytes({ keyType, secondaryKeyType, hash }: ImageOptions, lengths: SigningLengths) {
  const { primary, secondary } = lengths;
  return Math.max(
    SMALLEST_HEADER_BYTES,
    primary === undefined ? 0 : leastHeaderBytes(keyType, hash, primary),
    secondary === undefined || secondaryKeyType === undefined
      ? 0
      : leastHeaderBytes(secondaryKeyType, hash, secondary),
  );
}

/** For two signatures wolfBoot's sign would take the larger header of both, and fail. */
function mayGrow(options: ImageOptions): boolean {
  const { customTlvs, deviceTreeDigest, certificateChain } = options;
  if ((customTlvs ?? []).length > 0 || deviceTreeDigest || certificateChain) return true;
  return options.secondaryKeyType !== undefined && options.headerSizeBytes === undefined;
}

function nextPowerOfTwo(leastBytes: number): number {
  let size = SMALLEST_HEADER_BYTES;
  while (size < leastBytes) size *= 2;
  return size;
}

function overflow(requiredBytes: number, headerSizeBytes: number): AppError {
  return new AppError(
    'image-header-overflow',
    `the header needs ${requiredBytes} bytes but has ${headerSizeBytes}: set IMAGE_HEADER_SIZE to ${nextPowerOfTwo(requiredBytes)} here and in the bootloader's configuration`,
    { context: { requiredBytes, headerSizeBytes } },
  );
}

interface Item {
  readonly tag: number;
  readonly lengthBytes: number;
  readonly pad: TlvPad;
  readonly source: FieldSource;
}

/** The lines of section 11 in their order; each is there only if it applies. */
function fieldList(options: ImageOptions, signing: SigningLengths): readonly Item[] {
  const { deviceTreeDigest, certificateChain } = options;
  const digestBytes = hashLengthBytes(options.hash);
  return [
    given(TAG.version, encodeNumber(options.version, 4), 'none'),
    ...timeAndType(options),
    ...deltaFields(options.delta),
    ...(options.customTlvs ?? []).map(({ tag, value }) => given(tag, value)),
    ...(deviceTreeDigest ? [given(TAG.deviceTreeDigest, deviceTreeDigest)] : []),
    ...(certificateChain ? [given(TAG.certChain, certificateChain)] : []),
    made(TAG.pubkeyHint, digestBytes, 'primary-key'),
    ...secondaryKey(options, digestBytes),
    made(DIGEST_TAGS[options.hash], digestBytes, 'digest'),
    ...signatures(options, signing),
  ];
}

function given(tag: number, bytes: Uint8Array, pad: TlvPad = 'pad8'): Item {
  return { tag, lengthBytes: bytes.length, pad, source: { from: 'options', bytes } };
}

type Made = Exclude<FieldSource['from'], 'options'>;

function made(tag: number, lengthBytes: number, from: Made, pad: TlvPad = 'pad8'): Item {
  return { tag, lengthBytes, pad, source: { from } };
}

/** Without a timestamp its padding stays, now in front of the image type. */
function timeAndType({ timestamp, keyType, partitionId, delta }: ImageOptions): readonly Item[] {
  const flags = delta ? DELTA_FLAG : 0;
  const type = encodeNumber(keyType * 256 + flags + partitionId, 2);
  return timestamp === undefined
    ? [given(TAG.imageType, type)]
    : [given(TAG.timestamp, encode(u64le, timestamp)), given(TAG.imageType, type, 'none')];
}

/** Lines 4 to 6. */
function deltaFields(delta: DeltaOptions | undefined): readonly Item[] {
  if (!delta) return [];
  const { baseVersion, patchSizeBytes, inverseSizeBytes, baseDigest } = delta;
  return [
    given(TAG.deltaBase, encodeNumber(baseVersion, 4), 'pad4'),
    given(TAG.deltaSize, encodeNumber(patchSizeBytes, 4), 'pad4'),
    given(TAG.deltaInverse, encodeNumber(0, 4), 'pad4'),
    given(TAG.deltaInverseSize, encodeNumber(inverseSizeBytes, 4), 'pad4'),
    ...(baseDigest ? [given(TAG.deltaBaseHash, baseDigest)] : []),
  ];
}

/**
 * Line 12: only SHA-256 images align the second key's hint. A delta image does not name its second
 * key (section 14).
 */
function secondaryKey(
  { secondaryKeyType, hash, delta }: ImageOptions,
  digestBytes: number,
): readonly Item[] {
  if (secondaryKeyType === undefined || delta) return [];
  const pad = hash === 'sha256' ? 'pad8' : 'none';
  return [
    given(TAG.secondaryCipher, encodeNumber(secondaryKeyType * 256, 2)),
    made(TAG.secondaryPubkeyHint, digestBytes, 'secondary-key', pad),
  ];
}

function signatures(
  { policy }: ImageOptions,
  { primary, secondary }: SigningLengths,
): readonly Item[] {
  if (primary === undefined) return [];
  return [
    made(TAG.signature, primary, 'signature'),
    ...(secondary === undefined
      ? []
      : [made(TAG.secondarySignature, secondary, 'secondary-signature')]),
    ...(policy ? [made(TAG.policySignature, POLICY_MASK_BYTES + primary, 'policy')] : []),
  ];
}

function placeFields(items: readonly Item[]): readonly PlannedField[] {
  let at = IMAGE_FIELDS_OFFSET_BYTES;
  return items.map(({ tag, lengthBytes, pad, source }) => {
    const offsetBytes = padded(at, pad);
    at = offsetBytes + TLV_HEAD_BYTES + lengthBytes;
    return { tag, offsetBytes, lengthBytes, source };
  });
}
