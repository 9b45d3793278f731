/**
 * What RSA signs: a digest inside a block as long as the modulus (RFC 8017, 9.1 and 9.2). Checking
 * PKCS#1 v1.5 means building the block again and comparing all of it: nothing is parsed, so there is
 * nothing to be lenient about.
 */
import {
  concatBytes,
  encode,
  equalBytes,
  filledBytes,
  isFilledWith,
  u32be,
} from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { encodeDer } from '../der.ts';
import { hash, hashLengthBytes, type HashId } from '../hash.ts';

const LEAST_PADDING_BYTES = 8;

/**
 * Block type 1 around `content` as it stands: wolfBoot's own form has the bare digest there.
 * Throws `invalid-argument` when it does not fit.
 */
export function pkcs1Block(content: Uint8Array, lengthBytes: number): Uint8Array {
  const paddingBytes = lengthBytes - content.length - 3;
  if (paddingBytes < LEAST_PADDING_BYTES || content.length === 0) {
    throw new AppError('invalid-argument', `RSA cannot sign ${content.length} bytes`);
  }
  const padding = filledBytes(paddingBytes, 0xff);
  return concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), content);
}

/** NIST hash algorithms, 2.16.840.1.101.3.4.2, by their last number. */
const HASH_OBJECT_ID = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02] as const;
const HASH_NUMBERS: Readonly<Record<HashId, number>> = { sha256: 1, sha384: 2, 'sha3-384': 9 };

/** DigestInfo (RFC 8017, 9.2). Throws `invalid-argument` when the digest is not one of `hashId`. */
export function digestInfo(hashId: HashId, digest: Uint8Array): Uint8Array {
  if (digest.length !== hashLengthBytes(hashId)) {
    throw new AppError(
      'invalid-argument',
      `a digest of ${digest.length} bytes is none of ${hashId}`,
    );
  }
  const name = Uint8Array.of(...HASH_OBJECT_ID, HASH_NUMBERS[hashId]);
  const algorithm = encodeDer('sequence', encodeDer('objectIdentifier', name), encodeDer('null'));
  return encodeDer('sequence', algorithm, encodeDer('octetString', digest));
}

/** The hash of a PSS signature follows from the digest's length (section 12 of the formats). */
export function pssHash(digest: Uint8Array): HashId | undefined {
  switch (digest.length) {
    case 32:
      return 'sha256';
    case 48:
      return 'sha384';
    default:
      return undefined;
  }
}

const TRAILER = 0xbc;

/**
 * EMSA-PSS-ENCODE with a salt as long as the digest, for a modulus of a whole number of bytes.
 * Throws `invalid-argument` for a digest that is neither of SHA-256 nor of SHA-384.
 */
export function pssBlock(digest: Uint8Array, salt: Uint8Array, lengthBytes: number): Uint8Array {
  const hashId = pssHash(digest);
  if (hashId === undefined) {
    throw new AppError(
      'invalid-argument',
      `RSA-PSS signs digests of SHA-256 and SHA-384, not ${digest.length} bytes`,
    );
  }
  const inner = hash(hashId, new Uint8Array(8), digest, salt);
  const dataBytes = lengthBytes - inner.length - 1;
  const padding = new Uint8Array(dataBytes - salt.length - 1);
  const data = concatBytes(padding, Uint8Array.of(1), salt);
  const masked = exclusiveOr(data, mgf1(hashId, inner, dataBytes));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return concatBytes(masked, inner, Uint8Array.of(TRAILER));
}

/** EMSA-PSS-VERIFY: takes the salt out, builds the block again and compares. Never throws. */
export function isPssBlock(block: Uint8Array, digest: Uint8Array): boolean {
  const hashId = pssHash(digest);
  if (hashId === undefined) return false;
  const saltBytes = digest.length;
  const dataBytes = block.length - digest.length - 1;
  if (dataBytes < saltBytes + 1) return false;
  const inner = block.subarray(dataBytes, -1);
  const data = exclusiveOr(block.subarray(0, dataBytes), mgf1(hashId, inner, dataBytes));
  data[0] = (data[0] ?? 0) & 0x7f;
  const markAt = dataBytes - saltBytes - 1;
  if (!isFilledWith(data.subarray(0, markAt), 0) || data[markAt] !== 1) return false;
  return equalBytes(pssBlock(digest, data.subarray(markAt + 1), block.length), block);
}

function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] ?? 0));
}

/** RFC 8017, B.2.1. */
function mgf1(hashId: HashId, seed: Uint8Array, lengthBytes: number): Uint8Array {
  const count = Math.ceil(lengthBytes / hashLengthBytes(hashId));
  const blocks = Array.from({ length: count }, (_, index) =>
    hash(hashId, seed, encode(u32be, index)),
  );
  return concatBytes(...blocks).slice(0, lengthBytes);
}
