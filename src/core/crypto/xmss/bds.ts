/**
 * Tree traversal of Buchmann, Dahmen and Schneider ("Merkle Tree Traversal Revisited", 2008; in
 * "Hash-based Digital Signature Schemes", section 4.5): the authentication path of the next leaf
 * always stands ready, and a few leaves are computed for later ones after each signature.
 *
 * One record belongs to one tree. Left-over values of finished work stay in their places, because
 * wolfBoot's key file holds them too.
 */
import { AppError } from '../../errors.ts';
import { knownNode, nodeAt, parentNode, type TreeNode, type TreePlace } from './tree-node.ts';
import { NODE_BYTES, retainNodes } from './parameters.ts';

/** What computes a right node needed later: height j of the record's list of them. */
export interface TreeHash {
  /** Next leaf. */
  next: number;
  /** Nodes it has on the shared stack. */
  used: number;
  completed: boolean;
}

export interface BdsRecord {
  /** tree height + 1 places. */
  readonly stack: TreeNode[];
  /** Height of the node in each place of the stack. */
  readonly heights: number[];
  readonly auth: TreeNode[];
  readonly keep: TreeNode[];
  readonly treeHashes: TreeHash[];
  /** The node that each of `treeHashes` made last. */
  readonly treeHashNodes: TreeNode[];
  readonly retain: TreeNode[];
  /** Next leaf, while the tree is being built beside the one in use. */
  next: number;
  /** Places of the stack in use. */
  offset: number;
}

/** Height of a tree and the heights that are retained, K. */
export interface BdsShape {
  readonly treeHeight: number;
  readonly retained: number;
}

/** All zero, as in a fresh key file for trees that nobody has begun. */
export function emptyRecord({ treeHeight, retained }: BdsShape): BdsRecord {
  const zeros = (count: number): TreeNode[] =>
    Array.from({ length: count }, () => knownNode(new Uint8Array(NODE_BYTES)));
  const hashed = treeHeight - retained;
  return {
    stack: zeros(treeHeight + 1),
    heights: new Array<number>(treeHeight + 1).fill(0),
    auth: zeros(treeHeight),
    keep: zeros(treeHeight >> 1),
    treeHashes: Array.from({ length: hashed }, () => ({ next: 0, used: 0, completed: false })),
    treeHashNodes: zeros(hashed),
    retain: zeros(retainNodes(retained)),
    next: 0,
    offset: 0,
  };
}

/** The record of a whole tree before its first signature. */
export function firstRecord(shape: BdsShape, tree: TreePlace): BdsRecord {
  const record = emptyRecord(shape);
  for (const treeHash of record.treeHashes) treeHash.completed = true;
  for (let height = 0; height < shape.treeHeight; height++) {
    const right = 2 ** (shape.treeHeight - height);
    for (let index = 1; index < right; index += 2) {
      if (height >= record.treeHashes.length || index <= 3) {
        keepRightNode(record, shape, height, index, nodeAt(tree, height, index));
      }
    }
  }
  return record;
}

/** Puts a right node that just came up where the first signatures of its tree will need it. */
function keepRightNode(
  record: BdsRecord,
  shape: BdsShape,
  height: number,
  index: number,
  node: TreeNode,
): void {
  if (index === 1) record.auth[height] = node;
  else if (height >= record.treeHashes.length) {
    record.retain[retainPlace(shape, height, index)] = node;
  } else if (index === 3) record.treeHashNodes[height] = node;
}

/** Highest first; within a height from left to right. */
function retainPlace({ treeHeight }: BdsShape, height: number, index: number): number {
  return 2 ** (treeHeight - 1 - height) + height - treeHeight + ((index - 3) >> 1);
}

/** One more leaf of a tree that is being built; nothing when it is complete. */
export function buildNext(record: BdsRecord, shape: BdsShape, tree: TreePlace): void {
  if (record.next >= 2 ** shape.treeHeight) return;
  const leaf = record.next;
  let top = record.offset;
  let height = 0;
  let node = nodeAt(tree, 0, leaf);
  put(record, top, 0, node);
  while (top > 0 && record.heights[top - 1] === height) {
    keepRightNode(record, shape, height, leaf >> height, node);
    node = parentNode(tree, height + 1, leaf >> (height + 1), at(record.stack, top - 1), node);
    top--;
    height++;
    put(record, top, height, node);
  }
  record.offset = top + 1;
  record.next++;
}

