/** What an image is to be made of, as a person asks for it on the firmware page. */
import type { HashId } from '../core/crypto/index.ts';
import type { EncryptionKeyInfo } from '../workers/keyring/protocol.ts';
import type { NamedFile } from './services.ts';

export type { EncryptionKeyInfo } from '../workers/keyring/protocol.ts';

/** What becomes of the bytes that were signed. `delta`: a patch is signed, not the firmware. */
export type ImageForm = 'plain' | 'delta' | 'encrypted' | 'delta-encrypted';

/** A header field of one's own, as it is typed (formats/wolfboot.md, section 11, "custom tags"). */
export type CustomField = { readonly tag: number } & (
  | { readonly kind: 'number'; readonly lengthBytes: 1 | 2 | 4 | 8; readonly value: bigint }
  | { readonly kind: 'hex'; readonly hex: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: NamedFile }
  /** Any form of a public key; it goes into the header in keystore form. */
  | { readonly kind: 'public-key'; readonly file: NamedFile }
);

/** Everything that goes into the header but the keys. */
export interface HeaderRequest {
  readonly version: number;
  /** 0 is the bootloader itself: a self-update. */
  readonly partitionId: number;
  /** undefined: as large as wolfBoot's rules make it. */
  readonly headerSizeBytes?: number | undefined;
  /** Seconds since 1970 go into the header; false makes the image reproducible. */
  readonly timestamp: boolean;
  /** SHA-256 unless something else is said. */
  readonly hash?: HashId | undefined;
  readonly customTlvs?: readonly CustomField[] | undefined;
  /** UTF-8, 1 to 255 bytes. */
  readonly cmdline?: string | undefined;
  /** Its digest goes into the header, not the tree. */
  readonly deviceTree?: NamedFile | undefined;
  readonly certificateChain?: NamedFile | undefined;
  /** PCR mask and digest; signed with the key of the image, which uses a second index of a stateful key. */
  readonly policy?: NamedFile | undefined;
}

export interface EncryptionRequest {
  /** Of the firmware store's `encryptionKeys`. */
  readonly keyId: string;
  /**
   * `fresh`: a nonce of this image's own, so the image comes with a key file of its own. `keep`: the
   * nonce of the key file, which must never have encrypted anything else.
   */
  readonly nonce: 'fresh' | 'keep';
}

export interface DeltaRequest {
  /** The signed image that runs on the board; `plain`. */
  readonly baseImageId: string;
  /** WOLFBOOT_SECTOR_SIZE of the bootloader. */
  readonly sectorSizeBytes: number;
  /** Whether the base's digest goes into the header; without it only the version tells. */
  readonly baseDigest: boolean;
}

export interface SignRequest extends HeaderRequest {
  readonly firmwareId: string;
  /** Not asked for where the image stays unsigned. */
  readonly keyId?: string | undefined;
  /** Second signature of a hybrid image. */
  readonly secondaryKeyId?: string | undefined;
  readonly unsigned?: boolean | undefined;
  /** The header without the firmware. */
  readonly headerOnly?: boolean | undefined;
  readonly encryption?: EncryptionRequest | undefined;
  readonly delta?: DeltaRequest | undefined;
}

/** Where an image comes from, when it was made from others that are listed too. */
export interface ImageLinks {
  /** The same image before it was encrypted. */
  readonly plainId?: string | undefined;
  /** Delta: what must be on the board. */
  readonly baseId?: string | undefined;
  /** Delta: what will be on the board afterwards. */
  readonly targetId?: string | undefined;
}

/** How an encrypted image was encrypted. */
export interface ImageEncryption {
  /** The key with this image's nonce, as it stood then; the key file is saved through its id. */
  readonly key: EncryptionKeyInfo;
  /** The size the receiver would read from the encrypted bytes ends the transfer early (section 22). */
  readonly stopsReceiverEarly: boolean;
}
