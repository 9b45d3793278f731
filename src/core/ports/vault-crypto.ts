/** The ciphers of the vault, which every host has or a library gives. All of them are pure functions. */

/** AES-256-GCM (NIST SP 800-38D): 12-byte nonces, the 16-byte tag behind the text. */
export interface Aead {
  /** Nothing that is given is kept or wiped; the caller owns the result. */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    facts: Uint8Array,
    text: Uint8Array,
  ): Promise<Uint8Array>;
  /** undefined when the tag does not fit. The caller owns and wipes the result. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    facts: Uint8Array,
    sealed: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

/** What Argon2id (RFC 9106) spends on one guess. */
export interface StretchCost {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

export interface PassphraseStretcher {
  /** 32 bytes of Argon2id; the caller wipes them. Rejects with `internal` when memory is lacking. */
  argon2id(passphrase: Uint8Array, salt: Uint8Array, cost: StretchCost): Promise<Uint8Array>;
}

/** Files of the age program (age-encryption.org/v1). */
export interface AgeFiles {
  /** Armored, for a passphrase (scrypt). `content` is not kept. */
  encrypt(content: Uint8Array, passphrase: string): Promise<Uint8Array>;
  /**
   * Armored or binary. The caller wipes the result. Rejects with `vault-secret-wrong` when the
   * passphrase does not open it, with `malformed` when it is no age file or is broken.
   */
  decrypt(file: Uint8Array, passphrase: string, fileName: string): Promise<Uint8Array>;
}
