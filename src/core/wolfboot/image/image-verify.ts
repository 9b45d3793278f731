/**
 * Whether a bootloader with these keys would start an image, checked in the bootloader's own order
 * (formats/wolfboot.md, section 12). A digest or signature in which one bit is wrong is refused.
 */
import { equalBytes, hexNumber, toHex } from '../../bytes/index.ts';
import { hash, hashLengthBytes } from '../../crypto/index.ts';
import { AppError, type ErrorCode, type ErrorContext } from '../../errors.ts';
import { authKeyNamed } from '../auth-keys.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import type { BootloaderProfile } from '../profile.ts';
import { describeMask, maskAllows } from '../slot-codec.ts';
import { parseImage } from './image-parse.ts';
import { isImageSignature } from './image-signature.ts';
import { keyTypeLabel, TAG } from './image-tags.ts';
import type { ImageWarning, WolfBootImage } from './image-types.ts';
import { judgeSecondary } from './image-verify-secondary.ts';
import { slotByHint } from './slot-by-hint.ts';

export interface VerifyOptions {
  /** IMAGE_HEADER_SIZE of the bootloader; without it it follows from the image. */
  readonly headerSizeBytes?: number | undefined;
  /** The partition the image is meant for; without it any that the key allows. */
  readonly partitionId?: number | undefined;
  /** Adds what this bootloader was built for: its key type. */
  readonly profile?: BootloaderProfile | undefined;
  /** For messages. */
  readonly fileName?: string | undefined;
}

interface Accepted {
  readonly ok: true;
  /** Index of the slot whose key verified the image. */
  readonly slotIndex: number;
  readonly secondarySlotIndex: number | undefined;
  readonly version: number;
  readonly partitionId: number;
  readonly headerSizeBytes: number;
  readonly image: WolfBootImage;
  /** What was not checked or is not covered; a board accepts the image all the same. */
  readonly warnings: readonly ImageWarning[];
}

export interface ImageRefusal {
  readonly ok: false;
  readonly code: ErrorCode;
  /** English, for logs and terminals. */
  readonly message: string;
  /** Facts for sentences in other languages. */
  readonly context: ErrorContext;
  /** Undefined when the file could not be read as an image. */
  readonly image: WolfBootImage | undefined;
}

export type ImageVerdict = Accepted | ImageRefusal;

/** Never throws for any bytes and any slots; what cannot be read is a refusal too. */
export async function verifyImage(
  bytes: Uint8Array,
  slots: readonly KeystoreSlot[],
  options: VerifyOptions = {},
): Promise<ImageVerdict> {
  let image: WolfBootImage | undefined;
  try {
    image = parseImage(bytes, options.fileName ?? 'image', options);
    return await judge(bytes, image, slots, options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, context } = error;
    return { ok: false, code, message, context, image };
  }
}

async function judge(
  bytes: Uint8Array,
  image: WolfBootImage,
  slots: readonly KeystoreSlot[],
  options: VerifyOptions,
): Promise<ImageVerdict> {
  const slotIndex = findSlot(image, slots);
  const slot = slots[slotIndex];
  if (!slot) throw refusal('internal', 'the slot is gone');
  checkKeyType(image, slot, slotIndex, options.profile);
  checkDigest(bytes, image);
  checkPartition(image, slot, slotIndex, options.partitionId);
  await checkSignature(image, slot, slotIndex);
  const secondary = await judgeSecondary(image, slots);
  return {
    ok: true,
    slotIndex,
    secondarySlotIndex: secondary.slotIndex,
    version: image.version,
    partitionId: image.partitionId,
    headerSizeBytes: image.headerSizeBytes,
    image,
    warnings: [...image.warnings, ...secondary.warnings, ...policyWarnings(image)],
  };
}

function refusal(code: ErrorCode, message: string, context: ErrorContext = {}): AppError {
  return new AppError(code, message, { context });
}

function findSlot(image: WolfBootImage, slots: readonly KeystoreSlot[]): number {
  const index =
    image.hint.length === hashLengthBytes(image.hash)
      ? slotByHint(image.hash, image.hint, slots)
      : -1;
  if (index >= 0) return index;
  if (image.unsigned) {
    throw refusal('image-unsigned', 'the image is not signed: a bootloader with keys refuses it');
  }
  const hint = toHex(image.hint);
  throw refusal(
    'image-key-unknown',
    `the image was signed with a key that is not in the keystore (hint ${hint}; ${slots.length} keys compared)`,
    { hint, slots: slots.length },
  );
}

