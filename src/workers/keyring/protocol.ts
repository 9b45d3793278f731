/**
 * What the keyring can be asked, and the messages that carry it. Private keys and the UDS of an OTP
 * image stay on its side; they leave it only as the files of `exportPrivate`, `exportAge` and
 * `revealOtpImage`.
 */
import type { AlgorithmId, CryptoProgress, KeySpec } from '../../core/crypto/index.ts';
import type { LongCall } from '../../core/ports/index.ts';
import type {
  BootloaderProfile,
  ImageCipher,
  ImageOptions,
  KeystoreSlot,
} from '../../core/wolfboot/index.ts';

export interface KeyInfo {
  /** `key-` and the first 16 digits of the fingerprint: the same key has the same id everywhere. */
  readonly id: string;
  readonly name: string;
  readonly algorithm: AlgorithmId;
  /** Keystore form. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the keystore form, lower-case hex. */
  readonly fingerprint: string;
  /** `L2-H5-W8`, `XMSSMT-SHA2_20/2_256`; empty where the algorithm has none. */
  readonly parameters: string;
  readonly signatureBytes: number;
  readonly origin: 'generated' | 'opened';
  /** Bit n set: the key may verify images of partition id n. */
  readonly partitionMask: number;
  /** A private key file was handed to the person. */
  readonly saved: boolean;
  /** That file was opened again and signed a challenge. */
  readonly proven: boolean;
  /** Sealed in the vault and thereby still here after a reload. */
  readonly sealed: boolean;
  /** Stateful keys only. */
  readonly signatures?: KeySignatures | undefined;
  /** A stateful key whose state cannot be trusted: it does not sign before `advanceState`. */
  readonly suspended?: KeySuspension | undefined;
}

export interface KeySignatures {
  readonly nextIndex: bigint;
  /** Indices below this one are set aside: after a crash signing goes on from here. */
  readonly reservedUpTo: bigint;
  readonly capacity: bigint;
}

export interface KeySuspension {
  /**
   * `rolled-back`: the counter beside the vault is further on. `other-vault`: the key is known here
   * from another vault. `unknown-history`: a file was opened, and what was signed since it was
   * written is not known.
   */
  readonly reason: 'rolled-back' | 'other-vault' | 'unknown-history';
  /** What is known here speaks for no index below this one being free. */
  readonly lowestSafeIndex: bigint;
}

/** What is shown of a sealed key while the vault is locked. */
export interface SealedKeyFacts {
  readonly id: string;
  readonly name: string;
  readonly algorithm: AlgorithmId;
  readonly fingerprint: string;
  readonly parameters: string;
  readonly saved: boolean;
  readonly proven: boolean;
}

/**
 * A record of the vault that is not what was sealed: its key is lost to this browser, and `forget`
 * with its name removes it.
 */
export interface DamagedKey {
  readonly id: string;
  /** What the record says, which nothing proves; its id where it says nothing. */
  readonly name: string;
}

export type UnlockWay =
  | { readonly kind: 'passphrase' }
  | { readonly kind: 'passkey'; readonly credentialId: string; readonly label: string };

export type VaultStatus =
  /** No vault: keys live in memory only. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'locked';
      /** Empty when the vault's head is damaged: then nothing opens it, only `deleteVault` helps. */
      readonly ways: readonly UnlockWay[];
      readonly keys: readonly SealedKeyFacts[];
      /** Found without opening; missing where none was. */
      readonly damaged?: readonly DamagedKey[] | undefined;
    }
  | {
      readonly kind: 'open';
      readonly ways: readonly UnlockWay[];
      readonly autoLockMinutes: number;
      /** What did not open with the others; missing where everything did. */
      readonly damaged?: readonly DamagedKey[] | undefined;
    };

/** What opens a vault. `prf` is the 32-byte PRF output of the passkey; the keyring wipes it. */
export type VaultSecret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'passkey'; readonly credentialId: string; readonly prf: Uint8Array };

/** `raw` and `der` are what wolfBoot's keygen writes; not every algorithm has every form. */
export type BackupForm = 'raw' | 'der' | 'pem' | 'pkcs8' | 'pkcs8-pem';

export interface KeyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OtpImageInfo {
  readonly id: string;
  /** SHA-256 of the whole image, lower-case hex. */
  readonly sha256: string;
}

/** A key for encrypted images (formats/wolfboot.md, section 16): which it is, without its secret. */
export interface EncryptionKeyInfo {
  readonly id: string;
  /** Of its key file. */
  readonly name: string;
  /** `image`: another key with a nonce of one image's own. */
  readonly origin: 'made' | 'opened' | 'image';
  readonly cipher: ImageCipher;
  /** Lower-case hex; no secret. */
  readonly nonce: string;
  /** Images that were encrypted here with just this key and nonce; more than one share a keystream. */
  readonly uses: number;
  /** The person has its file: it was opened from one, or handed over. */
  readonly saved: boolean;
  /** What was odd about the file, in English. */
  readonly notes: readonly string[];
}

