/** A tree of either kind, and what hashing a part of it costs. */
import { treeCompressions } from '../../core/crypto/lms/work.ts';
import { subtreeCompressions } from '../../core/crypto/xmss/counts.ts';
import { AppError } from '../../core/errors.ts';
import type { LmsTree, SubtreePart, XmssTree } from '../../core/ports/index.ts';

export type HashTree =
  | { readonly kind: 'lms'; readonly tree: LmsTree }
  | { readonly kind: 'xmss'; readonly tree: XmssTree };

/** Compressions of SHA-256 for all nodes over `2 ** height` leaves, exact. */
export function partCompressions(job: HashTree, height: number): number {
  return job.kind === 'lms'
    ? treeCompressions(height, job.tree.winternitz)
    : subtreeCompressions(height);
}

/** A copy with secrets of its own, for `wipeTree`. */
export function copyTree(job: HashTree): HashTree {
  if (job.kind === 'lms') {
    const { identifier, seed, height, winternitz } = job.tree;
    return {
      kind: 'lms',
      tree: { identifier: identifier.slice(), seed: seed.slice(), height, winternitz },
    };
  }
  const { secretSeed, publicSeed, layer, tree, height } = job.tree;
  return {
    kind: 'xmss',
    tree: { secretSeed: secretSeed.slice(), publicSeed: publicSeed.slice(), layer, tree, height },
  };
}

export function wipeTree(job: HashTree): void {
  (job.kind === 'lms' ? job.tree.seed : job.tree.secretSeed).fill(0);
}

/** Throws `invalid-argument` unless the part lies in the tree, on a multiple of its own size. */
export function checkPart({ tree }: HashTree, { firstLeaf, height }: SubtreePart): void {
  const leaves = 2 ** height;
  const fits =
    Number.isInteger(height) &&
    height >= 0 &&
    height <= tree.height &&
    Number.isInteger(firstLeaf) &&
    firstLeaf >= 0 &&
    firstLeaf % leaves === 0 &&
    firstLeaf + leaves <= 2 ** tree.height;
  if (!fits) {
    throw new AppError(
      'invalid-argument',
      `a tree of height ${tree.height} has no part of height ${height} at leaf ${firstLeaf}`,
    );
  }
}
