/** Progress of a job made of several calls of the tree hasher, in compressions. */
import type { TreeCall, TreeHasher } from '../../ports/index.ts';
import type { CryptoCall, TreeCache } from '../scheme.ts';
import { lmsSubtreePlain } from './plain-subtree.ts';

/** A running job: who hashes, where nodes are kept, and how far it is. */
export class TreeJob {
  readonly lmsSubtree: TreeHasher['lmsSubtree'];
  /** The caller's, or one for this job alone: a tree is built once even then. */
  readonly trees: TreeCache;
  readonly signal: CryptoCall['signal'];
  readonly #onProgress: CryptoCall['onProgress'];
  /** Names of what this job has put into the cache. */
  readonly #written = new Set<string>();
  #done = 0;
  #total = 0;

  constructor(call: CryptoCall) {
    const { hasher } = call;
    this.lmsSubtree = hasher
      ? (tree, part, each) => hasher.lmsSubtree(tree, part, each)
      : lmsSubtreePlain;
    this.trees = noting(call.trees ?? passingCache(), this.#written);
    this.signal = call.signal;
    this.#onProgress = call.onProgress;
  }

  /** Whether any tree was hashed. */
  get hasBuilt(): boolean {
    return this.#total > 0;
  }

  /** Takes back what this job has put into the cache. */
  discard(): void {
    for (const name of this.#written) this.trees.delete(name);
  }

  /** Adds compressions to what is to do. */
  plan(compressions: number): void {
    this.#total += compressions;
  }

  /** What a call of the hasher is given, so that its progress counts within the job's. */
  part(): TreeCall {
    const before = this.#done;
    return {
      signal: this.signal,
      onProgress: ({ done }) => {
        this.#done = before + done;
        this.#report();
      },
    };
  }

  /** Counts work done here. */
  did(compressions: number): void {
    this.#done += compressions;
    this.#report();
  }

  #report(): void {
    this.#onProgress?.({ done: this.#done, total: Math.max(this.#total, this.#done) });
  }
}

function noting(trees: TreeCache, written: Set<string>): TreeCache {
  return {
    get: (name) => trees.get(name),
    put: (name, nodes) => {
      written.add(name);
      trees.put(name, nodes);
    },
    delete: (name) => {
      trees.delete(name);
    },
  };
}

function passingCache(): TreeCache {
  const entries = new Map<string, Uint8Array>();
  return {
    get: (name) => entries.get(name),
    put: (name, nodes) => void entries.set(name, nodes),
    delete: (name) => void entries.delete(name),
  };
}
