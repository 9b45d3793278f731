/**
 * Nodes of the trees by their place. The traversal moves nodes about without knowing their value;
 * what is still needed in the end is computed then (`forest.ts`). So a key can be taken many
 * signatures further without the work of those between.
 */

/** One of the trees of a key; the same object for the same tree within one traversal step. */
export interface TreePlace {
  /** 0 is the bottom. */
  readonly layer: number;
  readonly tree: bigint;
}

export interface TreeNode {
  /** 32 bytes, not to be changed; undefined until computed. */
  bytes: Uint8Array | undefined;
  /** Where it stands; undefined for what was read from a key file and never needs computing. */
  readonly place?: { readonly tree: TreePlace; readonly height: number; readonly index: number };
  /** Its children, when computing it from them saves work. */
  readonly children?: readonly [TreeNode, TreeNode];
}

export function knownNode(bytes: Uint8Array): TreeNode {
  return { bytes };
}

/** A node that is computed from the leaves below it. */
export function nodeAt(tree: TreePlace, height: number, index: number): TreeNode {
  return { bytes: undefined, place: { tree, height, index } };
}

/** The parent of two nodes. When neither is known, nor anything below, its place says everything. */
export function parentNode(
  tree: TreePlace,
  height: number,
  index: number,
  left: TreeNode,
  right: TreeNode,
): TreeNode {
  const place = { tree, height, index };
  return isBare(left) && isBare(right)
    ? { bytes: undefined, place }
    : { bytes: undefined, place, children: [left, right] };
}

function isBare({ bytes, children }: TreeNode): boolean {
  return bytes === undefined && children === undefined;
}
