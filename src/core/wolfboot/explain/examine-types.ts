/** What a file turned out to be, for the command line and for pages in any language. */
import type { Span } from '../../bytes/index.ts';
import type { AppError, ErrorContext } from '../../errors.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import type { KeystoreFile } from '../keystore-file.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import type { OtpImage } from '../otp.ts';
import type { PrimerImage } from '../primer-types.ts';

export const fileKinds = [
  /** Signed, or unsigned when the fact `unsigned` says so. */
  'image',
  /** A header that was saved without its firmware. */
  'image-header',
  'delta-image',
  /** Encrypted or random: nobody can tell without the key. */
  'encrypted-image',
  'keystore.der',
  'keystore.c',
  'otp.bin',
  'primer',
  'private-key',
  'public-key',
  'policy',
  /** Key and nonce of an encrypted image. */
  'encryption-key',
  /** What `provisioning` leaves behind; its content is not judged here. */
  'record',
  'unknown',
] as const;

export type FileKind = (typeof fileKinds)[number];

/** Names of facts, closed so that every one of them has words in every language. */
export const factIds = [
  // Firmware images
  'version',
  'timestamp', // seconds since 1970, in decimal
  'partitionId',
  'imageType',
  'keyType',
  'keyTypeCode',
  'unsigned',
  'headerSizeBytes',
  'payloadSizeBytes',
  'payloadPresent',
  'hash',
  'digest',
  'digestHolds',
  'pubkeyHint',
  'signature',
  'secondaryKeyType',
  'secondaryPubkeyHint',
  'secondarySignature',
  'pcrMask',
  'policySignature',
  'deltaBaseVersion',
  'deltaPatchSizeBytes',
  'deltaInverseOffsetBytes',
  'deltaInverseSizeBytes',
  'deltaBaseDigest',
  'sample', // made for the virtual board
  'decryptedWith',
  // Encrypted images and their keys
  'cipher',
  'possibleCiphers',
  'extraBytes',
  // Keystores, OTP images and primers
  'layout',
  'slotCount',
  'keystoreFingerprint',
  'target',
  'itemCount',
  'flags',
  'versionWord',
  'strideBytes',
  'uds',
  'loadAddress',
  'slotArrayOffsetBytes',
  'magicOffsetBytes',
  'complete',
  'locking',
  'madeBy', // a primer's: `keyfuse` or `wolfboot`
  'trustZone',
  'lockBlocks',
  // Keys
  'publicKey',
  'fingerprint',
  'algorithm',
  'label',
  'signatureBytes',
  'alsoUsableAs',
  'parameters',
  'nextIndex',
  'capacity',
  'signaturesLeft',
  'publicHalf', // `stored` or `recomputed`
  // Policies and records
  'policyDigest',
  'format',
] as const;

export type FactId = (typeof factIds)[number];

/** Never a secret. */
export interface Fact {
  readonly id: FactId;
  readonly value: string | number | boolean;
}

export interface ExaminationWarning {
  /** A name that stays, such as the code of an image's warning; `remark` where there is none. */
  readonly code: string;
  /** English, for logs and terminals. */
  readonly message: string;
  readonly context: ErrorContext;
}

/** A span of a file that may hold secrets: of `secret` ones neither value nor bytes are shown. */
export interface ExaminedSpan extends Span {
  readonly secret?: true;
}

export interface Examination {
  readonly kind: FileKind;
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Lower-case hex; undefined of files that hold a secret. */
  readonly sha256: string | undefined;
  /** In the order in which they are to be read. */
  readonly facts: readonly Fact[];
  /** Every byte of the file once, in order. Of a secret: where it lies, without its value. */
  readonly spans: readonly ExaminedSpan[];
  readonly warnings: readonly ExaminationWarning[];
  /** The file holds a private key, a device secret or the key of an encrypted image. */
  readonly secret: boolean;
  /** The image behind the encryption. If set, the spans are its spans. */
  readonly plain: Uint8Array | undefined;
  readonly image: WolfBootImage | undefined;
  /** Of keystores, OTP images, primers and public keys. */
  readonly slots: readonly KeystoreSlot[];
  readonly keystore: KeystoreFile | undefined;
  readonly otp: OtpImage | undefined;
  readonly primer: PrimerImage | undefined;
  /** Why the file cannot be read as what it starts like, or as anything: kind `unknown`. */
  readonly problem: AppError | undefined;
}

/** What a recogniser found out; the rest follows from the file. */
export type Finding = Partial<Examination> & Pick<Examination, 'kind' | 'spans'>;
