/** What the browser keeps for the page: read, put back as from a copy of the profile, listed. */
import type { Page } from '@playwright/test';

/** Entries of the databases of the vault and its counters, by database. */
type StorageCopy = Readonly<Record<string, readonly (readonly [key: string, value: unknown])[]>>;

const vaultDatabases = ['keyfuse-vault', 'keyfuse-counters'];

/** A database that is not there yet is not part of the copy. */
export function copyVault(page: Page): Promise<StorageCopy> {
  return page.evaluate(async (names) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(request.error ?? new Error('no reason was given'));
        };
      });
    const copy: Record<string, [string, unknown][]> = {};
    const present = (await indexedDB.databases()).map(({ name }) => name);
    for (const name of names.filter((each) => present.includes(each))) {
      const database = await done(indexedDB.open(name));
      const values = database.transaction('values').objectStore('values');
      const [keys, contents] = await Promise.all([
        done(values.getAllKeys()),
        done<unknown[]>(values.getAll()),
      ]);
      copy[name] = keys.map((key, index) => {
        if (typeof key !== 'string') throw new Error(`${name} keeps a value under no name`);
        return [key, contents[index]];
      });
      database.close();
    }
    return copy;
  }, vaultDatabases);
}

/** What came since is gone. The page has to be loaded anew afterwards. */
export async function putVaultBack(page: Page, copy: StorageCopy): Promise<void> {
  await page.evaluate(async (databases) => {
    for (const [name, entries] of Object.entries(databases)) {
      await new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => {
          reject(opening.error ?? new Error('no reason was given'));
        };
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('values', 'readwrite');
          const values = transaction.objectStore('values');
          values.clear();
          for (const [key, value] of entries) values.put(value, key);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onabort = () => {
            reject(transaction.error ?? new Error('the transaction was aborted'));
          };
        };
      });
    }
  }, copy);
}

/** Instead of asking the person for a folder the browser hands out this one, of its own storage. */
export async function offerFolder(page: Page, name: string): Promise<void> {
  await page.addInitScript((folder) => {
    const pick = async (): Promise<FileSystemDirectoryHandle> =>
      (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
    Object.defineProperty(window, 'showDirectoryPicker', { value: pick, configurable: true });
  }, name);
}

/** The files of that folder with their text, by name. */
export function filesOf(page: Page, name: string): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(async (folderName) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(folderName, { create: true });
    const files: Record<string, string> = {};
    for await (const [file, handle] of folder.entries()) {
      if (handle.kind !== 'file') continue;
      files[file] = await (await handle.getFile()).text();
    }
    return files;
  }, name);
}
