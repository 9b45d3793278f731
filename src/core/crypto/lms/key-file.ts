/**
 * wolfBoot's LMS private key file, 124 bytes: next index q (u64 BE) || one byte of parameters a
 * level, unused ones 0xFF || SEED (32) || I (16) || HSS public key (60). A level's byte is its LMS
 * type << 4 | its LM-OTS type; wolfBoot uses the same on every level.
 */
import { concatBytes, equalBytes } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { checkPrivateKey } from '../private-key.ts';
import type { LmsParameters, PrivateKey } from '../scheme.ts';
import {
  capacityOf,
  HSS_PUBLIC_KEY_BYTES,
  IDENTIFIER_BYTES,
  LMS_PUBLIC_KEY_BYTES,
  MAXIMUM_LEVELS,
  parametersName,
  treeSet,
  treeSetOfTypes,
  type TreeSet,
} from './parameters.ts';

const PARAMETERS_AT = 8;
const SEED_AT = 16;
const IDENTIFIER_AT = 48;
const PUBLIC_KEY_AT = 64;
const NO_LEVEL = 0xff;

export const PRIVATE_KEY_BYTES = PUBLIC_KEY_AT + HSS_PUBLIC_KEY_BYTES;

/** A key file that was read. `seed`, `identifier` and `publicKey` are views of its bytes. */
export interface LmsKey {
  readonly nextIndex: bigint;
  readonly capacity: bigint;
  readonly parameters: LmsParameters;
  readonly set: TreeSet;
  readonly seed: Uint8Array;
  readonly identifier: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The private key's fields. Throws `key-invalid`, also where its public half is of another key. */
export function readKey(privateKey: PrivateKey): LmsKey {
  const bytes = checkPrivateKey(privateKey, 'lms', PRIVATE_KEY_BYTES);
  const nextIndex = viewOf(bytes).getBigUint64(0);
  const { levels, set } = readParameters(bytes.subarray(PARAMETERS_AT, SEED_AT));
  const parameters = { levels, height: set.height, winternitz: set.oneTime.winternitz };
  const capacity = capacityOf(parameters);
  if (nextIndex > capacity) {
    throw invalid(`its next index ${nextIndex} lies beyond its ${capacity} signatures`);
  }
  const identifier = bytes.subarray(IDENTIFIER_AT, PUBLIC_KEY_AT);
  const publicKey = bytes.subarray(PUBLIC_KEY_AT);
  const head = hssPublicKey(levels, set, identifier, new Uint8Array()).length;
  const expected = hssPublicKey(levels, set, identifier, publicKey.subarray(head));
  if (!equalBytes(publicKey, expected)) {
    throw invalid('its public half is of other parameters or of another tree');
  }
  const seed = bytes.subarray(SEED_AT, IDENTIFIER_AT);
  return { nextIndex, capacity, parameters, set, seed, identifier, publicKey };
}

/** A new key file at index 0. `root` is the top tree's; the caller owns the result. */
export function writeKey(
  parameters: LmsParameters,
  seed: Uint8Array,
  identifier: Uint8Array,
  root: Uint8Array,
): Uint8Array {
  const set = treeSet(parameters.height, parameters.winternitz);
  const bytes = new Uint8Array(PRIVATE_KEY_BYTES);
  bytes.fill(NO_LEVEL, PARAMETERS_AT, SEED_AT);
  bytes.fill((set.type << 4) | set.oneTime.type, PARAMETERS_AT, PARAMETERS_AT + parameters.levels);
  bytes.set(seed, SEED_AT);
  bytes.set(identifier, IDENTIFIER_AT);
  bytes.set(hssPublicKey(parameters.levels, set, identifier, root), PUBLIC_KEY_AT);
  return bytes;
}

/** A copy of the key with another next index; everything else stays, byte for byte. */
export function withNextIndex(privateKey: PrivateKey, nextIndex: bigint): PrivateKey {
  const bytes = privateKey.bytes.slice();
  viewOf(bytes).setBigUint64(0, nextIndex);
  return { algorithm: 'lms', bytes };
}

/** LMS type || LM-OTS type || I || root. */
export function lmsPublicKey(set: TreeSet, identifier: Uint8Array, root: Uint8Array): Uint8Array {
  return concatBytes(u32(set.type), u32(set.oneTime.type), identifier, root);
}

/** Levels || LMS public key. */
export function hssPublicKey(
  levels: number,
  set: TreeSet,
  identifier: Uint8Array,
  root: Uint8Array,
): Uint8Array {
  return concatBytes(u32(levels), lmsPublicKey(set, identifier, root));
}

/** An HSS public key that was read; views of its bytes. */
export interface HssPublicKey {
  readonly levels: number;
  readonly top: LmsPublicKey;
}

export interface LmsPublicKey {
  readonly set: TreeSet;
  readonly identifier: Uint8Array;
  readonly root: Uint8Array;
}

/** Undefined when it is none of SHA-256 with n = 32. */
export function readHssPublicKey(bytes: Uint8Array): HssPublicKey | undefined {
  if (bytes.length !== HSS_PUBLIC_KEY_BYTES) return undefined;
  const levels = viewOf(bytes).getUint32(0);
  const top = readLmsPublicKey(bytes.subarray(4));
  return top && levels >= 1 && levels <= MAXIMUM_LEVELS ? { levels, top } : undefined;
}

/** Undefined when it is none of SHA-256 with n = 32. */
export function readLmsPublicKey(bytes: Uint8Array): LmsPublicKey | undefined {
  if (bytes.length !== LMS_PUBLIC_KEY_BYTES) return undefined;
  const set = treeSetOfTypes(viewOf(bytes).getUint32(0), viewOf(bytes).getUint32(4));
  if (!set) return undefined;
  const rootAt = 8 + IDENTIFIER_BYTES;
  return { set, identifier: bytes.subarray(8, rootAt), root: bytes.subarray(rootAt) };
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readParameters(bytes: Uint8Array): { readonly levels: number; readonly set: TreeSet } {
  const end = bytes.indexOf(NO_LEVEL);
  const levels = end < 0 ? bytes.length : end;
  const first = bytes[0] ?? NO_LEVEL;
  const set = treeSetOfTypes(first >> 4, first & 0x0f);
  if (!set || levels === 0) throw invalid('its parameters are none of SHA-256 with n = 32');
  const isUniform = bytes.every((byte, level) => byte === (level < levels ? first : NO_LEVEL));
  if (!isUniform) throw invalid('its parameters differ from level to level');
  return { levels, set };
}

function invalid(problem: string): AppError {
  return new AppError('key-invalid', `this is no LMS private key of wolfBoot: ${problem}`, {
    context: { algorithm: 'lms', problem },
  });
}

/** `L2-H5-W8` of a key. */
export function parametersOf(key: LmsKey): string {
  return parametersName(key.parameters);
}
