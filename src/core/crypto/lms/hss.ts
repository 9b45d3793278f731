/**
 * Signing with a hierarchy of trees (RFC 8554, section 6): each tree signs the public key of the
 * tree below, the lowest signs the message. Children are derived from the leaf that signs them, as
 * wolfBoot does it.
 *
 * What a parent said of its child is kept in the cache: the parent's leaf may never sign anything
 * else, and signing it again would cost another one-time signature.
 */
import { concatBytes, equalBytes, wipe } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { LmsTree } from '../../ports/index.ts';
import { hash as digest } from '../hash.ts';
import { lmsPublicKey, readLmsPublicKey, u32, type LmsKey } from './key-file.ts';
import { LmsHash, wordsOf } from './lms-hash.ts';
import { deriveChild, signOneTime } from './one-time.ts';
import {
  HASH_BYTES,
  LMS_PUBLIC_KEY_BYTES,
  treeSignatureBytes,
  type TreeSet,
} from './parameters.ts';
import type { TreeJob } from './progress.ts';
import { buildRoot, cacheName, forgetFormerTree, leafPath, type TreePlace } from './tree.ts';

/** Signature || public key of the child that it signs. */
interface SignedChild {
  readonly signature: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The top tree of a key, with the leaf in use. */
export function topPlace(key: LmsKey): TreePlace {
  return { level: 0, tree: treeOf(key.set, key), leaf: leafAt(key, 0) };
}

/**
 * The signature of `message` by the index `key.nextIndex`, which is below the capacity. Throws
 * `key-invalid` when the key's public half does not belong to its secret.
 */
export async function signHss(key: LmsKey, message: Uint8Array, job: TreeJob): Promise<Uint8Array> {
  const places = placesOf(key);
  try {
    const parts = [u32(places.length - 1)];
    let root = key.publicKey.subarray(key.publicKey.length - HASH_BYTES);
    let signer = places[0] ?? topPlace(key);
    for (const child of places.slice(1)) {
      const signed = await signChild(key.set, signer, root, child, job);
      parts.push(signed.signature, signed.publicKey);
      root = signed.publicKey.subarray(LMS_PUBLIC_KEY_BYTES - HASH_BYTES);
      signer = child;
    }
    parts.push(await signWithTree(key.set, signer, root, message, job));
    return concatBytes(...parts);
  } finally {
    for (const { tree } of places.slice(1)) wipe(tree.seed);
  }
}

/** One tree's signature: q || LM-OTS signature || LMS type || path. */
async function signWithTree(
  set: TreeSet,
  place: TreePlace,
  expectedRoot: Uint8Array,
  message: Uint8Array,
  job: TreeJob,
): Promise<Uint8Array> {
  const { root, path } = await leafPath(place, expectedRoot, job);
  if (!equalBytes(root, expectedRoot)) throw foreignRoot(place);
  const hash = new LmsHash(place.tree.identifier, set.oneTime);
  const seed = wordsOf(place.tree.seed);
  try {
    const oneTime = signOneTime(hash, set.oneTime, seed, place.leaf, message);
    return concatBytes(u32(place.leaf), oneTime, u32(set.type), path);
  } finally {
    seed.fill(0);
    hash.wipe();
  }
}

async function signChild(
  set: TreeSet,
  parent: TreePlace,
  parentRoot: Uint8Array,
  child: TreePlace,
  job: TreeJob,
): Promise<SignedChild> {
  const cached = cachedSignature(set, child, job);
  if (cached) return cached;
  forgetFormerTree(child, job);
  const root = await buildRoot(child, job);
  const publicKey = lmsPublicKey(set, child.tree.identifier, root);
  const signature = await signWithTree(set, parent, parentRoot, publicKey, job);
  const content = concatBytes(signature, publicKey);
  job.trees.put(cacheName(child, 'signed'), concatBytes(digest('sha256', content), content));
  return { signature, publicKey };
}

/** What the parent said of this child before, unless it is damaged. */
function cachedSignature(set: TreeSet, child: TreePlace, job: TreeJob): SignedChild | undefined {
  const entry = job.trees.get(cacheName(child, 'signed'));
  const signatureEnd = HASH_BYTES + treeSignatureBytes(set);
  if (entry?.length !== signatureEnd + LMS_PUBLIC_KEY_BYTES) return undefined;
  const content = entry.subarray(HASH_BYTES);
  if (!equalBytes(digest('sha256', content), entry.subarray(0, HASH_BYTES))) return undefined;
  const publicKey = entry.subarray(signatureEnd);
  const read = readLmsPublicKey(publicKey);
  if (!read || !equalBytes(read.identifier, child.tree.identifier)) return undefined;
  return { signature: entry.subarray(HASH_BYTES, signatureEnd), publicKey };
}

/** All trees in use, top first; the seeds of all but the first are fresh copies. */
function placesOf(key: LmsKey): readonly TreePlace[] {
  const places: TreePlace[] = [topPlace(key)];
  for (let level = 1; level < key.parameters.levels; level++) {
    const parent = places[level - 1] ?? topPlace(key);
    const hash = new LmsHash(parent.tree.identifier, key.set.oneTime);
    const seed = wordsOf(parent.tree.seed);
    const child = deriveChild(hash, seed, parent.leaf);
    seed.fill(0);
    hash.wipe();
    places.push({ level, tree: treeOf(key.set, child), leaf: leafAt(key, level) });
  }
  return places;
}

function treeOf(set: TreeSet, { identifier, seed }: Pick<LmsTree, 'identifier' | 'seed'>): LmsTree {
  return { identifier, seed, height: set.height, winternitz: set.oneTime.winternitz };
}

/** Level l uses its own bits of the index over all: (q >> ((L - 1 - l) * H)) mod 2 ** H. */
function leafAt({ nextIndex, parameters }: LmsKey, level: number): number {
  const { levels, height } = parameters;
  const shifted = nextIndex >> BigInt((levels - 1 - level) * height);
  return Number(BigInt.asUintN(height, shifted));
}

/**
 * A root that differs from the one in the key file means a key file that does not fit together; on
 * a lower level, that the cache holds a signature for another tree, and signing this one would use
 * the parent's leaf twice.
 */
function foreignRoot({ level }: TreePlace): AppError {
  return level === 0
    ? new AppError('key-invalid', 'the LMS public key does not belong to this private key', {
        context: { algorithm: 'lms' },
      })
    : new AppError('internal', `the cached signature on level ${level} is of another tree`);
}
