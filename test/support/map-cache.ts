/** A tree cache in memory, and what was asked of it. */
import type { TreeCache } from '../../src/core/crypto/index.ts';

export interface MapCache extends TreeCache {
  readonly names: readonly string[];
  readonly entries: Map<string, Uint8Array>;
}

export function mapCache(): MapCache {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    get names() {
      return [...entries.keys()].sort();
    },
    get: (name) => entries.get(name),
    put: (name, nodes) => {
      entries.set(name, nodes);
    },
    delete: (name) => {
      entries.delete(name);
    },
  };
}
