/** A store that lives as long as the tab's session: what belongs to a virtual board, which does too. */
import { AppError } from '../core/errors.ts';
import type { JsonValue, Store } from '../core/ports/index.ts';

/** `reach` throws where the browser forbids storage; that is then `storage-failed` of every call. */
export function createSessionStore(reach: () => Storage, prefix: string): Store {
  const attempt = <T>(what: string, work: (storage: Storage) => T): Promise<T> =>
    new Promise((resolve, reject) => {
      try {
        resolve(work(reach()));
      } catch (error) {
        reject(
          new AppError('storage-failed', `the browser's storage refused to ${what}`, {
            cause: error,
          }),
        );
      }
    });
  return {
    get: (key) =>
      attempt('read', (storage) => {
        const text = storage.getItem(prefix + key);
        return text === null ? undefined : (JSON.parse(text) as JsonValue);
      }),
    put: (key, value) =>
      attempt('write', (storage) => {
        storage.setItem(prefix + key, JSON.stringify(value));
      }),
    delete: (key) =>
      attempt('delete', (storage) => {
        storage.removeItem(prefix + key);
      }),
    keys: (wanted) =>
      attempt('list', (storage) =>
        Object.keys(storage)
          .filter((key) => key.startsWith(prefix + wanted))
          .map((key) => key.slice(prefix.length))
          .sort(),
      ),
  };
}
