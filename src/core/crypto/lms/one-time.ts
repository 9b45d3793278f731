/**
 * LM-OTS (RFC 8554, section 4): one signature a leaf. The randomiser is derived from the seed as
 * wolfBoot does it, so the same index and message always give the same signature, and a signature
 * that is computed twice gives nothing away.
 */
import { concatBytes } from '../../bytes/index.ts';
import type { LmsHash } from './lms-hash.ts';
import { bytesOf, putBytes, wordsOf } from './lms-hash.ts';
import { HASH_BYTES, oneTimeSignatureBytes, type OneTimeSet } from './parameters.ts';

/** wolfBoot: the number in the place of a chain's for the randomiser C. */
const RANDOMIZER = 0xfffd;

/**
 * The signature of `message` by leaf `q`: type || C || y[0..p-1]. `hash` is of the leaf's tree,
 * `seed` its seed as words.
 */
export function signOneTime(
  hash: LmsHash,
  set: OneTimeSet,
  seed: Int32Array,
  q: number,
  message: Uint8Array,
): Uint8Array {
  const signature = new Uint8Array(oneTimeSignatureBytes(set));
  signature[3] = set.type;
  hash.derive(seed, q, RANDOMIZER);
  putBytes(hash.value, signature, 4);
  const randomizer = signature.subarray(4, 4 + HASH_BYTES);
  digitsOf(hash.messageDigest(q, randomizer, message), set).forEach((digit, i) => {
    hash.derive(seed, q, i);
    hash.chain(q, i, 0, digit);
    putBytes(hash.value, signature, 4 + HASH_BYTES * (i + 1));
  });
  return signature;
}

/**
 * The leaf's public key K that `signature` (of the right type and length) leads to, left in
 * `hash.value` (RFC 8554, algorithm 4b).
 */
export function candidateKey(
  hash: LmsHash,
  set: OneTimeSet,
  q: number,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  const end = 2 ** set.winternitz - 1;
  const randomizer = signature.subarray(4, 4 + HASH_BYTES);
  digitsOf(hash.messageDigest(q, randomizer, message), set).forEach((digit, i) => {
    const at = 4 + HASH_BYTES * (i + 1);
    hash.value.set(wordsOf(signature.subarray(at, at + HASH_BYTES)));
    hash.chain(q, i, digit, end);
    hash.putChainEnd(i);
  });
  hash.hashKey(q);
}

/** The p digits of a digest and its checksum (RFC 8554, sections 3.1.3 and 4.4). */
export function digitsOf(digest: Uint8Array, set: OneTimeSet): readonly number[] {
  const { winternitz, chains, checksumShift } = set;
  const largest = 2 ** winternitz - 1;
  const perByte = 8 / winternitz;
  const digit = (bytes: Uint8Array, i: number): number =>
    ((bytes[Math.floor(i / perByte)] ?? 0) >> (8 - winternitz * ((i % perByte) + 1))) & largest;
  let checksum = 0;
  for (let i = 0; i < digest.length * perByte; i++) checksum += largest - digit(digest, i);
  const shifted = checksum << checksumShift;
  const withChecksum = concatBytes(digest, Uint8Array.of(shifted >>> 8, shifted & 0xff));
  return Array.from({ length: chains }, (_, i) => digit(withChecksum, i));
}

/** wolfBoot's derivation of the tree under leaf `q`; the seed is secret. */
export function deriveChild(
  hash: LmsHash,
  seed: Int32Array,
  q: number,
): { readonly identifier: Uint8Array; readonly seed: Uint8Array } {
  hash.derive(seed, q, CHILD_SEED);
  const childSeed = bytesOf(hash.value);
  hash.derive(seed, q, CHILD_IDENTIFIER);
  return { identifier: bytesOf(hash.value.subarray(0, 4)), seed: childSeed };
}

const CHILD_SEED = 0xfffe;
const CHILD_IDENTIFIER = 0xffff;
