/**
 * Makes signed firmware images (formats/wolfboot.md, sections 11 to 15), in one go or in the three
 * steps of a key that lies elsewhere: digest, signature by its owner, image.
 *
 * The private key stays with its owner: here a signer is a function from digest to signature.
 */
import { asciiToBytes, concatBytes, encode, filledBytes, u32le } from '../../bytes/index.ts';
import { hash, type AlgorithmId } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import { planImageHeader, type FieldSource, type ImageLayout } from './image-layout.ts';
import type { ImageKeys, ImageOptions } from './image-options.ts';
import {
  checkSigningKey,
  isImageSignature,
  signatureBytesOf,
  signingType,
} from './image-signature.ts';
import {
  encodeNumber,
  HEADER_FILLER,
  IMAGE_MAGIC,
  TLV_HEAD_BYTES,
  UNSIGNED_KEY_TYPE,
} from './image-tags.ts';

export interface ImageSigner {
  /** In keystore form. */
  readonly publicKey: Uint8Array;
  /** Needed for XMSS^MT only: its keys look like those of XMSS. */
  readonly algorithm?: AlgorithmId | undefined;
  /** Signature of a digest as section 12 has it for the key's type; the digest may be kept. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

export interface ImageSignatures {
  readonly primary?: Uint8Array | undefined;
  readonly secondary?: Uint8Array | undefined;
  /** Of the policy's digest, by the primary key. */
  readonly policy?: Uint8Array | undefined;
}

const LARGEST_PAYLOAD_BYTES = 0xffffffff;

/**
 * The digest that is signed: over the header up to the digest's own tag, then the firmware
 * (section 12). Throws what `planImageHeader` throws, `key-invalid` for a bad public key.
 */
export function imageDigest(
  firmware: Uint8Array,
  options: ImageOptions,
  keys: ImageKeys,
): Uint8Array {
  checkKeys(options, keys);
  const header = hashedHeader(firmware.length, options, keys, planImageHeader(options, keys));
  return hash(options.hash, header, firmware);
}

/**
 * Header and firmware, given the signatures of what `imageDigest` gave for the same arguments. Each
 * is verified first, unless `unchecked`: an image that no bootloader would accept is not made.
 * Throws `image-signature-invalid`, otherwise what `imageDigest` throws. The caller owns the result.
 */
export async function assembleImage(
  firmware: Uint8Array,
  options: ImageOptions,
  keys: ImageKeys,
  signatures: ImageSignatures,
): Promise<Uint8Array> {
  checkKeys(options, keys);
  const layout = planImageHeader(options, keys);
  const hashed = hashedHeader(firmware.length, options, keys, layout);
  const digest = hash(options.hash, hashed, firmware);
  if (!options.unchecked) await checkSignatures(options, keys, signatures, digest);
  const header = filledBytes(layout.headerSizeBytes, HEADER_FILLER);
  header.set(hashed);
  for (const { tag, offsetBytes, source } of layout.fields) {
    if (offsetBytes < layout.digestOffsetBytes) continue;
    writeField(header, offsetBytes, tag, signedValue(source, options, signatures, digest));
  }
  return concatBytes(header, firmware);
}

/**
 * The image, signed by `signer` and, for a hybrid one, by `secondary`; an unsigned image takes
 * neither. Throws what `assembleImage` throws and what the signers throw.
 */
export async function buildSignedImage(
  firmware: Uint8Array,
  options: ImageOptions,
  signer?: ImageSigner,
  secondary?: ImageSigner,
): Promise<Uint8Array> {
  const keys = {
    primary: signer?.publicKey,
    primaryAlgorithm: signer?.algorithm,
    secondary: secondary?.publicKey,
    secondaryAlgorithm: secondary?.algorithm,
  };
  const digest = imageDigest(firmware, options, keys);
  return assembleImage(firmware, options, keys, {
    primary: await signer?.sign(digest.slice()),
    secondary: await secondary?.sign(digest.slice()),
    policy: options.policy && (await signer?.sign(options.policy.digest.slice())),
  });
}

/** Header bytes from the magic up to the digest's tag, filler included. */
function hashedHeader(
  firmwareBytes: number,
  options: ImageOptions,
  keys: ImageKeys,
  layout: ImageLayout,
): Uint8Array {
  if (firmwareBytes > LARGEST_PAYLOAD_BYTES) {
    throw new AppError('image-too-large', 'the size field has 32 bits: 4 GiB are too much');
  }
  const header = filledBytes(layout.digestOffsetBytes, HEADER_FILLER);
  header.set(asciiToBytes(IMAGE_MAGIC), 0);
  header.set(encode(u32le, firmwareBytes), IMAGE_MAGIC.length);
  for (const { tag, offsetBytes, source } of layout.fields) {
    if (offsetBytes >= layout.digestOffsetBytes) break;
    writeField(header, offsetBytes, tag, hashedValue(source, options, keys));
  }
  return header;
}

