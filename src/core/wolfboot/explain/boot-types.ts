/** Would this bootloader start this image, and if not, why: in a form that any language can speak. */
import type { HashId } from '../../crypto/index.ts';
import type { ErrorContext } from '../../errors.ts';
import type { EncryptionKey } from '../image/image-encrypt.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import type { PartitionRoom } from '../image/partition-fit.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import type { BootloaderProfile } from '../profile.ts';

/** In the order in which a bootloader meets them. */
export const bootChecks = [
  'encryption',
  'magic',
  'fields',
  'header-size',
  'length',
  'fit',
  'delta',
  'version',
  'hash',
  'key',
  'key-type',
  'digest',
  'partition',
  'signature',
  'second-signature',
  'sample',
] as const;

export type BootCheck = (typeof bootChecks)[number];

/** One sentence each; the context fills its gaps. */
export const bootReasons = [
  'plain-as-expected',
  'decrypted', // context: cipher
  'encrypted-or-random',
  'encryption-missing', // plain, but the bootloader decrypts
  'encryption-unexpected', // encrypted, but the bootloader does not decrypt
  'decryption-key-wrong', // context: cipher
  'magic-good',
  'magic-missing', // context: found
  'fields-good',
  'fields-broken', // context: problem, field, offset
  'header-size-good', // context: headerSizeBytes
  'header-size-differs', // context: headerSizeBytes, expected; proven by the digest
  'header-size-likely-differs', // the same without proof
  'header-size-unknown', // no bootloader to compare with; context: headerSizeBytes
  'length-good', // context: payloadSizeBytes
  'payload-cut', // context: missingBytes
  'payload-lengthened', // context: extraBytes
  'payload-absent', // a saved header
  'fits', // context: imageBytes, mostBytes
  'too-large', // context: imageBytes, mostBytes
  'fit-unknown',
  'delta-base-fits', // context: baseVersion
  'delta-base-unknown', // context: baseVersion
  'delta-base-version-differs', // context: baseVersion, runningVersion
  'delta-base-digest-differs', // context: baseVersion
  'version-newer', // context: version, runningVersion
  'version-same', // context: version, runningVersion
  'version-older', // context: version, runningVersion
  'version-zero',
  'version-not-compared', // context: version
  'hash-good', // context: hash
  'hash-differs', // context: hash, expected
  'hash-not-compared', // context: hash
  'key-known', // context: slot, keyType, fingerprint
  'key-unknown', // context: hint, slots
  'key-unknown-other-of-type', // context: hint, slots, slot, keyType, fingerprint
  'key-unsigned',
  'key-no-slots',
  'key-type-good', // context: keyType
  'key-type-of-build-differs', // context: keyType, expected
  'key-type-of-slot-differs', // context: keyType, expected, slot
  'key-type-not-compared', // context: keyType
  'digest-good',
  'digest-differs', // header or firmware was changed
  'digest-unknown',
  'partition-allowed', // context: partitionId, slot, mask
  'partition-refused-by-mask', // context: partitionId, slot, mask
  'partition-differs', // context: partitionId, expected
  'partition-unknown', // context: partitionId
  'signature-good', // context: slot
  'signature-bad', // context: slot
  'signature-missing',
  'signature-unknown',
  'second-signature-good', // context: slot
  'second-signature-bad', // context: problem
  'second-signature-unknown',
  'sample-image', // made for the virtual board
] as const;

export type BootReason = (typeof bootReasons)[number];

export interface BootFinding {
  readonly check: BootCheck;
  readonly outcome: 'good' | 'bad' | 'unknown';
  readonly reason: BootReason;
  readonly context: ErrorContext;
  /** English, for terminals and logs. */
  readonly message: string;
}

export interface BootQuestion {
  readonly image: Uint8Array;
  readonly fileName: string;
  /** Of the bootloader's keystore or of the OTP as read from the board. */
  readonly slots: readonly KeystoreSlot[];
  /** What the bootloader was built with; without it nothing of the build is compared. */
  readonly profile?: BootloaderProfile | undefined;
  /** IMAGE_HEADER_SIZE of the build; counts more than that of the profile. */
  readonly headerSizeBytes?: number | undefined;
  /** Hash of the build; without it SHA-256 when there is a profile, otherwise it is not compared. */
  readonly hash?: HashId | undefined;
  /** The partition the image is meant for. */
  readonly partitionId?: number | undefined;
  /** What runs on the board. */
  readonly runningVersion?: number | undefined;
  /** The whole signed image that runs on the board, for delta images. */
  readonly runningImage?: Uint8Array | undefined;
  /** Room for the image; that of the profile's layout when not given. */
  readonly room?: PartitionRoom | undefined;
  /** Opens encrypted images. */
  readonly encryptionKey?: EncryptionKey | undefined;
  /** The bootloader decrypts what it is given; without a word only when there is an encryption key. */
  readonly decrypts?: boolean | undefined;
  /** The board is a virtual one, which runs sample images. */
  readonly virtualBoard?: boolean | undefined;
}

/** `yes-if`: nothing speaks against it, but something could not be checked. */
export type BootAnswer = 'yes' | 'yes-if' | 'no';

export interface BootExplanation {
  /** No check is bad, and key, digest and signature are good. */
  readonly boots: boolean;
  readonly answer: BootAnswer;
  /** The root of it: of several bad findings the one that explains the others; for `yes` undefined. */
  readonly cause: BootFinding | undefined;
  /** Every check once at least, in the bootloader's order. */
  readonly findings: readonly BootFinding[];
  /** As read with the header size that fits; undefined when the file is no readable image. */
  readonly image: WolfBootImage | undefined;
  /** Index of the slot that the image's hint names. */
  readonly slotIndex: number | undefined;
}
