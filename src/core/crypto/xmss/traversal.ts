/**
 * From the state of one index to that of the next, over all layers (Hülsing, Rausch, Buchmann:
 * "Optimal Parameters for XMSS^MT", 2013, section 2): while a tree is in use, the one after it is
 * built beside it. Nothing is hashed here; values come later (`key-state.ts`).
 *
 * The order of the steps and the budget of leaves are wolfBoot's, so that the same key file comes out.
 */
import { AppError } from '../../errors.ts';
import {
  advancePath,
  buildNext,
  emptyRecord,
  firstRecord,
  runTreeHashes,
  type BdsRecord,
} from './bds.ts';
import type { XmssParameters } from './parameters.ts';
import { nodeAt, type TreeNode, type TreePlace } from './tree-node.ts';

/** The signature of one tree's root with a leaf of the layer above, kept as long as the tree lasts. */
export interface RootSignature {
  /** 67 * 32 bytes; undefined until computed. */
  bytes: Uint8Array | undefined;
  /** What to compute it from; undefined when it was read from a key file. */
  readonly of?: { readonly root: TreeNode; readonly tree: TreePlace; readonly leaf: number };
}

export interface Traversal {
  /**
   * d records of the layers from the bottom, then d - 1 more: a tree with an even number has the
   * first record of its layer, one with an odd number the second; the other is for its successor.
   */
  readonly records: BdsRecord[];
  /** One for each layer but the top. */
  readonly rootSignatures: RootSignature[];
}

/** Where an index stands: in each layer a tree and a leaf of it. */
export interface Position {
  readonly trees: readonly TreePlace[];
  readonly leaves: readonly number[];
}

export function positionOf({ layers, treeHeight }: XmssParameters, index: bigint): Position {
  const bits = BigInt(treeHeight);
  const trees: TreePlace[] = [];
  const leaves: number[] = [];
  for (let layer = 0; layer < layers; layer++) {
    leaves.push(Number(BigInt.asUintN(treeHeight, index)));
    index >>= bits;
    trees.push({ layer, tree: index });
  }
  return { trees, leaves };
}

/** The state of a new key. */
export function firstTraversal(parameters: XmssParameters): Traversal {
  const { layers, treeHeight } = parameters;
  const records: BdsRecord[] = [];
  const rootSignatures: RootSignature[] = [];
  for (let layer = 0; layer < layers; layer++) {
    records.push(firstRecord(parameters, { layer, tree: 0n }));
  }
  for (let layer = 0; layer < layers - 1; layer++) {
    records.push(emptyRecord(parameters));
    rootSignatures.push({
      bytes: undefined,
      of: {
        root: nodeAt({ layer, tree: 0n }, treeHeight, 0),
        tree: { layer: layer + 1, tree: 0n },
        leaf: 0,
      },
    });
  }
  return { records, rootSignatures };
}

/** The record in use at `layer` and the one for the next tree there (the top layer has none). */
export function recordsOf(
  { records }: Traversal,
  { layers }: XmssParameters,
  { layer, tree }: TreePlace,
): { readonly current: BdsRecord; readonly next: BdsRecord | undefined } {
  const first = records[layer];
  const second = layer === layers - 1 ? undefined : records[layers + layer];
  const [current, next] = (tree & 1n) === 0n ? [first, second] : [second, first];
  if (!current) throw new AppError('internal', `no traversal record for layer ${layer}`);
  return { current, next };
}

/**
 * The state at any index without the way there: a valid one, which may differ from the walked one
 * in how far ahead it has worked and in what finished work left behind.
 */
