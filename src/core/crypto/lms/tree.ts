/**
 * One LMS tree as signing needs it: its root, and the path of one leaf.
 *
 * A tree is two storeys: bottom subtrees of at most 10 levels, of which one is kept at a time, and
 * the top over their roots. So a tree of height 25 needs 2 MiB and not 2 GiB. Both storeys are
 * cached; a cached path is only used when it leads to the root that it must lead to.
 */
import { equalBytes, toHex } from '../../bytes/index.ts';
import type { LmsTree } from '../../ports/index.ts';
import { LmsHash, bytesOf, wordsOf } from './lms-hash.ts';
import { HASH_BYTES, treeSet } from './parameters.ts';
import { joinNodes } from './plain-subtree.ts';
import type { TreeJob } from './progress.ts';
import { joinCompressions, treeCompressions } from './work.ts';

const MAXIMUM_BOTTOM_HEIGHT = 10;

/** A tree in its place: level 0 is the top one. `leaf` is the one that is in use. */
export interface TreePlace {
  readonly level: number;
  readonly tree: LmsTree;
  readonly leaf: number;
}

export interface LeafPath {
  readonly root: Uint8Array;
  /** From the leaf's neighbour up, 32 bytes each. */
  readonly path: Uint8Array;
}

interface Storeys {
  readonly top: Uint8Array;
  readonly bottom: Uint8Array;
}

/** Builds the whole tree, whatever is cached, and caches it. The root is a copy. */
export async function buildRoot(place: TreePlace, job: TreeJob): Promise<Uint8Array> {
  const { height, winternitz } = place.tree;
  job.plan(treeCompressions(height, winternitz));
  return rootOf(await buildStoreys(place, job));
}

/**
 * Root and path of the leaf in use, from the cache as far as it leads to `expectedRoot` (any root,
 * where that is not known yet), else built.
 */
export async function leafPath(
  place: TreePlace,
  expectedRoot: Uint8Array | undefined,
  job: TreeJob,
): Promise<LeafPath> {
  const cached = await cachedStoreys(place, expectedRoot, job);
  if (cached) {
    const path = pathOf(place, cached);
    if (leadsToRoot(place, cached, path)) return { root: rootOf(cached), path };
    forgetTree(place, job);
  }
  job.plan(treeCompressions(place.tree.height, place.tree.winternitz));
  const storeys = await buildStoreys(place, job);
  return { root: rootOf(storeys), path: pathOf(place, storeys) };
}

/** Removes whatever is cached of the tree that had this level before, if it was another one. */
export function forgetFormerTree({ level, tree }: TreePlace, job: TreeJob): void {
  const { trees } = job;
  const former = trees.get(currentName(level));
  if (!former || equalBytes(former.subarray(0, tree.identifier.length), tree.identifier)) return;
  const formerTree = { ...tree, identifier: former.subarray(0, tree.identifier.length) };
  forgetTree({ level, tree: formerTree, leaf: 0 }, job);
}

/** Name of an entry of this tree in the cache. */
export function cacheName({ level, tree }: TreePlace, what: string): string {
  return `lms/${level}/${toHex(tree.identifier)}/${what}`;
}

function currentName(level: number): string {
  return `lms/${level}/current`;
}

function bottomHeightOf({ height }: LmsTree): number {
  return Math.min(MAXIMUM_BOTTOM_HEIGHT, height);
}

function bottomIndexOf({ tree, leaf }: TreePlace): number {
  return Math.floor(leaf / 2 ** bottomHeightOf(tree));
}

async function cachedStoreys(
  place: TreePlace,
  expectedRoot: Uint8Array | undefined,
  job: TreeJob,
): Promise<Storeys | undefined> {
  const { tree } = place;
  const bottomHeight = bottomHeightOf(tree);
  const top = cachedNodes(place, 'top', tree.height - bottomHeight, job);
  if (!top) return undefined;
  if (expectedRoot && !equalBytes(lastNode(top), expectedRoot)) return undefined;
  const index = bottomIndexOf(place);
  const cached = cachedNodes(place, `bottom/${index}`, bottomHeight, job);
  if (cached) return { top, bottom: cached };
  job.plan(treeCompressions(bottomHeight, tree.winternitz));
  const bottom = await buildBottom(place, index, job);
  putCurrent(place, bottom, job);
  return { top, bottom };
}

function cachedNodes(
  place: TreePlace,
  what: string,
  height: number,
  job: TreeJob,
): Uint8Array | undefined {
  const nodes = job.trees.get(cacheName(place, what));
  return nodes?.length === nodeBytes(height) ? nodes : undefined;
}

function nodeBytes(height: number): number {
  return HASH_BYTES * (2 ** (height + 1) - 1);
}

