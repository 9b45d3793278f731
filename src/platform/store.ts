/**
 * A durable store in IndexedDB: journal, records, settings; sealed keys. A write resolves when its
 * transaction has completed with strict durability, that is after the data reached the disk.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { AppError } from '../core/errors.ts';
import type { JsonValue, Store } from '../core/ports/index.ts';

interface Schema extends DBSchema {
  values: { key: string; value: JsonValue };
}

/** The vault and its counters have databases of their own, which only the key worker opens. */
type DatabaseName = 'keyfuse' | 'keyfuse-vault' | 'keyfuse-counters';

export function createIndexedDbStore(databaseName: DatabaseName = 'keyfuse'): Store {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const open = (): Promise<IDBPDatabase<Schema>> =>
    (opening ??= openDB<Schema>(databaseName, 1, {
      upgrade: (database) => {
        database.createObjectStore('values');
      },
      // Another tab wants a newer layout: let it, and open again at the next call.
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        opening = undefined;
      },
      terminated: () => {
        opening = undefined;
      },
    }));

  const attempt = async <T>(
    what: string,
    work: (database: IDBPDatabase<Schema>) => Promise<T>,
  ): Promise<T> => {
    try {
      return await work(await open());
    } catch (error) {
      throw new AppError('storage-failed', `the browser's storage refused to ${what}`, {
        cause: error,
      });
    }
  };

  return {
    get: (key) => attempt('read', (database) => database.get('values', key)),
    put: (key, value) =>
      attempt('write', async (database) => {
        const transaction = database.transaction('values', 'readwrite', { durability: 'strict' });
        await Promise.all([transaction.store.put(value, key), transaction.done]);
      }),
    delete: (key) =>
      attempt('delete', async (database) => {
        const transaction = database.transaction('values', 'readwrite', { durability: 'strict' });
        await Promise.all([transaction.store.delete(key), transaction.done]);
      }),
    keys: (prefix) =>
      attempt('list', async (database) => {
        const keys = await database.getAllKeys('values', IDBKeyRange.lowerBound(prefix));
        return keys.filter((key) => key.startsWith(prefix));
      }),
  };
}
