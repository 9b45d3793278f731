/**
 * What the keyring can be asked. Private keys and the UDS of an OTP image stay on its side;
 * they leave it only as the files of `exportPrivate` and `revealOtpImage`.
 */
import type { AlgorithmId } from '../../core/crypto/index.ts';
import type { BootloaderProfile, ImageOptions, KeystoreSlot } from '../../core/wolfboot/index.ts';

export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly algorithm: AlgorithmId;
  /** Keystore form. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the keystore form, lower-case hex. */
  readonly fingerprint: string;
  readonly origin: 'generated' | 'opened';
  /** A private key file was handed to the person. */
  readonly saved: boolean;
  /** That file was opened again and signed a challenge. */
  readonly proven: boolean;
}

export interface KeyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OtpImageInfo {
  readonly id: string;
  /** SHA-256 of the whole image, lower-case hex. */
  readonly sha256: string;
}

/** Every call may reject with an AppError. Byte arrays are copies; the caller owns them. */
export interface Keyring {
  generate(input: { readonly name: string; readonly algorithm: AlgorithmId }): Promise<KeyInfo>;
  /**
   * Takes a private key from its file, which is the backup and signs a challenge at once: the key
   * counts as proven. `key-invalid` or `malformed` when it is none. The bytes are wiped.
   */
  open(file: KeyFile): Promise<KeyInfo>;
  /** The private key as the file that wolfBoot's tools read. The key counts as saved from now on. */
  exportPrivate(id: string, form: 'raw' | 'der'): Promise<KeyFile>;
  exportPublic(id: string, form: 'raw' | 'der'): Promise<KeyFile>;
  /**
   * Opens the backup file as a stranger would and lets *it* sign a fresh challenge, which the
   * public key must verify. `key-mismatch` when it is another key's file.
   */
  proveBackup(id: string, file: KeyFile): Promise<KeyInfo>;
  rename(id: string, name: string): Promise<KeyInfo>;
  /** Wipes the private key. */
  forget(id: string): Promise<void>;
  /** The firmware with its signed header in front. */
  signImage(id: string, firmware: Uint8Array, options: ImageOptions): Promise<Uint8Array>;
  /** An OTP image with a fresh UDS, kept here. */
  makeOtpImage(profile: BootloaderProfile, slots: readonly KeystoreSlot[]): Promise<OtpImageInfo>;
  /**
   * Hands over the image itself, secret because of its UDS, for the download or for the burn. Once only:
   * it is forgotten here, `invalid-argument` the next time. The caller wipes it.
   */
  revealOtpImage(id: string): Promise<Uint8Array>;
}

export type KeyringMethod = keyof Keyring;

export interface KeyringRequest {
  readonly call: number;
  readonly method: KeyringMethod;
  readonly args: readonly unknown[];
}

export type KeyringReply =
  | { readonly call: number; readonly ok: true; readonly value: unknown }
  | {
      readonly call: number;
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly context: Readonly<Record<string, unknown>>;
      };
    };