async function buildStoreys(place: TreePlace, job: TreeJob): Promise<Storeys> {
  const { tree } = place;
  const topHeight = tree.height - bottomHeightOf(tree);
  const bottoms = 2 ** topHeight;
  const roots = new Uint8Array(nodeBytes(topHeight));
  let bottom = new Uint8Array();
  for (let index = 0; index < bottoms; index++) {
    const nodes = await buildBottom(place, index, job);
    roots.set(lastNode(nodes), HASH_BYTES * index);
    if (index === bottomIndexOf(place)) bottom = new Uint8Array(nodes);
  }
  const words = wordsOf(roots);
  joinNodes(new LmsHash(tree.identifier, setOf(tree).oneTime), words, bottoms, 1);
  job.did(joinCompressions(topHeight));
  const top = bytesOf(words);
  forgetFormerTree(place, job);
  job.trees.put(cacheName(place, 'top'), top);
  putCurrent(place, bottom, job);
  return { top, bottom };
}

function buildBottom(place: TreePlace, index: number, job: TreeJob): Promise<Uint8Array> {
  const height = bottomHeightOf(place.tree);
  return job.lmsSubtree(place.tree, { firstLeaf: index * 2 ** height, height }, job.part());
}

/** Keeps the bottom subtree in use in place of the former one, and notes which tree that is. */
function putCurrent(place: TreePlace, bottom: Uint8Array, { trees }: TreeJob): void {
  const { level, tree } = place;
  const length = tree.identifier.length;
  const former = trees.get(currentName(level));
  const index = bottomIndexOf(place);
  const current = new Uint8Array(length + 4);
  current.set(tree.identifier);
  new DataView(current.buffer).setUint32(length, index);
  if (
    former?.length === current.length &&
    equalBytes(former.subarray(0, length), tree.identifier)
  ) {
    const formerIndex = new DataView(former.buffer, former.byteOffset).getUint32(length);
    if (formerIndex !== index) trees.delete(cacheName(place, `bottom/${formerIndex}`));
  }
  trees.put(currentName(level), current);
  trees.put(cacheName(place, `bottom/${index}`), bottom);
}

function forgetTree(place: TreePlace, { trees }: TreeJob): void {
  const former = trees.get(currentName(place.level));
  if (!former) return;
  const length = place.tree.identifier.length;
  const index = new DataView(former.buffer, former.byteOffset).getUint32(length);
  for (const what of ['top', 'signed', `bottom/${index}`]) trees.delete(cacheName(place, what));
  trees.delete(currentName(place.level));
}

function rootOf({ top }: Storeys): Uint8Array {
  return lastNode(top).slice();
}

function lastNode(nodes: Uint8Array): Uint8Array {
  return nodes.subarray(nodes.length - HASH_BYTES);
}

/** The neighbours of the leaf's ancestors, bottom storey first. */
function pathOf({ tree, leaf }: TreePlace, { top, bottom }: Storeys): Uint8Array {
  const path = new Uint8Array(HASH_BYTES * tree.height);
  const bottomHeight = bottomHeightOf(tree);
  for (let level = 0; level < tree.height; level++) {
    const inBottom = level < bottomHeight;
    const neighbour = Math.floor(leaf / 2 ** level) ^ 1;
    const node = inBottom
      ? nodeAt(bottom, bottomHeight, level, neighbour % 2 ** (bottomHeight - level))
      : nodeAt(top, tree.height - bottomHeight, level - bottomHeight, neighbour);
    path.set(node, HASH_BYTES * level);
  }
  return path;
}

function nodeAt(nodes: Uint8Array, height: number, level: number, index: number): Uint8Array {
  const at = 2 ** (height + 1) - 2 ** (height + 1 - level) + index;
  return nodes.subarray(HASH_BYTES * at, HASH_BYTES * (at + 1));
}

/** Whether the nodes along the path of the leaf are consistent up to the root. */
function leadsToRoot(place: TreePlace, storeys: Storeys, path: Uint8Array): boolean {
  const { tree, leaf } = place;
  const bottomHeight = bottomHeightOf(tree);
  const hash = new LmsHash(tree.identifier, setOf(tree).oneTime);
  const node = nodeAt(storeys.bottom, bottomHeight, 0, leaf % 2 ** bottomHeight);
  hash.value.set(wordsOf(node));
  climb(hash, 2 ** tree.height + leaf, path);
  return equalBytes(bytesOf(hash.value), lastNode(storeys.top));
}

/** From node number `r` in `hash.value` along the path to the root (RFC 8554, algorithm 6a). */
export function climb(hash: LmsHash, r: number, path: Uint8Array): void {
  const words = wordsOf(path);
  let number = r;
  for (let at = 0; at < words.length; at += 8) {
    const isRight = number % 2 === 1;
    number = Math.floor(number / 2);
    if (isRight) hash.hashNode(number, words, at, hash.value, 0);
    else hash.hashNode(number, hash.value, 0, words, at);
  }
}

function setOf({ height, winternitz }: LmsTree): ReturnType<typeof treeSet> {
  return treeSet(height, winternitz);
}
