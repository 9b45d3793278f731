/**
 * The fields of an image header as a table: number, name, length and how far each is aligned
 * (formats/wolfboot.md, section 11). Builder, reader, checks and the hex view all go by it.
 */
import {
  bytesToLatin1,
  encode,
  hexNumber,
  Reader,
  toHex,
  u16le,
  u32le,
  u64le,
} from '../../bytes/index.ts';
import type { Field } from '../../bytes/index.ts';
import { hashLengthBytes, type HashId } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import { authKeyByCode } from '../auth-keys.ts';

export const IMAGE_MAGIC = 'WOLF';

/** Magic and size, before the first field. */
export const IMAGE_FIELDS_OFFSET_BYTES = 8;

/** u16 tag and u16 length in front of every value, little-endian. */
export const TLV_HEAD_BYTES = 4;

/** Where nothing is written; at the place of a tag it is skipped byte by byte. */
export const HEADER_FILLER = 0xff;

export const TAG = {
  version: 0x0001,
  timestamp: 0x0002,
  sha256: 0x0003,
  imageType: 0x0004,
  deltaBase: 0x0005,
  deltaSize: 0x0006,
  deltaBaseHash: 0x0007,
  pubkeyHint: 0x0010,
  secondaryCipher: 0x0011,
  secondaryPubkeyHint: 0x0012,
  sha3: 0x0013,
  sha384: 0x0014,
  deltaInverse: 0x0015,
  deltaInverseSize: 0x0016,
  signature: 0x0020,
  policySignature: 0x0021,
  secondarySignature: 0x0022,
  certChain: 0x0023,
  cmdline: 0x0034,
  deviceTreeDigest: 0x0035,
} as const;

/** The high byte of the image type of an image that nobody signed; such images have no key type. */
export const UNSIGNED_KEY_TYPE = 0xff;

/** Bits of the image type's low byte (section 11). */
export const PARTITION_ID_MASK = 0x0f;
export const DELTA_FLAG = 0xd0;

/**
 * What stands before the tag: nothing, filler until the offset is a multiple of 4, or filler until
 * the value that follows the tag starts at a multiple of 8.
 */
export type TlvPad = 'none' | 'pad4' | 'pad8';

/** Where a tag lies whose predecessor ended at `offsetBytes`. */
export function padded(offsetBytes: number, pad: TlvPad): number {
  let at = offsetBytes;
  if (pad === 'pad4') while (at % 4 !== 0) at++;
  if (pad === 'pad8') while (at % 8 !== TLV_HEAD_BYTES) at++;
  return at;
}

interface TagRow {
  /** As the manifests of the vectors and wolfBoot's documents call it. */
  readonly name: string;
  /** The only lengths a reader accepts; undefined: any. */
  readonly lengthsBytes?: readonly number[];
  describe(value: Uint8Array): string;
}

const decimal = (value: Uint8Array): string => String(numberOf(value));
const hex = (value: Uint8Array): string => toHex(value);
const byteCount = (value: Uint8Array): string => `${value.length} bytes`;