export function traversalAt(parameters: XmssParameters, index: bigint): Traversal {
  const { layers, treeHeight } = parameters;
  const treeLeaves = 2 ** treeHeight;
  const { trees, leaves } = positionOf(parameters, index);
  const traversal = firstTraversal(parameters);
  trees.forEach((tree, layer) => {
    const leaf = leaves[layer] ?? 0;
    const second = (tree.tree & 1n) === 1n;
    const current =
      tree.tree === 0n ? firstRecord(parameters, tree) : builtRecord(parameters, tree, treeLeaves);
    for (const treeHash of current.treeHashes) treeHash.completed = true;
    for (let at = 0; at < leaf; at++) {
      advancePath(current, parameters, tree, at);
      runTreeHashes(current, parameters, tree, treeLeaves);
    }
    traversal.records[second ? layers + layer : layer] = current;
    if (layer === layers - 1) return;
    const successor = { layer, tree: tree.tree + 1n };
    const ahead = successor.tree >= treesOf(parameters, layer) ? 0 : layer === 0 ? leaf : leaf + 1;
    traversal.records[second ? layer : layers + layer] = builtRecord(parameters, successor, ahead);
    const above = trees[layer + 1];
    if (!above) return;
    traversal.rootSignatures[layer] = {
      bytes: undefined,
      of: { root: nodeAt(tree, treeHeight, 0), tree: above, leaf: leaves[layer + 1] ?? 0 },
    };
  });
  return traversal;
}

/** A tree built from its first `count` leaves. */
function builtRecord(parameters: XmssParameters, tree: TreePlace, count: number): BdsRecord {
  const record = emptyRecord(parameters);
  for (let leaf = 0; leaf < count; leaf++) buildNext(record, parameters, tree);
  return record;
}

function treesOf({ layers, treeHeight }: XmssParameters, layer: number): bigint {
  return 1n << BigInt((layers - 1 - layer) * treeHeight);
}

/**
 * Goes on from `index`, which is not the last, to `index + 1`. `traversal` is changed. Returns the
 * new position.
 */
export function stepTraversal(
  traversal: Traversal,
  parameters: XmssParameters,
  { trees, leaves }: Position,
): Position {
  const { layers, treeHeight, retained } = parameters;
  const newTrees = [...trees];
  const newLeaves = [...leaves];
  const lastLeaf = 2 ** treeHeight - 1;

  let budget = (treeHeight - retained) >> 1;
  let pathDue = true;
  // Layers end their trees together, from the bottom up.
  let treeEnds = true;

  for (let layer = 0; layer < layers; layer++) {
    const tree = trees[layer];
    const leaf = leaves[layer];
    if (!tree || leaf === undefined) throw new AppError('internal', 'a layer has no position');
    const { current, next } = recordsOf(traversal, parameters, tree);
    const successor = { layer, tree: tree.tree + 1n };
    const hasSuccessor = next !== undefined && successor.tree < treesOf(parameters, layer);
    if (layer === 0 && hasSuccessor) buildNext(next, parameters, successor);

    treeEnds &&= leaf === lastLeaf;
    if (!treeEnds) {
      if (pathDue) {
        advancePath(current, parameters, tree, leaf);
        newLeaves[layer] = leaf + 1;
        pathDue = false;
      }
      budget = runTreeHashes(current, parameters, tree, budget & 0xff);
      if (layer > 0 && budget > 0 && hasSuccessor) {
        buildNext(next, parameters, successor);
        budget--;
      }
      continue;
    }

    // The next tree takes over; the leaf after this one, a layer up, signs its root. With eight
    // layers and more the budget above leaves the fourth tree one leaf short (wolfSSL would sign
    // the wrong node from index 2^20 on): what is missing is added now.
    while (next && next.next <= lastLeaf) buildNext(next, parameters, successor);
    const above = trees[layer + 1];
    const leafAbove = leaves[layer + 1];
    const root = next?.stack[0];
    if (!next || !root || !above || leafAbove === undefined) {
      throw new AppError('internal', 'the last index of all has no successor');
    }
    newTrees[layer] = successor;
    newLeaves[layer] = 0;
    traversal.rootSignatures[layer] = {
      bytes: undefined,
      of: {
        root,
        tree: leafAbove === lastLeaf ? { layer: layer + 1, tree: above.tree + 1n } : above,
        leaf: leafAbove === lastLeaf ? 0 : leafAbove + 1,
      },
    };
    current.offset = 0;
    current.next = 0;
    for (const treeHash of next.treeHashes) treeHash.completed = true;
    // wolfBoot counts in an unsigned integer of which a byte is used later: when three layers end
    // together the budget does not end at 0 but goes on at 255, and much gets done at once.
    budget = (budget - 1) >>> 0;
  }
  return { trees: newTrees, leaves: newLeaves };
}
