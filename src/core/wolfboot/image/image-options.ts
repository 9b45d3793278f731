/**
 * What an image is to be made of, and the checks that need nothing but these words
 * (formats/wolfboot.md, sections 11 to 17). Encryption comes after signing and is not said here.
 */
import { AppError } from '../../errors.ts';
import type { AlgorithmId, HashId } from '../../crypto/index.ts';
import { checkCustomTlvs, type CustomTlv } from './custom-tlv.ts';
import { signingType } from './image-signature.ts';
import { checkDigestLength, PARTITION_ID_MASK, UNSIGNED_KEY_TYPE } from './image-tags.ts';

export interface ImageOptions {
  /** AUTH_KEY value of the signing key, or `UNSIGNED_KEY_TYPE`. */
  readonly keyType: number;
  /** Second signature of a hybrid image; another type than the first. */
  readonly secondaryKeyType?: number | undefined;
  /** 0 the bootloader itself, 1 the application, up to 15. */
  readonly partitionId: number;
  /** 0 to 0xFFFFFFFF; a bootloader takes 0 for "no image". */
  readonly version: number;
  readonly hash: HashId;
  /** Seconds since 1970; without it the image has no timestamp and is reproducible. */
  readonly timestamp?: bigint | undefined;
  /** IMAGE_HEADER_SIZE of the bootloader. Smaller than the key type's own minimum: no effect. */
  readonly headerSizeBytes?: number | undefined;
  /** In this order; at most 16. */
  readonly customTlvs?: readonly CustomTlv[] | undefined;
  /** From `deviceTreeDigest`, with the same hash. */
  readonly deviceTreeDigest?: Uint8Array | undefined;
  readonly certificateChain?: Uint8Array | undefined;
  readonly policy?: ImagePolicy | undefined;
  /** From `deltaOptionsFor`: the payload is patches. */
  readonly delta?: DeltaOptions | undefined;
  /**
   * A delta image is made beside this whole one, so both get the header of a delta image: 512 bytes
   * where it would be 256 (section 13). Goes without saying when `delta` is set.
   */
  readonly deltaRun?: boolean | undefined;
  /**
   * Neither keys nor signatures are checked: to know an image's size before its key is used, and to make
   * what wolfBoot's sign makes although no bootloader takes it (section 23, 18 and 19).
   */
  readonly unchecked?: UncheckedSizes | undefined;
}

/** What follows from key type and header size otherwise. */
export interface UncheckedSizes {
  /** Of the first signature. */
  readonly signatureBytes?: number | undefined;
  /** Whatever `headerSizeBytes` says. */
  readonly headerSizeBytes?: number | undefined;
}

/** What a delta image says of the patches in it (section 17). */
export interface DeltaOptions {
  /** Not 0. */
  readonly baseVersion: number;
  /** Of the forward patch, without padding. */
  readonly patchSizeBytes: number;
  /** Of the inverse patch in the payload; the header says it from the start of the file. */
  readonly inverseStartBytes: number;
  readonly inverseSizeBytes: number;
  /** Of the base image, by the same hash; without it boards go by the version alone. */
  readonly baseDigest?: Uint8Array | undefined;
}