const rows: Readonly<Record<number, TagRow>> = {
  [TAG.version]: { name: 'version', lengthsBytes: [4], describe: decimal },
  [TAG.timestamp]: { name: 'timestamp', lengthsBytes: [8], describe: describeTimestamp },
  [TAG.sha256]: { name: 'sha256', lengthsBytes: [32], describe: hex },
  [TAG.imageType]: { name: 'img_type', lengthsBytes: [2], describe: describeImageType },
  [TAG.deltaBase]: { name: 'delta_base', lengthsBytes: [4], describe: decimal },
  [TAG.deltaSize]: { name: 'delta_size', lengthsBytes: [4], describe: decimal },
  [TAG.deltaBaseHash]: { name: 'delta_base_hash', lengthsBytes: [32, 48], describe: hex },
  [TAG.pubkeyHint]: { name: 'pubkey_hint', lengthsBytes: [32, 48], describe: hex },
  [TAG.secondaryCipher]: {
    name: 'secondary_cipher',
    lengthsBytes: [2],
    describe: (value) => keyTypeLabel(secondaryKeyType(value)),
  },
  [TAG.secondaryPubkeyHint]: {
    name: 'secondary_pubkey_hint',
    lengthsBytes: [32, 48],
    describe: hex,
  },
  [TAG.sha3]: { name: 'sha3_384', lengthsBytes: [48], describe: hex },
  [TAG.sha384]: { name: 'sha384', lengthsBytes: [48], describe: hex },
  [TAG.deltaInverse]: { name: 'delta_inverse', lengthsBytes: [4], describe: decimal },
  [TAG.deltaInverseSize]: { name: 'delta_inverse_size', lengthsBytes: [4], describe: decimal },
  [TAG.signature]: { name: 'signature', describe: hex },
  [TAG.policySignature]: { name: 'policy_signature', describe: hex },
  [TAG.secondarySignature]: { name: 'secondary_signature', describe: hex },
  [TAG.certChain]: { name: 'cert_chain', describe: byteCount },
  [TAG.cmdline]: { name: 'cmdline', describe: (value) => bytesToLatin1(value) },
  [TAG.deviceTreeDigest]: { name: 'device_tree_digest', lengthsBytes: [32, 48], describe: hex },
};

const custom: TagRow = { name: 'custom', describe: hex };

/** The table's row; tags that wolfBoot gives no meaning are `custom`. */
export function tagRow(tag: number): TagRow {
  return rows[tag] ?? custom;
}

export function tagName(tag: number): string {
  return tagRow(tag).name;
}

/** The digest field of each hash; a bootloader looks for that of its own build only. */
export const DIGEST_TAGS: Readonly<Record<HashId, number>> = {
  sha256: TAG.sha256,
  sha384: TAG.sha384,
  'sha3-384': TAG.sha3,
};

export function hashOfDigestTag(tag: number): HashId | undefined {
  if (tag === TAG.sha256) return 'sha256';
  if (tag === TAG.sha384) return 'sha384';
  return tag === TAG.sha3 ? 'sha3-384' : undefined;
}

/** Little-endian value of a field of up to four bytes. */
export function numberOf(value: Uint8Array): number {
  return value.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

/** Seconds since 1970 of an eight-byte timestamp. */
export function secondsOf(value: Uint8Array): bigint {
  return u64le.read(new Reader(value, 'timestamp'));
}

/** Key type in the secondary cipher field, whose low byte is unused (section 11). */
export function secondaryKeyType(value: Uint8Array): number {
  return numberOf(value) >>> 8;
}

export function keyTypeLabel(code: number): string {
  if (code === UNSIGNED_KEY_TYPE) return 'unsigned';
  return authKeyByCode(code)?.label ?? `unknown key type ${hexNumber(code, 2)}`;
}

function describeTimestamp(value: Uint8Array): string {
  return `${secondsOf(value)} s since 1970`;
}

function describeImageType(value: Uint8Array): string {
  const type = numberOf(value);
  const delta = (type & DELTA_FLAG) === DELTA_FLAG ? ', delta' : '';
  return `${keyTypeLabel(type >>> 8)}, partition ${type & PARTITION_ID_MASK}${delta}`;
}

export function encodeNumber(value: number, lengthBytes: 2 | 4): Uint8Array {
  const field: Field<number> = lengthBytes === 2 ? u16le : u32le;
  return encode(field, value);
}

/** Throws `internal`: only for lengths that the builder itself made. */
export function checkDigestLength(hash: HashId, digest: Uint8Array, what: string): void {
  if (digest.length !== hashLengthBytes(hash)) {
    throw new AppError(
      'invalid-argument',
      `the ${what} has ${digest.length} bytes; ${hash} gives ${hashLengthBytes(hash)}`,
    );
  }
}
