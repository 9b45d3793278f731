/**
 * Reads signed firmware images, delta images and saved headers (formats/wolfboot.md, sections 11 to
 * 17). Says what stands in them; whether a board would accept them is `verifyImage`.
 */
import {
  asciiToBytes,
  bytesToLatin1,
  equalBytes,
  malformed,
  Reader,
  toHex,
  u32le,
} from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { OTP_MAGIC } from '../otp.ts';
import { POLICY_MASK_BYTES } from './image-options.ts';
import { findHeaderSize } from './image-size.ts';
import { imageSpans } from './image-spans.ts';
import {
  DELTA_FLAG,
  hashOfDigestTag,
  IMAGE_FIELDS_OFFSET_BYTES,
  IMAGE_MAGIC,
  numberOf,
  PARTITION_ID_MASK,
  secondaryKeyType,
  secondsOf,
  TAG,
  tagName,
  tagRow,
  UNSIGNED_KEY_TYPE,
} from './image-tags.ts';
import type { DeltaFields, ImageTlv, SecondarySignature, WolfBootImage } from './image-types.ts';
import { walkHeader, type HeaderWalk } from './image-walk.ts';
import { imageWarnings } from './image-warnings.ts';

export interface ImageReadOptions {
  /** IMAGE_HEADER_SIZE of the bootloader; without it it follows from the file. */
  readonly headerSizeBytes?: number | undefined;
}

/**
 * Reads an image; `bytes` is kept by nobody. Throws `unrecognised-file` when it is none, `malformed`
 * with file, offset and field when it is a broken one, `invalid-argument` for an impossible header
 * size.
 */
export function parseImage(
  bytes: Uint8Array,
  fileName: string,
  options: ImageReadOptions = {},
): WolfBootImage {
  checkMagic(bytes, fileName);
  const given = options.headerSizeBytes;
  if (given !== undefined && (!Number.isInteger(given) || given <= IMAGE_FIELDS_OFFSET_BYTES)) {
    throw new AppError('invalid-argument', `a header cannot have ${given} bytes`);
  }
  const payloadSizeBytes = readSize(bytes, fileName);
  const size = findHeaderSize(bytes, fileName, payloadSizeBytes, given);
  const walk = walkHeader(bytes, size.headerSizeBytes);
  const fields = new HeaderFields(bytes, fileName, walk);
  const imageType = numberOf(fields.covered(TAG.imageType));
  const authKeyCode = imageType >>> 8;
  const parsed = {
    fileName,
    headerSizeBytes: size.headerSizeBytes,
    headerSizeFrom: given === undefined ? ('file' as const) : ('given' as const),
    payloadSizeBytes,
    payloadPresent: size.payloadPresent,
    tlvs: fields.tlvs,
    version: numberOf(fields.covered(TAG.version)),
    timestamp: optional(fields.coveredOrNone(TAG.timestamp), secondsOf),
    imageType,
    partitionId: imageType & PARTITION_ID_MASK,
    authKeyCode,
    unsigned: authKeyCode === UNSIGNED_KEY_TYPE,
    delta: readDelta(fields, imageType),
    hash: fields.hash,
    digest: fields.digest.value,
    digestOffsetBytes: fields.digest.offsetBytes,
    hint: fields.covered(TAG.pubkeyHint),
    signature: fields.first(TAG.signature),
    secondary: readSecondary(fields),
    policy: readPolicy(fields.first(TAG.policySignature)),
  };
  return {
    ...parsed,
    spans: imageSpans(bytes, parsed, walk),
    warnings: imageWarnings(bytes, parsed),
  };
}

/** Whether the file claims to be a firmware image; an OTP image starts with the same four letters. */
export function looksLikeImage(bytes: Uint8Array): boolean {
  const startsWith = (mark: string): boolean =>
    equalBytes(bytes.subarray(0, mark.length), asciiToBytes(mark));
  return startsWith(IMAGE_MAGIC) && !startsWith(OTP_MAGIC);
}

function checkMagic(bytes: Uint8Array, fileName: string): void {
  if (looksLikeImage(bytes)) return;
  const start = bytes.subarray(0, OTP_MAGIC.length);
  const isOtp = bytesToLatin1(start) === OTP_MAGIC;
  const found = start.length === 0 ? 'is empty' : `starts with ${toHex(start)}, not with "WOLF"`;
  throw new AppError(
    'unrecognised-file',
    isOtp
      ? `${fileName} is an OTP image, not a firmware image`
      : `${fileName} ${found}: it is no signed image, or an encrypted one. Give the *_signed.bin that sign writes beside an encrypted image`,
    { context: { file: fileName, offset: 0, field: 'magic' } },
  );
}