/** From the path of leaf `leaf` to that of the next one; `leaf` is not the last of its tree. */
export function advancePath(
  record: BdsRecord,
  shape: BdsShape,
  tree: TreePlace,
  leaf: number,
): void {
  const { auth, keep, treeHashNodes, retain } = record;
  const { treeHeight } = shape;
  // The height up to which the path changes: the number of ones at the end of `leaf`.
  let tau = 0;
  while (((leaf >> tau) & 1) === 1) tau++;
  const parentIsLeft = ((leaf >> (tau + 1)) & 1) === 0;
  const path = at(auth, tau);
  const below: readonly [TreeNode, TreeNode] | undefined =
    tau === 0 ? undefined : [at(auth, tau - 1), at(keep, (tau - 1) >> 1)];
  if (parentIsLeft && tau < treeHeight - 1) keep[tau >> 1] = path;
  if (!below) {
    auth[0] = nodeAt(tree, 0, leaf);
    return;
  }
  auth[tau] = parentNode(tree, tau, leaf >> tau, ...below);
  for (let height = 0; height < tau; height++) {
    auth[height] =
      height < treeHashNodes.length
        ? at(treeHashNodes, height)
        : at(retain, retainPlace(shape, height, (leaf >> height) + 2));
  }
  for (let height = 0; height < Math.min(tau, treeHashNodes.length); height++) {
    const start = leaf + 1 + 3 * 2 ** height;
    if (start < 2 ** treeHeight) {
      record.treeHashes[height] = { next: start, used: 0, completed: false };
    }
  }
}

/** Spends up to `budget` leaves on the right nodes needed soonest; returns what is left of it. */
export function runTreeHashes(
  record: BdsRecord,
  shape: BdsShape,
  tree: TreePlace,
  budget: number,
): number {
  for (; budget > 0; budget--) {
    const height = lowestTreeHash(record, shape);
    if (height === undefined) break;
    updateTreeHash(record, tree, height);
  }
  return budget;
}

/** The instance whose lowest node is lowest; an instance without nodes counts by its own height. */
function lowestTreeHash(record: BdsRecord, { treeHeight }: BdsShape): number | undefined {
  let lowest = treeHeight;
  let found: number | undefined;
  for (let height = 0; height < record.treeHashes.length; height++) {
    const treeHash = record.treeHashes[height];
    if (!treeHash || treeHash.completed) continue;
    let low = treeHash.used === 0 ? height : treeHeight;
    for (let place = record.offset - treeHash.used; place < record.offset; place++) {
      low = Math.min(low, record.heights[place] ?? treeHeight);
    }
    if (low < lowest) {
      lowest = low;
      found = height;
    }
  }
  return found;
}

/** One more leaf for the right node at `target`. */
function updateTreeHash(record: BdsRecord, tree: TreePlace, target: number): void {
  const treeHash = record.treeHashes[target];
  if (!treeHash) return;
  let height = 0;
  let node = nodeAt(tree, 0, treeHash.next);
  while (treeHash.used > 0 && record.heights[record.offset - 1] === height) {
    const left = at(record.stack, record.offset - 1);
    node = parentNode(tree, height + 1, treeHash.next >> (height + 1), left, node);
    treeHash.used--;
    record.offset--;
    height++;
  }
  if (height === target) {
    record.treeHashNodes[target] = node;
    treeHash.completed = true;
    return;
  }
  put(record, record.offset, height, node);
  record.offset++;
  treeHash.used++;
  treeHash.next++;
}

function put(record: BdsRecord, place: number, height: number, node: TreeNode): void {
  if (place >= record.stack.length) throw inconsistent();
  record.stack[place] = node;
  record.heights[place] = height;
}

function at(nodes: readonly TreeNode[], place: number): TreeNode {
  const node = nodes[place];
  if (!node) throw inconsistent();
  return node;
}

/** Only a state that no tool wrote gets here. */
function inconsistent(): AppError {
  return new AppError('key-invalid', 'the traversal state of this XMSS key contradicts itself');
}