export interface EncryptionChoice {
  /** `fresh`: the key with a nonce of its own becomes one more key, whose file is `fileName`. */
  readonly nonce: 'fresh' | 'keep';
  readonly fileName: string;
  /** Of the image. */
  readonly headerSizeBytes: number;
}

export interface EncryptedImage {
  readonly bytes: Uint8Array;
  /** What it was encrypted with. */
  readonly key: EncryptionKeyInfo;
  /** Section 22: bytes 4 to 7 would end an XMODEM transfer early. Never so with a fresh nonce. */
  readonly stopsReceiverEarly: boolean;
}

/** Which keys sign an image; the second makes it a hybrid one. */
export interface SigningKeyIds {
  readonly primary: string;
  readonly secondary?: string | undefined;
}

export interface KeyEstimate {
  /** Compressions of SHA-256; 0 where a key is no long work. */
  readonly compressions: number;
  /** On this computer; undefined where nothing was measured yet. */
  readonly milliseconds: number | undefined;
}

/** Public facts of a key for paper, and the text of its QR code. No secret. */
export interface BackupSheet {
  readonly name: string;
  readonly algorithm: AlgorithmId;
  readonly parameters: string;
  readonly fingerprint: string;
  readonly partitionMask: number;
  /** ISO 8601, UTC, of the day the sheet was asked for. */
  readonly date: string;
  readonly qr: string;
}

export type KeyCall = LongCall<CryptoProgress>;

/** What the keyring says unasked. */
export type KeyringEvent =
  /** The vault was created, locked or unlocked, here or in another tab, or the time ran out. */
  | { readonly kind: 'vault' }
  /** Another tab changed keys, or a stateful key used an index, here or there. */
  | { readonly kind: 'keys' };

/**
 * Every call may reject with an AppError; while the vault is locked every key call rejects with
 * `vault-locked`. Byte arrays are copies; the caller owns them.
 */
export interface Keyring {
  vaultStatus(): Promise<VaultStatus>;
  /** Seals every key of the session, from then on every new one. `label` names a passkey. */
  createVault(
    secret: VaultSecret,
    options?: { readonly autoLockMinutes?: number; readonly label?: string },
  ): Promise<VaultStatus>;
  /**
   * Opens what can be opened; keys that are damaged stand in the status. Throws `vault-secret-wrong`,
   * `vault-damaged` for a damaged head.
   */
  unlockVault(secret: VaultSecret): Promise<readonly KeyInfo[]>;
  /**
   * Wipes every key here and, unless `hereOnly`, in the other tabs; what was running is cancelled
   * first. Does nothing where no vault is open.
   */
  lockVault(options?: { readonly hereOnly: boolean }): Promise<VaultStatus>;
  /** Of an open vault. A passphrase replaces the one before; `label` names a passkey. */
  addUnlockWay(secret: VaultSecret, label: string): Promise<VaultStatus>;
  /** Never the last one. */
  removeUnlockWay(way: UnlockWay): Promise<VaultStatus>;
  /** Minutes without use of a key. */
  setAutoLock(minutes: number): Promise<VaultStatus>;
  /**
   * Removes the vault with all its keys, open or locked, damaged or not; what lives in memory only
   * stays. Rejects with `backup-not-proven` (context: keys, their names) when a sealed key is not
   * proven or is damaged, unless `evenUnproven`. How far stateful keys were used stays known.
   */
  deleteVault(options?: { readonly evenUnproven: true }): Promise<VaultStatus>;

