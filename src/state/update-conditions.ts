/**
 * What must be true on the board for a delta or an encrypted image, and what is known of it here. The
 * console names the version that runs and nothing more, so some of it only the bootloader finds out.
 */
import { toHex } from '../core/bytes/index.ts';
import type { ConsoleInfo, UpdateImage } from '../core/serial/index.ts';
import type { BootloaderProfile, ImageCipher } from '../core/wolfboot/index.ts';
import type { SignedImage } from './firmware.ts';

export type UpdateCondition = {
  /** undefined: nobody here can tell. False stands among the refusals too. */
  readonly holds: boolean | undefined;
} & (
  | { readonly kind: 'one-bank' }
  /** DELTA_UPDATES=1. */
  | { readonly kind: 'delta-build' }
  | { readonly kind: 'base-runs'; readonly baseVersion: number }
  /** `digest`: lower-case hex; undefined: the image does not say, so only the version is compared. */
  | { readonly kind: 'base-digest'; readonly digest: string | undefined }
  /** ENCRYPT=1 and the option of the cipher. */
  | { readonly kind: 'cipher-build'; readonly cipher: ImageCipher | undefined }
  /** `nonce`: lower-case hex of the key file that goes with this image. */
  | { readonly kind: 'key-set'; readonly nonce: string | undefined }
);

/** In the order in which they matter; none for a plain image. */
export function conditionsOf(
  image: SignedImage,
  info: ConsoleInfo | undefined,
  profile: BootloaderProfile,
): readonly UpdateCondition[] {
  const { partitions } = profile;
  const oneBank: UpdateCondition = {
    kind: 'one-bank',
    holds: partitions && !partitions.dualBank,
  };
  return image.form === 'plain'
    ? []
    : [oneBank, ...deltaConditions(image, info), ...cipherConditions(image)];
}

function deltaConditions(
  { image: { delta } }: SignedImage,
  info: ConsoleInfo | undefined,
): readonly UpdateCondition[] {
  if (delta === undefined) return [];
  const { baseVersion, baseDigest } = delta;
  const running = info?.firmwareVersion;
  return [
    { kind: 'delta-build', holds: undefined },
    {
      kind: 'base-runs',
      baseVersion,
      holds: running === undefined ? undefined : running === baseVersion,
    },
    { kind: 'base-digest', digest: baseDigest && toHex(baseDigest), holds: undefined },
  ];
}

function cipherConditions(image: SignedImage): readonly UpdateCondition[] {
  if (!isEncrypted(image)) return [];
  const key = image.encryption?.key;
  return [
    { kind: 'cipher-build', cipher: key?.cipher, holds: undefined },
    { kind: 'key-set', nonce: key?.nonce, holds: undefined },
  ];
}

export function isEncrypted({ form }: SignedImage): boolean {
  return form === 'encrypted' || form === 'delta-encrypted';
}

/** The image as the update over the console takes it. */
export function updateImageOf(signed: SignedImage): UpdateImage {
  const { bytes, image } = signed;
  return {
    bytes,
    version: image.version,
    headerSizeBytes: image.headerSizeBytes,
    payloadSizeBytes: image.payloadSizeBytes,
    encrypted: isEncrypted(signed),
    baseVersion: image.delta?.baseVersion,
  };
}

/**
 * What the bootloader verifies: of an encrypted image what it decrypts to. undefined when that is not listed
 * any more; then the verdict of the firmware page stands.
 */
export function verifiedBytes(
  image: SignedImage,
  images: readonly SignedImage[],
): Uint8Array | undefined {
  if (!isEncrypted(image)) return image.bytes;
  return images.find(({ id }) => id === image.links.plainId)?.bytes;
}