/** The hint is the image's own hash over the key; an unsigned image hashes nothing (section 12). */
function hashedValue(source: FieldSource, options: ImageOptions, keys: ImageKeys): Uint8Array {
  switch (source.from) {
    case 'options':
      return source.bytes;
    case 'primary-key':
      return hash(options.hash, keys.primary ?? new Uint8Array());
    case 'secondary-key':
      return hash(options.hash, required(keys.secondary));
    default:
      throw misplaced(source);
  }
}

function signedValue(
  source: FieldSource,
  { policy }: ImageOptions,
  signatures: ImageSignatures,
  digest: Uint8Array,
): Uint8Array {
  switch (source.from) {
    case 'digest':
      return digest;
    case 'signature':
      return required(signatures.primary);
    case 'secondary-signature':
      return required(signatures.secondary);
    case 'policy':
      return concatBytes(required(policy?.pcrMask), required(signatures.policy));
    default:
      throw misplaced(source);
  }
}

function required(value: Uint8Array | undefined): Uint8Array {
  if (value) return value;
  throw new AppError('internal', 'a field of the header has no value');
}

function misplaced(source: FieldSource): AppError {
  return new AppError('internal', `the field from ${source.from} lies on the wrong side`);
}

function writeField(header: Uint8Array, offsetBytes: number, tag: number, value: Uint8Array): void {
  header.set(encodeNumber(tag, 2), offsetBytes);
  header.set(encodeNumber(value.length, 2), offsetBytes + 2);
  header.set(value, offsetBytes + TLV_HEAD_BYTES);
}

/** A signature's key type; undefined where the image has no such signature. */
function keyTypes({ keyType, secondaryKeyType }: ImageOptions) {
  return {
    primary: keyType === UNSIGNED_KEY_TYPE ? undefined : keyType,
    secondary: secondaryKeyType,
  };
}

function checkKeys(options: ImageOptions, keys: ImageKeys): void {
  if (options.unchecked) return;
  const types = keyTypes(options);
  for (const which of ['primary', 'secondary'] as const) {
    const type = types[which];
    const key = keys[which];
    if (type !== undefined && key) {
      checkSigningKey(type, { algorithm: keys[`${which}Algorithm`] }, key);
    } else if (type !== undefined || key) {
      throw new AppError(
        'invalid-argument',
        `the ${which} key is ${key ? 'one too many' : 'missing'} for such an image`,
      );
    }
  }
}

async function checkSignatures(
  options: ImageOptions,
  keys: ImageKeys,
  signatures: ImageSignatures,
  digest: Uint8Array,
): Promise<void> {
  const { primary, secondary } = keyTypes(options);
  if (primary !== undefined) {
    const key = { publicKey: keys.primary, algorithm: keys.primaryAlgorithm };
    await checkSignature('signature', primary, key, options, digest, signatures.primary);
    const { policy } = options;
    if (policy) {
      const what = 'signature of the policy';
      // Section 15: always treated as a SHA-256.
      const hashed = { hash: 'sha256' } as const;
      await checkSignature(what, primary, key, hashed, policy.digest, signatures.policy);
    }
  }
  if (secondary !== undefined) {
    const key = { publicKey: keys.secondary, algorithm: keys.secondaryAlgorithm };
    const { secondary: signature } = signatures;
    await checkSignature('second signature', secondary, key, options, digest, signature);
  }
}

async function checkSignature(
  what: string,
  keyType: number,
  key: Parameters<typeof signatureBytesOf>[1],
  { hash: hashId }: Pick<ImageOptions, 'hash'>,
  digest: Uint8Array,
  signature: Uint8Array | undefined,
): Promise<void> {
  const signatureBytes = signatureBytesOf(keyType, key);
  if (!signature) throw new AppError('invalid-argument', `the ${what} is missing`);
  if (signature.length !== signatureBytes) {
    throw new AppError(
      'image-signature-invalid',
      `the ${what} has ${signature.length} bytes; ${signingType(keyType).label} gives ${signatureBytes}`,
      { context: { lengthBytes: signature.length } },
    );
  }
  const publicKey = required(key.publicKey);
  if (!(await isImageSignature(keyType, publicKey, digest, hashId, signature))) {
    throw new AppError(
      'image-signature-invalid',
      `the ${what} does not belong to this digest and this public key; no image was made`,
    );
  }
}
