/**
 * Computes nodes by their places. Each leaf is computed once, however many of the wanted nodes stand
 * above it; trees higher than a part are taken part by part, so memory stays small.
 */
import { throwIfCancelled, type TreeHasher, type XmssTree } from '../../ports/index.ts';
import type { CryptoCall } from '../scheme.ts';
import { NODE_COMPRESSIONS, subtreeCompressions } from './counts.ts';
import type { XmssHash } from './hash-functions.ts';
import { NODE_BYTES } from './parameters.ts';
import { joinLevels, xmssSubtreePlain } from './plain-subtree.ts';
import type { TreeNode, TreePlace } from './tree-node.ts';
import { bytesToWords, wordsToBytes } from './words.ts';

/** Height of the parts that go to the hasher: 1,024 leaves, 64 KiB of nodes. */
const PART_HEIGHT = 10;
/** Subtrees up to this height are not worth a call of the hasher. */
const SCALAR_HEIGHT = 2;

/** What all trees of a key come from: two seeds of 32 bytes, neither changed nor kept. */
export interface TreeSource {
  readonly secretSeed: Uint8Array;
  readonly publicSeed: Uint8Array;
  readonly treeHeight: number;
}

type Place = NonNullable<TreeNode['place']>;

interface Wanted {
  readonly tree: TreePlace;
  /** By `height/index`. */
  readonly nodes: Map<string, TreeNode[]>;
  readonly places: Place[];
}

/** Gives every one of `nodes` its bytes. Throws `cancelled`. */
export async function computeNodes(
  nodes: Iterable<TreeNode>,
  source: TreeSource,
  hash: XmssHash,
  call: CryptoCall,
): Promise<void> {
  const order: TreeNode[] = [];
  const bare = new Map<string, Wanted>();
  collect(nodes, bare, order);
  const trees = [...bare.values()].map((wanted) => ({ wanted, tops: topsOf(wanted.places) }));
  const total =
    order.length * NODE_COMPRESSIONS +
    trees
      .flatMap(({ tops }) => tops)
      .reduce((sum, { height }) => sum + subtreeCompressions(height), 0);
  let done = 0;
  for (const { wanted, tops } of trees) {
    for (const top of tops) {
      throwIfCancelled(call.signal);
      const before = done;
      await computeSubtree(wanted, top, source, hash, {
        ...call,
        onProgress: (part) => call.onProgress?.({ done: before + part.done, total }),
      });
      done += subtreeCompressions(top.height);
    }
  }
  const pair = new Int32Array(16);
  for (const node of order) joinChildren(node, hash, pair);
  call.onProgress?.({ done: total, total });
}

/** Sorts what stands below `nodes`: bare ones by tree, those with children so that these come first. */
function collect(
  nodes: Iterable<TreeNode>,
  bare: Map<string, Wanted>,
  order: TreeNode[],
  seen = new Set<TreeNode>(),
): void {
  for (const node of nodes) {
    if (node.bytes || seen.has(node)) continue;
    seen.add(node);
    if (node.children) {
      collect(node.children, bare, order, seen);
      order.push(node);
    } else if (node.place) {
      const { tree, height, index } = node.place;
      const treeName = `${tree.layer}/${tree.tree}`;
      let wanted = bare.get(treeName);
      if (!wanted) bare.set(treeName, (wanted = { tree, nodes: new Map(), places: [] }));
      const name = `${height}/${index}`;
      const others = wanted.nodes.get(name);
      if (others) {
        others.push(node);
      } else {
        wanted.nodes.set(name, [node]);
        wanted.places.push(node.place);
      }
    }
  }
}

/** The places that stand below none of the others. */
function topsOf(places: readonly Place[]): readonly Place[] {
  const tops: Place[] = [];
  const names = new Set<string>();
  for (const place of [...places].sort((a, b) => b.height - a.height)) {
    let covered = false;
    for (const { height } of tops) {
      const above = Math.floor(place.index / 2 ** (height - place.height));
      if (names.has(`${height}/${above}`)) covered = true;
    }
    if (covered) continue;
    tops.push(place);
    names.add(`${place.height}/${place.index}`);
  }
  return tops;
}

