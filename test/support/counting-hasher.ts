/** A tree hasher that notes what it was asked for, and how many compressions were really done. */
import { lmsSubtreePlain } from '../../src/core/crypto/lms/index.ts';
import type { SubtreePart, TreeHasher } from '../../src/core/ports/index.ts';

export interface CountingHasher extends TreeHasher {
  readonly parts: readonly SubtreePart[];
  readonly compressions: number;
}

export function countingLmsHasher(): CountingHasher {
  const parts: SubtreePart[] = [];
  let compressions = 0;
  return {
    parts,
    get compressions() {
      return compressions;
    },
    async lmsSubtree(tree, part, call) {
      parts.push(part);
      let done = 0;
      const nodes = await lmsSubtreePlain(tree, part, {
        signal: call?.signal,
        onProgress: (progress) => {
          done = progress.done;
          call?.onProgress?.(progress);
        },
      });
      compressions += done;
      return nodes;
    },
    xmssSubtree: () => Promise.reject(new Error('not XMSS')),
  };
}