/** Section 15: which PCRs of a TPM, and the SHA-256 that is signed for them. */
export interface ImagePolicy {
  /** 4 bytes as they stand in the policy file. */
  readonly pcrMask: Uint8Array;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

export const POLICY_MASK_BYTES = 4;
const POLICY_DIGEST_BYTES = 32;
export const POLICY_FILE_BYTES = POLICY_MASK_BYTES + POLICY_DIGEST_BYTES;

/** The longest value sign accepts for a field of any length (section 11). */
export const LONGEST_TLV_BYTES = 65524;

/** Public keys in keystore form; none for an unsigned image. */
export interface ImageKeys {
  readonly primary?: Uint8Array | undefined;
  readonly secondary?: Uint8Array | undefined;
  /** Needed for XMSS^MT only: its keys look like those of XMSS. */
  readonly primaryAlgorithm?: AlgorithmId | undefined;
  readonly secondaryAlgorithm?: AlgorithmId | undefined;
}

/** Many times the largest field; beyond this a size is a slip, and its filler would exhaust the memory. */
export const LARGEST_HEADER_BYTES = 0x100000;
const LARGEST_U32 = 0xffffffff;
const LARGEST_U64 = (1n << 64n) - 1n;

/** Throws `invalid-argument`. */
export function checkImageOptions(options: ImageOptions): void {
  const unsigned = options.keyType === UNSIGNED_KEY_TYPE;
  if (!unsigned) checkSigningType(options.keyType, options.hash);
  checkSecondary(options, unsigned);
  checkWhole('partition id', options.partitionId, 0, PARTITION_ID_MASK);
  checkWhole('version', options.version, 0, LARGEST_U32);
  if (options.headerSizeBytes !== undefined) {
    checkWhole('header size', options.headerSizeBytes, 0, LARGEST_HEADER_BYTES);
  }
  const { timestamp } = options;
  if (timestamp !== undefined && (timestamp < 0n || timestamp > LARGEST_U64)) {
    throw refused(`a timestamp of ${timestamp} does not fit into 64 bits`);
  }
  checkCustomTlvs(options.customTlvs ?? []);
  if (options.deviceTreeDigest) {
    checkDigestLength(options.hash, options.deviceTreeDigest, 'device tree digest');
  }
  checkChain(options.certificateChain);
  checkPolicy(options.policy, unsigned);
  if (options.delta) checkDelta(options, options.delta);
}

function checkDelta({ hash, deviceTreeDigest }: ImageOptions, delta: DeltaOptions): void {
  if (deviceTreeDigest) throw refused('a delta image cannot vouch for a device tree');
  checkWhole('base version', delta.baseVersion, 1, LARGEST_U32);
  checkWhole('patch size', delta.patchSizeBytes, 0, LARGEST_U32);
  checkWhole('inverse patch offset', delta.inverseStartBytes, delta.patchSizeBytes, LARGEST_U32);
  checkWhole('inverse patch size', delta.inverseSizeBytes, 0, LARGEST_U32);
  if (delta.baseDigest) checkDigestLength(hash, delta.baseDigest, 'digest of the base image');
}

function checkSecondary(
  { keyType, secondaryKeyType, hash }: ImageOptions,
  unsigned: boolean,
): void {
  if (secondaryKeyType === undefined) return;
  if (unsigned) throw refused('an unsigned image has no second signature either');
  if (secondaryKeyType === keyType) {
    throw refused('the two signatures of a hybrid image are of different types');
  }
  checkSigningType(secondaryKeyType, hash);
}

/** Section 12: PSS takes its own hash from the image's, and SHA3-384 is none it has. */
function checkSigningType(keyType: number, hash: HashId): void {
  const { name, label } = signingType(keyType);
  if (name.startsWith('RSAPSS') && hash === 'sha3-384') {
    throw refused(`images signed with ${label} are hashed with SHA-256 or SHA-384`);
  }
}

function checkWhole(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw refused(`${what} ${value} is not a whole number from ${least} to ${most}`);
  }
}

function checkChain(chain: Uint8Array | undefined): void {
  if (chain === undefined) return;
  if (chain.length === 0 || chain.length > LONGEST_TLV_BYTES) {
    throw refused(
      `a certificate chain of ${chain.length} bytes does not fit a field; 1 to ${LONGEST_TLV_BYTES} do`,
    );
  }
}

function checkPolicy(policy: ImagePolicy | undefined, unsigned: boolean): void {
  if (!policy) return;
  if (unsigned) throw refused('a policy is signed with the image key: an unsigned image has none');
  if (policy.pcrMask.length !== POLICY_MASK_BYTES || policy.digest.length !== POLICY_DIGEST_BYTES) {
    throw refused('a policy is a PCR mask of 4 bytes and a digest of 32');
  }
}

/** Splits a policy file. Throws `malformed` unless it has exactly 36 bytes. */
export function parsePolicyFile(bytes: Uint8Array, fileName: string): ImagePolicy {
  if (bytes.length !== POLICY_FILE_BYTES) {
    throw new AppError(
      'malformed',
      `${fileName} has ${bytes.length} bytes; a policy is a PCR mask of 4 bytes and a SHA-256 of 32`,
      { context: { file: fileName, offset: 0, field: 'policy' } },
    );
  }
  return {
    pcrMask: bytes.slice(0, POLICY_MASK_BYTES),
    digest: bytes.slice(POLICY_MASK_BYTES),
  };
}

function refused(problem: string): AppError {
  return new AppError('invalid-argument', problem);
}
