/**
 * What every signature scheme offers. The shape is made for the hardest of them: stateful hash-based
 * schemes take seconds, can be cancelled, and consume a one-time index that must be stored before
 * the signature leaves.
 *
 * Knows no file formats: private keys are in each scheme's own raw form.
 */
import type { LongCall, Rng } from '../ports/index.ts';

/** Schemes this program can generate, sign and verify with. Grows: RSA, ML-DSA, LMS, XMSS. */
export const algorithmIds = ['ed25519', 'ecdsa-p256'] as const;

export type AlgorithmId = (typeof algorithmIds)[number];

/**
 * A secret. Ed25519: the 32-byte seed (RFC 8032, 5.1.5). ECDSA: the scalar d, big-endian, padded to
 * the field size. Whoever holds it wipes it (`wipe` of `core/bytes`).
 */
export interface PrivateKey {
  readonly algorithm: AlgorithmId;
  readonly bytes: Uint8Array;
}

/** `publicKey` is in keystore form: Ed25519 raw, ECDSA Qx || Qy big-endian. */
export interface KeyPair {
  readonly algorithm: AlgorithmId;
  readonly publicKey: Uint8Array;
  readonly privateKey: PrivateKey;
}

export interface CryptoProgress {
  readonly done: number;
  readonly total: number;
}

export type CryptoCall = LongCall<CryptoProgress>;

export interface GenerateCall extends CryptoCall {
  readonly rng: Rng;
}

export interface SignCall extends CryptoCall {
  readonly rng: Rng;
  /**
   * Stateful schemes call this with the advanced key and wait for it before they release the
   * signature. It resolves only when the state is durable; when it rejects there is no signature
   * and the index counts as consumed.
   */
  readonly persistState?:
    ((advanced: PrivateKey, consumedIndex: bigint) => Promise<void>) | undefined;
}

export interface Signed {
  readonly signature: Uint8Array;
  /** The one-time index this signature used up; stateful schemes only. */
  readonly consumedIndex?: bigint;
}

export interface SignatureScheme {
  readonly id: AlgorithmId;
  /** The name people use, not translated. */
  readonly label: string;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** Consumes a one-time index with every signature. */
  readonly stateful: boolean;
  /** A new pair from `call.rng`; the caller owns and wipes it. Throws `cancelled`. */
  generate(call: GenerateCall): Promise<KeyPair>;
  /** Throws `key-invalid` when the private key is not one of this scheme. */
  derivePublicKey(privateKey: PrivateKey, call?: CryptoCall): Promise<Uint8Array>;
  /** Throws `key-invalid` unless this is a key that honest key generation can produce. */
  checkPublicKey(publicKey: Uint8Array): void;
  /**
   * Signs `message`. Ed25519: the message itself. ECDSA: `message` is already the digest, its
   * leftmost bits are signed. Throws `key-invalid`, `key-exhausted`, `cancelled`.
   * Callers use `signDurably`, which holds stateful schemes to their promise.
   */
  sign(privateKey: PrivateKey, message: Uint8Array, call: SignCall): Promise<Signed>;
  /** False for anything that is not a good signature of this key, malformed input included. */
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    call?: CryptoCall,
  ): Promise<boolean>;
}
