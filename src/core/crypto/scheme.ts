/**
 * What every signature scheme offers. The shape is made for the hardest of them: stateful hash-based
 * schemes take seconds, can be cancelled, and consume a one-time index that must be stored before
 * the signature leaves.
 *
 * Knows no file formats: private keys are in each scheme's own raw form.
 */
import type { LongCall, Rng, RsaKeyMaker, TreeHasher } from '../ports/index.ts';

/** Every algorithm a wolfBoot key can have. XMSS and XMSS^MT share a key type and a key size there. */
export const algorithmIds = [
  'ed25519',
  'ed448',
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'rsa-pss-2048',
  'rsa-pss-3072',
  'rsa-pss-4096',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
  'lms',
  'xmss',
  'xmssmt',
] as const;

export type AlgorithmId = (typeof algorithmIds)[number];

/**
 * A secret. Whoever holds it wipes it (`wipe` of `core/bytes`). By algorithm:
 * - Ed25519, Ed448: the seed (RFC 8032, 5.1.5 and 5.2.5), 32 and 57 bytes;
 * - ECDSA: the scalar d, big-endian, padded to the field size;
 * - RSA, RSA-PSS: RSAPrivateKey in DER (RFC 8017, A.1.2);
 * - ML-DSA: the secret key (FIPS 204, algorithm 24);
 * - LMS, XMSS, XMSS^MT: wolfBoot's whole key file, state and public key.
 */
export interface PrivateKey {
  readonly algorithm: AlgorithmId;
  readonly bytes: Uint8Array;
}

/**
 * `publicKey` is in keystore form: EdDSA raw, ECDSA Qx || Qy big-endian, RSA SubjectPublicKeyInfo,
 * ML-DSA raw, LMS the HSS public key (60), XMSS OID || root || seed (68).
 */
export interface KeyPair {
  readonly algorithm: AlgorithmId;
  readonly publicKey: Uint8Array;
  readonly privateKey: PrivateKey;
}

/** HSS parameters, the same on every level. */
export interface LmsParameters {
  /** 1 to 8; what wolfBoot can be built for stands in `wolfboot/profile.ts`. */
  readonly levels: number;
  readonly height: 5 | 10 | 15 | 20 | 25;
  readonly winternitz: 1 | 2 | 4 | 8;
}

/** Parameter sets with SHA-256 and n = 32 (SP 800-208, section 5; RFC 8391, section 5.3 and 5.4). */
export const xmssSetNames = ['XMSS-SHA2_10_256', 'XMSS-SHA2_16_256', 'XMSS-SHA2_20_256'] as const;
export const xmssMtSetNames = [
  'XMSSMT-SHA2_20/2_256',
  'XMSSMT-SHA2_20/4_256',
  'XMSSMT-SHA2_40/2_256',
  'XMSSMT-SHA2_40/4_256',
  'XMSSMT-SHA2_40/8_256',
  'XMSSMT-SHA2_60/3_256',
  'XMSSMT-SHA2_60/6_256',
  'XMSSMT-SHA2_60/12_256',
] as const;

export type XmssSetName = (typeof xmssSetNames)[number];
export type XmssMtSetName = (typeof xmssMtSetNames)[number];

/** What to generate: the algorithm and, where it has any, its parameters. */
export type KeySpec =
  | { readonly algorithm: Exclude<AlgorithmId, 'lms' | 'xmss' | 'xmssmt'> }
  | { readonly algorithm: 'lms'; readonly lms: LmsParameters }
  | { readonly algorithm: 'xmss'; readonly set: XmssSetName }
  | { readonly algorithm: 'xmssmt'; readonly set: XmssMtSetName };

export interface CryptoProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Nodes computed before, by a name that the scheme chooses. It saves time and decides nothing: a
 * scheme works the same, only slower, with an empty one. Sealed together with the key.
 */
export interface TreeCache {
  /** Not to be changed by the caller. */
  get(name: string): Uint8Array | undefined;
  /** `nodes` is kept. */
  put(name: string, nodes: Uint8Array): void;
  delete(name: string): void;
}

/** What long work may use; every part has a plain stand-in but `rsa`. */
export interface CryptoCall extends LongCall<CryptoProgress> {
  /** Without it trees are hashed here, in plain JavaScript. */
  readonly hasher?: TreeHasher | undefined;
  readonly trees?: TreeCache | undefined;
}

export interface GenerateCall extends CryptoCall {
  readonly rng: Rng;
  /** Needed for RSA only. */
  readonly rsa?: RsaKeyMaker | undefined;
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
  /** RSA: with the exponent 65537; another exponent gives another length. */
  readonly publicKeyBytes: number;
  /** Length of every signature of this key. Throws `key-invalid` when `publicKey` is none. */
  signatureBytes(publicKey: Uint8Array): number;
  /** Consumes a one-time index with every signature. */
  readonly stateful: boolean;
  /**
   * A new pair from `call.rng` (RSA: from `call.rsa`); the caller owns and wipes it. `spec` is of
   * this scheme. Throws `cancelled`, `invalid-argument` for parameters that do not exist.
   */
  generate(spec: KeySpec, call: GenerateCall): Promise<KeyPair>;
  /**
   * Computed from the secret alone, also where the private key carries its public half.
   * Throws `key-invalid` when the private key is not one of this scheme.
   */
  derivePublicKey(privateKey: PrivateKey, call?: CryptoCall): Promise<Uint8Array>;
  /** Throws `key-invalid` unless this is a key that honest key generation can produce. */
  checkPublicKey(publicKey: Uint8Array): void;
  /**
   * Signs `message`, which for wolfBoot is always the digest of an image. EdDSA, ML-DSA, LMS and XMSS
   * take it as any other message. ECDSA signs its leftmost bits as they are, RSA puts it bare into
   * the block, RSA-PSS takes 32 bytes for a SHA-256 and 48 for a SHA-384.
   * Throws `key-invalid`, `key-exhausted`, `invalid-argument`, `cancelled`.
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
  /** Stateful schemes only. */
  readonly state?: KeyStateAccess | undefined;
}

/** The one-time indices of a stateful private key. */
export interface KeyStateAccess {
  /** Throws `key-invalid`. */
  usage(privateKey: PrivateKey): KeyUsage;
  /**
   * The same key with `nextIndex` further on: the indices between are never used. A new array; the
   * key given stays as it is. Throws `invalid-argument` when that would go back or beyond the end.
   */
  advanceTo(privateKey: PrivateKey, nextIndex: bigint, call?: CryptoCall): Promise<PrivateKey>;
}

export interface KeyUsage {
  /** The index that the next signature uses up. Equal to `capacity` when none is left. */
  readonly nextIndex: bigint;
  /** How many signatures the key has in all; indices run from 0 to capacity - 1. */
  readonly capacity: bigint;
  /** The parameters in the field's own words: `L2-H5-W8`, `XMSSMT-SHA2_20/2_256`. */
  readonly parameters: string;
}
