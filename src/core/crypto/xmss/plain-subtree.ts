/** Nodes of an XMSS tree in plain JavaScript: the stand-in where no other hasher is given. */
import {
  throwIfCancelled,
  type SubtreePart,
  type TreeCall,
  type XmssTree,
} from '../../ports/index.ts';
import { subtreeCompressions } from './counts.ts';
import { XmssHash } from './hash-functions.ts';
import { NODE_BYTES } from './parameters.ts';
import { wordsToBytes } from './words.ts';

/** Leaves between two looks at the cancel signal, about 10 ms. */
const LEAVES_A_SLICE = 8;

/** `TreeHasher.xmssSubtree`. */
export async function xmssSubtreePlain(
  tree: XmssTree,
  part: SubtreePart,
  call: TreeCall = {},
): Promise<Uint8Array> {
  const hash = new XmssHash(tree.publicSeed, tree.secretSeed);
  hash.setTree(tree.layer, tree.tree);
  const total = subtreeCompressions(part.height);
  const leaves = 2 ** part.height;
  const nodes = new Int32Array((2 * leaves - 1) * 8);
  try {
    for (let leaf = 0; leaf < leaves; leaf++) {
      if (leaf % LEAVES_A_SLICE === 0) {
        throwIfCancelled(call.signal);
        call.onProgress?.({ done: hash.compressions, total });
        await Promise.resolve();
      }
      hash.leaf(part.firstLeaf + leaf, nodes, leaf * 8);
    }
    throwIfCancelled(call.signal);
    joinLevels(hash, nodes, part);
  } finally {
    hash.wipe();
  }
  call.onProgress?.({ done: total, total });
  return nodesToBytes(nodes);
}

/** All levels above the leaves, which stand at the start of `nodes`. The tree of `hash` is set. */
export function joinLevels(
  hash: XmssHash,
  nodes: Int32Array,
  part: SubtreePart,
  leafHeight = 0,
): void {
  let from = 0;
  let to = 2 ** part.height;
  for (let level = 1; level <= part.height; level++) {
    const first = part.firstLeaf / 2 ** level;
    const count = 2 ** (part.height - level);
    for (let at = 0; at < count; at++) {
      hash.node(nodes, (from + 2 * at) * 8, leafHeight + level, first + at, nodes, (to + at) * 8);
    }
    from = to;
    to += count;
  }
}

export function nodesToBytes(nodes: Int32Array): Uint8Array {
  const bytes = new Uint8Array((nodes.length / 8) * NODE_BYTES);
  for (let at = 0; at < nodes.length; at += 8)
    wordsToBytes(nodes, at, bytes, (at / 8) * NODE_BYTES);
  return bytes;
}
