/** A firmware image as a reader sees it (formats/wolfboot.md, section 11). */
import type { Span } from '../../bytes/index.ts';
import type { HashId } from '../../crypto/index.ts';

export interface ImageTlv {
  readonly tag: number;
  /** As wolfBoot calls it; `custom` for tags without a meaning of wolfBoot's. */
  readonly name: string;
  /** Of the tag; the value follows four bytes later. */
  readonly offsetBytes: number;
  readonly value: Uint8Array;
  /** Part of what the digest covers. What is not covered can be changed without the key. */
  readonly covered: boolean;
}

export interface DeltaFields {
  readonly baseVersion: number;
  readonly patchSizeBytes: number;
  /** From the start of the file. */
  readonly inverseOffsetBytes: number | undefined;
  readonly inverseSizeBytes: number | undefined;
  readonly baseDigest: Uint8Array | undefined;
}

export interface SecondarySignature {
  /** Undefined in hybrid delta images, which do not name their second key (section 14). */
  readonly keyType: number | undefined;
  readonly hint: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
}

export type ImageWarningCode =
  /** Bytes that are neither covered by the digest nor filler. */
  | 'uncovered-bytes'
  /** A field after the digest that a bootloader would believe although nobody signed it. */
  | 'uncovered-field'
  /** The same tag twice; a bootloader takes the first. */
  | 'duplicate-field'
  /** Inferred, and no power of two: the file may have been cut or lengthened. */
  | 'odd-header-size'
  | 'unknown-flags'
  /** Not checked: the policy's digest is not part of the image. */
  | 'policy-unchecked'
  /** Not checked: the key of the second signature is not known. */
  | 'secondary-unchecked';

export interface ImageWarning {
  readonly code: ImageWarningCode;
  readonly offsetBytes?: number;
  readonly lengthBytes?: number;
  /** English, for logs and terminals. */
  readonly message: string;
}

export interface WolfBootImage {
  readonly fileName: string;
  readonly headerSizeBytes: number;
  /** `file`: follows from the file's length and the size field. */
  readonly headerSizeFrom: 'given' | 'file';
  /** The size field. */
  readonly payloadSizeBytes: number;
  /** False for a header that was saved without its firmware. */
  readonly payloadPresent: boolean;
  /** In the order of the header, duplicates included. */
  readonly tlvs: readonly ImageTlv[];
  readonly version: number;
  /** Seconds since 1970. */
  readonly timestamp: bigint | undefined;
  /** The whole image type field. */
  readonly imageType: number;
  readonly partitionId: number;
  /** AUTH_KEY value; 0xFF for an unsigned image; values unknown to wolfBoot as found. */
  readonly authKeyCode: number;
  readonly unsigned: boolean;
  readonly delta: DeltaFields | undefined;
  readonly hash: HashId;
  readonly digest: Uint8Array;
  /** Of the digest's tag: the header up to here is hashed. */
  readonly digestOffsetBytes: number;
  readonly hint: Uint8Array;
  readonly signature: Uint8Array | undefined;
  readonly secondary: SecondarySignature | undefined;
  /** PCR mask and signature of the policy. */
  readonly policy: { readonly pcrMask: Uint8Array; readonly signature: Uint8Array } | undefined;
  readonly spans: readonly Span[];
  readonly warnings: readonly ImageWarning[];
}
