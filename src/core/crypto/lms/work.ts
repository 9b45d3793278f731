/**
 * What a job costs, in compressions of SHA-256. Work on trees is known beforehand to the last
 * compression; what a one-time signature costs depends on the digits of the digest it signs.
 */
import type { LmsParameters } from '../scheme.ts';
import { compressionsOf, keyHashCompressions } from './lms-hash.ts';
import {
  HASH_BYTES,
  LMS_PUBLIC_KEY_BYTES,
  oneTimeSet,
  type OneTimeSet,
  type Winternitz,
} from './parameters.ts';

const NODE_COMPRESSIONS = 2;
const LEAF_COMPRESSIONS = 1;
/** I || q || two bytes || C, which stand before the message. */
const MESSAGE_HEAD_BYTES = 22 + HASH_BYTES;
const DIGEST_BYTES = 32;

export interface LmsWork {
  /** Leaves and nodes: exact. The part that goes through the tree hasher and its progress. */
  readonly trees: number;
  /** One-time signatures: the mean over all digests of 32 bytes, rounded. */
  readonly oneTime: number;
}

/** One leaf: secrets, chains, key hash and the leaf's own hash. */
export function leafCompressions(winternitz: Winternitz): number {
  const set = oneTimeSet(winternitz);
  return set.chains * (1 << winternitz) + keyHashCompressions(set) + LEAF_COMPRESSIONS;
}

/** All nodes over `2 ** height` leaves, the leaves included. */
export function treeCompressions(height: number, winternitz: Winternitz): number {
  const leaves = 2 ** height;
  return leaves * leafCompressions(winternitz) + NODE_COMPRESSIONS * (leaves - 1);
}

/** The nodes over `2 ** height` nodes that are there already. */
export function joinCompressions(height: number): number {
  return NODE_COMPRESSIONS * (2 ** height - 1);
}

/** One one-time signature over a digest with these digits (the checksum's included). */
export function oneTimeCompressions(
  set: OneTimeSet,
  digits: readonly number[],
  messageBytes: number,
): number {
  const steps = digits.reduce((sum, digit) => sum + digit, 0);
  return 1 + compressionsOf(MESSAGE_HEAD_BYTES + messageBytes) + set.chains + steps;
}

/** A new key: its top tree. */
export function generateWork({ height, winternitz }: LmsParameters): LmsWork {
  return { trees: treeCompressions(height, winternitz), oneTime: 0 };
}

/**
 * One signature, with every tree cached but the `newTrees` lowest ones: 0 where nothing changes,
 * 1 at the change of the lowest tree, as many as there are levels without any cache.
 */
export function signWork({ levels, height, winternitz }: LmsParameters, newTrees = 0): LmsWork {
  const signedTrees = Math.min(newTrees, levels - 1);
  return {
    trees: newTrees * treeCompressions(height, winternitz),
    oneTime:
      meanOneTime(winternitz, DIGEST_BYTES) +
      signedTrees * meanOneTime(winternitz, LMS_PUBLIC_KEY_BYTES),
  };
}

function meanOneTime(winternitz: Winternitz, messageBytes: number): number {
  const set = oneTimeSet(winternitz);
  const meanDigit = (2 ** winternitz - 1) / 2;
  return Math.round(oneTimeCompressions(set, [], messageBytes) + set.chains * meanDigit);
}