function readSize(bytes: Uint8Array, fileName: string): number {
  const reader = new Reader(bytes, fileName, IMAGE_MAGIC.length);
  return reader.field('size', () => u32le.read(reader));
}

function optional<T>(value: Uint8Array | undefined, read: (value: Uint8Array) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** The fields of one header and the rules for looking them up: the first of a tag counts. */
class HeaderFields {
  readonly tlvs: readonly ImageTlv[];
  readonly digest: ImageTlv;
  readonly hash;
  readonly #fileName: string;

  constructor(bytes: Uint8Array, fileName: string, walk: HeaderWalk) {
    this.#fileName = fileName;
    const digests = walk.tlvs.filter(({ tag }) => hashOfDigestTag(tag) !== undefined);
    const [first, second] = digests;
    if (!first) throw this.#missing(walk, 'digest');
    if (second) {
      throw malformed(
        fileName,
        second.offsetBytes,
        tagName(second.tag),
        'is a second digest: which one counts would depend on the bootloader',
      );
    }
    this.tlvs = walk.tlvs.map(({ tag, offsetBytes, valueOffsetBytes, endBytes }): ImageTlv => ({
      tag,
      name: tagName(tag),
      offsetBytes,
      value: bytes.slice(valueOffsetBytes, endBytes),
      covered: endBytes <= first.offsetBytes,
    }));
    const digest = this.tlvs.find(({ offsetBytes }) => offsetBytes === first.offsetBytes);
    const hash = hashOfDigestTag(first.tag);
    if (!digest || hash === undefined) throw new AppError('internal', 'a digest got lost');
    this.digest = digest;
    this.hash = hash;
    for (const tlv of this.tlvs) if (tlv.covered || tlv === digest) this.#checkLength(tlv);
  }

  /** The value a bootloader would take, wherever it stands. */
  first(tag: number): Uint8Array | undefined {
    return this.tlvs.find((tlv) => tlv.tag === tag)?.value;
  }

  coveredOrNone(tag: number): Uint8Array | undefined {
    return this.tlvs.find((tlv) => tlv.tag === tag && tlv.covered)?.value;
  }

  /** A field that must be there and must be vouched for by the digest. */
  covered(tag: number): Uint8Array {
    const value = this.coveredOrNone(tag);
    if (value) return value;
    const late = this.tlvs.find((tlv) => tlv.tag === tag);
    const name = tagName(tag);
    throw late
      ? malformed(
          this.#fileName,
          late.offsetBytes,
          name,
          'stands after the digest, where nobody vouches for it',
        )
      : malformed(this.#fileName, this.digest.offsetBytes, name, 'is missing before the digest');
  }

  #checkLength({ tag, name, value, offsetBytes }: ImageTlv): void {
    const { lengthsBytes } = tagRow(tag);
    if (lengthsBytes === undefined || lengthsBytes.includes(value.length)) return;
    throw malformed(
      this.#fileName,
      offsetBytes,
      name,
      `has ${value.length} bytes, not ${lengthsBytes.join(' or ')}`,
    );
  }

  #missing({ brokenAtBytes }: HeaderWalk, name: string): AppError {
    return brokenAtBytes === undefined
      ? malformed(this.#fileName, IMAGE_FIELDS_OFFSET_BYTES, name, 'is not in the header')
      : malformed(
          this.#fileName,
          brokenAtBytes,
          name,
          'is not found: the field here reaches beyond the header. Give --header-size if the bootloader has another',
        );
  }
}

function readDelta(fields: HeaderFields, imageType: number): DeltaFields | undefined {
  if ((imageType & DELTA_FLAG) !== DELTA_FLAG) return undefined;
  return {
    baseVersion: numberOf(fields.covered(TAG.deltaBase)),
    patchSizeBytes: numberOf(fields.covered(TAG.deltaSize)),
    inverseOffsetBytes: optional(fields.coveredOrNone(TAG.deltaInverse), numberOf),
    inverseSizeBytes: optional(fields.coveredOrNone(TAG.deltaInverseSize), numberOf),
    baseDigest: fields.coveredOrNone(TAG.deltaBaseHash),
  };
}

function readSecondary(fields: HeaderFields): SecondarySignature | undefined {
  const cipher = fields.coveredOrNone(TAG.secondaryCipher);
  const hint = fields.coveredOrNone(TAG.secondaryPubkeyHint);
  const signature = fields.first(TAG.secondarySignature);
  if (!cipher && !hint && !signature) return undefined;
  return { keyType: optional(cipher, secondaryKeyType), hint, signature };
}

function readPolicy(value: Uint8Array | undefined): WolfBootImage['policy'] {
  if (!value || value.length < POLICY_MASK_BYTES) return undefined;
  return {
    pcrMask: value.slice(0, POLICY_MASK_BYTES),
    signature: value.slice(POLICY_MASK_BYTES),
  };
}
