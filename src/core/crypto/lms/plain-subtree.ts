/** Leaves and nodes of an LMS tree in plain JavaScript: the stand-in for the hashing workers. */
import {
  throwIfCancelled,
  type LmsTree,
  type SubtreePart,
  type TreeCall,
} from '../../ports/index.ts';
import { bytesOf, LmsHash, wordsOf } from './lms-hash.ts';
import { oneTimeSet, type OneTimeSet } from './parameters.ts';
import { treeCompressions } from './work.ts';

const NODE_WORDS = 8;

/** `TreeHasher.lmsSubtree`; progress and cancelling after every leaf. */
export async function lmsSubtreePlain(
  tree: LmsTree,
  part: SubtreePart,
  call: TreeCall = {},
): Promise<Uint8Array> {
  const set = oneTimeSet(tree.winternitz);
  const hash = new LmsHash(tree.identifier, set);
  const seed = wordsOf(tree.seed);
  const leaves = 2 ** part.height;
  const total = treeCompressions(part.height, tree.winternitz);
  const nodes = new Int32Array(NODE_WORDS * (2 * leaves - 1));
  try {
    for (let leaf = 0; leaf < leaves; leaf++) {
      throwIfCancelled(call.signal);
      const q = part.firstLeaf + leaf;
      hashOneTimeKey(hash, set, seed, q);
      hash.hashLeaf(2 ** tree.height + q);
      nodes.set(hash.value, NODE_WORDS * leaf);
      call.onProgress?.({ done: hash.compressions, total });
    }
  } finally {
    hash.wipe();
    seed.fill(0);
  }
  joinNodes(hash, nodes, leaves, (2 ** tree.height + part.firstLeaf) / leaves);
  throwIfCancelled(call.signal);
  call.onProgress?.({ done: hash.compressions, total });
  return bytesOf(nodes);
}

/**
 * Fills `nodes` (words, level by level) above its first `leaves` nodes; the topmost has the number
 * `rootNumber` in the whole tree.
 */
export function joinNodes(
  hash: LmsHash,
  nodes: Int32Array,
  leaves: number,
  rootNumber: number,
): void {
  let below = 0;
  let at = leaves;
  for (let width = leaves / 2; width >= 1; width /= 2) {
    for (let index = 0; index < width; index++) {
      const left = NODE_WORDS * (below + 2 * index);
      hash.hashNode(rootNumber * width + index, nodes, left, nodes, left + NODE_WORDS);
      nodes.set(hash.value, NODE_WORDS * (at + index));
    }
    below = at;
    at += width;
  }
}

/** K of leaf `q`: every chain from its secret to its end. */
function hashOneTimeKey(hash: LmsHash, set: OneTimeSet, seed: Int32Array, q: number): void {
  const end = 2 ** set.winternitz - 1;
  for (let i = 0; i < set.chains; i++) {
    hash.derive(seed, q, i);
    hash.chain(q, i, 0, end);
    hash.putChainEnd(i);
  }
  hash.hashKey(q);
}
