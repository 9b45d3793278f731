/** A store and locks in memory. What is stored goes through JSON, as it does in a browser. */
import { AppError } from '../../src/core/errors.ts';
import type { JsonValue, Locks, Store } from '../../src/core/ports/index.ts';

export interface MemoryStore extends Store {
  /** Everything stored so far as one text, also what was overwritten; to look for secrets in. */
  readonly everStored: string;
}

export function memoryStore(): MemoryStore {
  const values = new Map<string, string>();
  const written: string[] = [];
  return {
    get everStored() {
      return written.join('\n');
    },
    get: async (key) => {
      const text = values.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
    },
    put: async (key, value) => {
      const text = JSON.stringify(value);
      written.push(text);
      values.set(key, text);
    },
    delete: async (key) => {
      values.delete(key);
    },
    keys: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}

export function memoryLocks(): Locks {
  const held = new Set<string>();
  return {
    exclusive: async (name, task) => {
      if (held.has(name)) throw new AppError('board-busy', `${name} is held`);
      held.add(name);
      try {
        return await task();
      } finally {
        held.delete(name);
      }
    },
  };
}
