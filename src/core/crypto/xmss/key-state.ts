/** A key over its life: made, taken on by one index or by many. */
import { throwIfCancelled } from '../../ports/index.ts';
import type { CryptoCall } from '../scheme.ts';
import { computeNodes, type TreeSource } from './forest.ts';
import { XmssHash } from './hash-functions.ts';
import { publicKeyOf, type XmssKeyFile } from './key-file.ts';
import { NODE_BYTES, WOTS_SIGNATURE_BYTES, type XmssParameters } from './parameters.ts';
import {
  firstTraversal,
  positionOf,
  stepTraversal,
  traversalAt,
  type Traversal,
} from './traversal.ts';
import { nodeAt, type TreeNode } from './tree-node.ts';

/** Indices walked between two looks at the cancel signal. */
const STEPS_A_SLICE = 1024n;

/**
 * Up to here the way is walked, which gives the very bytes that signing all the way would give. Only
 * sets of height 40 and more can be taken further at once.
 */
const LONGEST_WALK = 1n << 20n;

/** The seeds of a new key: SK_SEED || SK_PRF || PUB_SEED, as wolfBoot's keygen draws them. */
export const SEEDS_BYTES = 3 * NODE_BYTES;

/** A new key; its seeds are views of `seeds`, which the caller wipes. Throws `cancelled`. */
export async function createKey(
  parameters: XmssParameters,
  seeds: Uint8Array,
  call: CryptoCall,
): Promise<XmssKeyFile> {
  const secretSeed = seeds.subarray(0, NODE_BYTES);
  const prfKey = seeds.subarray(NODE_BYTES, 2 * NODE_BYTES);
  const publicSeed = seeds.subarray(2 * NODE_BYTES);
  const traversal = firstTraversal(parameters);
  const root = topNode(parameters);
  const source = { secretSeed, publicSeed, treeHeight: parameters.treeHeight };
  await computeState(traversal, source, call, [root]);
  const rootBytes = root.bytes ?? new Uint8Array();
  return {
    parameters,
    index: 0n,
    secretSeed,
    prfKey,
    root: rootBytes,
    publicSeed,
    traversal,
    publicKey: publicKeyOf(parameters.oid, rootBytes, publicSeed),
  };
}

function topNode({ layers, treeHeight }: XmssParameters): TreeNode {
  return nodeAt({ layer: layers - 1, tree: 0n }, treeHeight, 0);
}

function sourceOf({ secretSeed, publicSeed, parameters }: XmssKeyFile): TreeSource {
  return { secretSeed, publicSeed, treeHeight: parameters.treeHeight };
}

/** The root from the secret seed alone. */
export async function computeRoot(file: XmssKeyFile, call: CryptoCall): Promise<Uint8Array> {
  const root = topNode(file.parameters);
  const hash = new XmssHash(file.publicSeed, file.secretSeed);
  try {
    await computeNodes([root], sourceOf(file), hash, call);
  } finally {
    hash.wipe();
  }
  return root.bytes ?? new Uint8Array();
}

/**
 * The key at `index`, which is not before its own and not beyond its capacity. The traversal of
 * `file` is used up: parse it again to go on with it. Throws `cancelled`.
 */
export async function advanceKey(
  file: XmssKeyFile,
  index: bigint,
  call: CryptoCall,
): Promise<XmssKeyFile> {
  return index - file.index > LONGEST_WALK
    ? placeKey(file, index, call)
    : walkKey(file, index, call);
}

async function walkKey(file: XmssKeyFile, index: bigint, call: CryptoCall): Promise<XmssKeyFile> {
  const { parameters, traversal } = file;
  let position = positionOf(parameters, file.index);
  for (let at = file.index; at < index; at++) {
    if (at % STEPS_A_SLICE === 0n) {
      throwIfCancelled(call.signal);
      await Promise.resolve();
    }
    position = stepTraversal(traversal, parameters, position);
  }
  await computeState(traversal, sourceOf(file), call);
  return { ...file, index };
}

/** The same key at any index, made from its seeds. Throws `cancelled`. */
export async function placeKey(
  file: XmssKeyFile,
  index: bigint,
  call: CryptoCall,
): Promise<XmssKeyFile> {
  const traversal = traversalAt(file.parameters, index);
  await computeState(traversal, sourceOf(file), call);
  return { ...file, index, traversal };
}

/** Gives every value of the state its bytes. */
async function computeState(
  traversal: Traversal,
  source: TreeSource,
  call: CryptoCall,
  further: readonly TreeNode[] = [],
): Promise<void> {
  const nodes = [...further];
  for (const record of traversal.records) {
    nodes.push(...record.stack, ...record.auth, ...record.keep);
    nodes.push(...record.treeHashNodes, ...record.retain);
  }
  for (const { of } of traversal.rootSignatures) if (of) nodes.push(of.root);
  const hash = new XmssHash(source.publicSeed, source.secretSeed);
  try {
    await computeNodes(nodes, source, hash, call);
    for (const signature of traversal.rootSignatures) {
      const { of } = signature;
      if (signature.bytes || !of?.root.bytes) continue;
      signature.bytes = new Uint8Array(WOTS_SIGNATURE_BYTES);
      hash.setTree(of.tree.layer, of.tree.tree);
      hash.signWots(of.leaf, of.root.bytes, signature.bytes);
    }
  } finally {
    hash.wipe();
  }
}
