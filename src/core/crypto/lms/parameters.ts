/**
 * Parameter sets of LM-OTS and LMS with SHA-256 and n = m = 32 (RFC 8554, tables 1 and 2), and the
 * lengths that follow from them. All lengths in bytes.
 */
import { AppError } from '../../errors.ts';
import type { LmsTree } from '../../ports/index.ts';
import type { LmsParameters } from '../scheme.ts';

export type LmsHeight = LmsTree['height'];
export type Winternitz = LmsTree['winternitz'];

export const HASH_BYTES = 32;
export const IDENTIFIER_BYTES = 16;
/** RFC 8554, section 6: at most 8 levels. */
export const MAXIMUM_LEVELS = 8;

/** LMS type || LM-OTS type || I || root (RFC 8554, section 5.3). */
export const LMS_PUBLIC_KEY_BYTES = 4 + 4 + IDENTIFIER_BYTES + HASH_BYTES;
/** Levels || LMS public key of the top tree (RFC 8554, section 6.1). */
export const HSS_PUBLIC_KEY_BYTES = 4 + LMS_PUBLIC_KEY_BYTES;

/** One LM-OTS parameter set. */
export interface OneTimeSet {
  readonly type: number;
  readonly winternitz: Winternitz;
  /** p: number of chains. */
  readonly chains: number;
  /** ls: how far the checksum is shifted to the left. */
  readonly checksumShift: number;
}

/** One set of one tree: its height and its one-time signatures. */
export interface TreeSet {
  readonly type: number;
  readonly height: LmsHeight;
  readonly oneTime: OneTimeSet;
}

const ONE_TIME_SETS: readonly OneTimeSet[] = [
  { type: 1, winternitz: 1, chains: 265, checksumShift: 7 },
  { type: 2, winternitz: 2, chains: 133, checksumShift: 6 },
  { type: 3, winternitz: 4, chains: 67, checksumShift: 4 },
  { type: 4, winternitz: 8, chains: 34, checksumShift: 0 },
];

const HEIGHTS: readonly { readonly type: number; readonly height: LmsHeight }[] = [
  { type: 5, height: 5 },
  { type: 6, height: 10 },
  { type: 7, height: 15 },
  { type: 8, height: 20 },
  { type: 9, height: 25 },
];

/** Throws `invalid-argument` for a width that does not exist. */
export function oneTimeSet(winternitz: Winternitz): OneTimeSet {
  const found = ONE_TIME_SETS.find((set) => set.winternitz === winternitz);
  if (!found) throw new AppError('invalid-argument', `no LM-OTS set has W = ${winternitz}`);
  return found;
}

/** Throws `invalid-argument` for a height or width that does not exist. */
export function treeSet(height: LmsHeight, winternitz: Winternitz): TreeSet {
  const found = HEIGHTS.find((each) => each.height === height);
  if (!found) throw new AppError('invalid-argument', `no LMS set has height ${height}`);
  return { ...found, oneTime: oneTimeSet(winternitz) };
}

/** The set of two type codes, or undefined when one of them is not of SHA-256 with n = 32. */
export function treeSetOfTypes(lmsType: number, oneTimeType: number): TreeSet | undefined {
  const tree = HEIGHTS.find(({ type }) => type === lmsType);
  const oneTime = ONE_TIME_SETS.find(({ type }) => type === oneTimeType);
  return tree && oneTime && { ...tree, oneTime };
}

/** Type || C || y[0..p-1]. */
export function oneTimeSignatureBytes({ chains }: OneTimeSet): number {
  return 4 + HASH_BYTES + HASH_BYTES * chains;
}

/** q || LM-OTS signature || LMS type || path. */
export function treeSignatureBytes({ oneTime, height }: TreeSet): number {
  return 4 + oneTimeSignatureBytes(oneTime) + 4 + HASH_BYTES * height;
}

/** Number of signed public keys || (signature || public key) for each || signature. */
export function hssSignatureBytes(set: TreeSet, levels: number): number {
  return 4 + levels * treeSignatureBytes(set) + (levels - 1) * LMS_PUBLIC_KEY_BYTES;
}

/** Throws `invalid-argument` for parameters that do not exist. */
export function checkParameters({ levels, height, winternitz }: LmsParameters): void {
  if (!Number.isInteger(levels) || levels < 1 || levels > MAXIMUM_LEVELS) {
    throw new AppError('invalid-argument', `HSS has 1 to ${MAXIMUM_LEVELS} levels, not ${levels}`);
  }
  treeSet(height, winternitz);
}

/** `L2-H5-W8`. */
export function parametersName({ levels, height, winternitz }: LmsParameters): string {
  return `L${levels}-H${height}-W${winternitz}`;
}

/**
 * Signatures in all: 2 ** (levels * height). The counter in the key file has 64 bits, so with more
 * than that it ends there.
 */
export function capacityOf({ levels, height }: LmsParameters): bigint {
  const counterEnd = (1n << 64n) - 1n;
  const indices = 1n << BigInt(levels * height);
  return indices < counterEnd ? indices : counterEnd;
}