/** Computes everything at and below `top` and hands out what is wanted of it. */
async function computeSubtree(
  wanted: Wanted,
  top: Place,
  source: TreeSource,
  hash: XmssHash,
  call: CryptoCall,
): Promise<void> {
  const { layer, tree } = wanted.tree;
  const firstLeaf = top.index * 2 ** top.height;
  if (top.height <= SCALAR_HEIGHT) {
    hash.setTree(layer, tree);
    const leaves = 2 ** top.height;
    const nodes = new Int32Array((2 * leaves - 1) * 8);
    for (let leaf = 0; leaf < leaves; leaf++) hash.leaf(firstLeaf + leaf, nodes, leaf * 8);
    joinLevels(hash, nodes, { firstLeaf, height: top.height });
    handOut(wanted, nodes, firstLeaf, top.height, 0);
    return;
  }
  const hasher: Pick<TreeHasher, 'xmssSubtree'> = call.hasher ?? { xmssSubtree: xmssSubtreePlain };
  const { secretSeed, publicSeed, treeHeight } = source;
  const ofTree: XmssTree = { secretSeed, publicSeed, layer, tree, height: treeHeight };
  const partHeight = Math.min(top.height, PART_HEIGHT);
  const parts = 2 ** (top.height - partHeight);
  const partWork = subtreeCompressions(partHeight);
  const above = new Int32Array((2 * parts - 1) * 8);
  for (let part = 0; part < parts; part++) {
    throwIfCancelled(call.signal);
    const first = firstLeaf + part * 2 ** partHeight;
    const bytes = await hasher.xmssSubtree(
      ofTree,
      { firstLeaf: first, height: partHeight },
      {
        signal: call.signal,
        onProgress: ({ done, total }) =>
          call.onProgress?.({ done: (part + done / total) * partWork, total: parts * partWork }),
      },
    );
    const nodes = toWords(bytes);
    handOut(wanted, nodes, first, partHeight, 0);
    above.set(nodes.subarray(-8), part * 8);
  }
  if (parts === 1) return;
  hash.setTree(layer, tree);
  const heightAbove = top.height - partHeight;
  const firstPart = firstLeaf / 2 ** partHeight;
  joinLevels(hash, above, { firstLeaf: firstPart, height: heightAbove }, partHeight);
  handOut(wanted, above, firstPart, heightAbove, partHeight);
}

function toWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(bytes.length / 4);
  for (let at = 0; at < words.length; at += 8) bytesToWords(bytes, at * 4, words, at);
  return words;
}

/** `nodes` are all levels over `2 ** height` nodes of height `base`, the first of them `first`. */
function handOut(
  wanted: Wanted,
  nodes: Int32Array,
  first: number,
  height: number,
  base: number,
): void {
  for (const place of wanted.places) {
    const level = place.height - base;
    if (level < 0 || level > height) continue;
    const at = place.index - first / 2 ** level;
    if (at < 0 || at >= 2 ** (height - level)) continue;
    const bytes = new Uint8Array(NODE_BYTES);
    const levelStart = 2 ** (height + 1) - 2 ** (height + 1 - level);
    wordsToBytes(nodes, (levelStart + at) * 8, bytes, 0);
    for (const node of wanted.nodes.get(`${place.height}/${place.index}`) ?? []) node.bytes = bytes;
  }
}

function joinChildren(node: TreeNode, hash: XmssHash, pair: Int32Array): void {
  const [left, right] = node.children ?? [];
  if (!node.place || !left?.bytes || !right?.bytes) return;
  const { tree, height, index } = node.place;
  hash.setTree(tree.layer, tree.tree);
  bytesToWords(left.bytes, 0, pair, 0);
  bytesToWords(right.bytes, 0, pair, 8);
  hash.node(pair, 0, height, index, pair, 0);
  node.bytes = new Uint8Array(NODE_BYTES);
  wordsToBytes(pair, 0, node.bytes, 0);
}