function checkKeyType(
  { authKeyCode }: WolfBootImage,
  slot: KeystoreSlot,
  slotIndex: number,
  profile: BootloaderProfile | undefined,
): void {
  const found = keyTypeLabel(authKeyCode);
  const built = profile && authKeyNamed(profile.signName);
  if (built && built.code !== authKeyCode) {
    throw refusal(
      'image-key-type-refused',
      `the image is of type ${found}, the bootloader is built for ${built.label}`,
      { found, expected: built.label },
    );
  }
  if (slot.keyType === authKeyCode) return;
  const expected = keyTypeLabel(slot.keyType);
  throw refusal(
    'image-key-type-refused',
    `the image says ${found}, but its key in slot ${slotIndex} is ${expected}`,
    { found, expected, slot: slotIndex },
  );
}

/** Whether the digest in the header is that of the file; false for a header without its firmware. */
export function digestHolds(bytes: Uint8Array, image: WolfBootImage): boolean {
  const { headerSizeBytes, payloadSizeBytes } = image;
  const computed = hash(
    image.hash,
    bytes.subarray(0, image.digestOffsetBytes),
    bytes.subarray(headerSizeBytes, headerSizeBytes + payloadSizeBytes),
  );
  return image.payloadPresent && equalBytes(computed, image.digest);
}

function checkDigest(bytes: Uint8Array, image: WolfBootImage): void {
  if (!image.payloadPresent) {
    throw refusal(
      'malformed',
      `${image.fileName} is a header only: its ${image.payloadSizeBytes} bytes of firmware are needed to verify it`,
      { file: image.fileName, field: 'payload' },
    );
  }
  if (digestHolds(bytes, image)) return;
  throw refusal(
    'image-digest-mismatch',
    'the digest does not fit: header or firmware was changed after signing' +
      (image.headerSizeFrom === 'file'
        ? `, or the header does not have the ${image.headerSizeBytes} bytes that the file's length suggests`
        : `, or the header does not have ${image.headerSizeBytes} bytes`),
    { headerSizeBytes: image.headerSizeBytes },
  );
}

function checkPartition(
  { partitionId }: WolfBootImage,
  slot: KeystoreSlot,
  slotIndex: number,
  wanted: number | undefined,
): void {
  if (!maskAllows(slot.partitionMask, partitionId)) {
    throw refusal(
      'image-partition-refused',
      `the image is for partition ${partitionId}; its key in slot ${slotIndex} has the mask ${describeMask(slot.partitionMask)}`,
      { partitionId, mask: hexNumber(slot.partitionMask), slot: slotIndex },
    );
  }
  if (wanted === undefined || wanted === partitionId) return;
  throw refusal(
    'image-partition-refused',
    `the image is for partition ${partitionId}, not for partition ${wanted}`,
    { partitionId, expected: wanted },
  );
}

async function checkSignature(
  image: WolfBootImage,
  slot: KeystoreSlot,
  slotIndex: number,
): Promise<void> {
  const { signature, digest } = image;
  if (!signature) {
    throw refusal('image-signature-invalid', 'the image says it is signed but has no signature', {
      slot: slotIndex,
    });
  }
  const { keyType, publicKey } = slot;
  if (await isImageSignature(keyType, publicKey, digest, image.hash, signature)) return;
  throw refusal(
    'image-signature-invalid',
    `the signature is not one of the key in slot ${slotIndex} for this digest`,
    { slot: slotIndex },
  );
}

/** The digest that the policy signs belongs to a TPM's state and is not in the image. */
function policyWarnings({ tlvs, policy }: WolfBootImage): readonly ImageWarning[] {
  const field = tlvs.find(({ tag }) => tag === TAG.policySignature);
  if (!field || !policy) return [];
  return [
    {
      code: 'policy-unchecked',
      offsetBytes: field.offsetBytes,
      lengthBytes: field.value.length,
      message:
        'the policy was not checked: the digest it signs is not in the image, and the mask is not covered by the signature',
    },
  ];
}