  list(): Promise<readonly KeyInfo[]>;
  estimate(spec: KeySpec): Promise<KeyEstimate>;
  generate(
    input: { readonly name: string; readonly spec: KeySpec },
    call?: KeyCall,
  ): Promise<KeyInfo>;
  /**
   * Takes a private key from its file, age files included, which is the backup and signs a challenge
   * at once: the key counts as proven. `key-invalid` or `malformed` when it is none. A stateful key
   * is suspended (`unknown-history`) unless its file was never signed with. The bytes are wiped.
   */
  open(
    file: KeyFile,
    options?: { readonly agePassphrase?: string },
    call?: KeyCall,
  ): Promise<KeyInfo>;
  /** The private key as the file that wolfBoot's tools read. The key counts as saved from now on. */
  exportPrivate(id: string, form: BackupForm): Promise<KeyFile>;
  /** The raw form in an armored age file, for the passphrase. The key counts as saved. */
  exportAge(id: string, passphrase: string): Promise<KeyFile>;
  exportPublic(id: string, form: 'raw' | 'der'): Promise<KeyFile>;
  backupSheet(id: string): Promise<BackupSheet>;
  /**
   * Opens the backup file as a stranger would and lets *it* sign a fresh challenge, which the
   * public key must verify. `key-mismatch` when it is another key's file. The file of a stateful key
   * never signs: its seeds are compared with the key held here, which signs with an index of its own.
   */
  proveBackup(
    id: string,
    file: KeyFile,
    options?: { readonly agePassphrase?: string },
    call?: KeyCall,
  ): Promise<KeyInfo>;
  rename(id: string, name: string): Promise<KeyInfo>;
  setMask(id: string, partitionMask: number): Promise<KeyInfo>;
  /**
   * Wipes the private key. Rejects with `backup-not-proven` for a sealed key that is not proven,
   * unless `evenUnproven` is given together with its name. So given it also removes a damaged key,
   * and any key while the vault is locked.
   */
  forget(
    id: string,
    options?: { readonly evenUnproven: true; readonly typedName: string },
  ): Promise<void>;
  /** The way out of `suspended`: indices below `nextIndex` are never used. Never back. */
  advanceState(id: string, nextIndex: bigint, call?: KeyCall): Promise<KeyInfo>;
  /**
   * Until the page is left, one-time indices are set aside in files of this folder too, before they
   * are used: a second witness of how far each key is. The folder may be written to already.
   * Rejects with `file-failed`.
   */
  useStateFolder(folder: FileSystemDirectoryHandle): Promise<void>;
  /**
   * The firmware with its signed header in front. A policy takes a second signature of the primary
   * key. All indices of stateful keys are set aside before the first is used (`key-exhausted`).
   */
  signImage(
    keys: SigningKeyIds,
    firmware: Uint8Array,
    options: ImageOptions,
    call?: KeyCall,
  ): Promise<Uint8Array>;
  /**
   * Signs as somebody who has none of the keys: with a key of this algorithm that is made for this one
   * signature and wiped. Not for stateful algorithms (`invalid-argument`).
   */
  signAsStranger(algorithm: AlgorithmId, digest: Uint8Array, call?: KeyCall): Promise<Uint8Array>;
  listEncryptionKeys(): Promise<readonly EncryptionKeyInfo[]>;
  /** Takes a key file of wolfBoot's form. The caller wipes its own copy of the bytes. Rejects with `malformed`. */
  openEncryptionKey(file: KeyFile, cipher: ImageCipher): Promise<EncryptionKeyInfo>;
  /** A fresh key; `name` is that of its file. */
  makeEncryptionKey(cipher: ImageCipher, name: string): Promise<EncryptionKeyInfo>;
  /** The key file: secret. The caller wipes it. The key counts as saved. */
  saveEncryptionKey(id: string): Promise<KeyFile>;
  forgetEncryptionKey(id: string): Promise<void>;
  /** Encrypts header and firmware of a whole or a delta image. */
  encryptImage(id: string, image: Uint8Array, choice: EncryptionChoice): Promise<EncryptedImage>;
  /** Rejects with `decryption-key-wrong`. */
  decryptImage(id: string, bytes: Uint8Array, headerSizeBytes?: number): Promise<Uint8Array>;
  /**
   * An OTP image, kept here until it is revealed, sealed where a vault is open; with a fresh UDS
   * unless `uds` is `none`.
   */
  makeOtpImage(
    profile: BootloaderProfile,
    slots: readonly KeystoreSlot[],
    options?: { readonly uds: 'random' | 'none'; readonly upstreamCompatible?: boolean },
  ): Promise<OtpImageInfo>;
  /**
   * Hands over the image itself, secret because of its UDS, for the download or for the burn. Once only:
   * it is forgotten here, `invalid-argument` the next time. The caller wipes it.
   */
  revealOtpImage(id: string): Promise<Uint8Array>;
  /** The function that is returned ends it. */
  watch(onEvent: (event: KeyringEvent) => void): () => void;
}

export type KeyringMethod = Exclude<keyof Keyring, 'watch'>;

/** Calls that take long, and which of their arguments is the `KeyCall`: it crosses as messages. */
export const longCallPosition = {
  generate: 1,
  open: 2,
  proveBackup: 3,
  advanceState: 2,
  signImage: 3,
  signAsStranger: 2,
} as const satisfies Partial<Record<KeyringMethod, number>>;

export function longCallPositionOf(method: KeyringMethod): number | undefined {
  return method in longCallPosition
    ? longCallPosition[method as keyof typeof longCallPosition]
    : undefined;
}

/** From the page: a call, or the wish to end one. */
export type KeyringRequest =
  | {
      readonly call: number;
      readonly method: KeyringMethod;
      readonly args: readonly unknown[];
      /** Whether progress is wanted. */
      readonly progress?: boolean;
    }
  | { readonly cancel: number };

export interface CarriedError {
  readonly code: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export type KeyringReply =
  | { readonly call: number; readonly ok: true; readonly value: unknown }
  | { readonly call: number; readonly ok: false; readonly error: CarriedError }
  | { readonly call: number; readonly progress: CryptoProgress }
  | { readonly event: KeyringEvent };
