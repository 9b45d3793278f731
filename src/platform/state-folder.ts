/**
 * Files in a folder that the person chose (File System Access), one for each stored value. It
 * remembers how far stateful keys are, beside the browser's own storage; no secret is in it.
 */
import { AppError } from '../core/errors.ts';
import type { JsonValue, Store } from '../core/ports/index.ts';

const ENDING = '.state';
/** Names of values have slashes, which names of files may not have. */
const SLASH = '_';

/** `folder` may be written to: the permission was asked for where it was chosen. */
export function createFolderStore(folder: FileSystemDirectoryHandle): Store {
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new AppError('file-failed', `the folder ${folder.name} refused to ${what}`, {
        cause: error,
        context: { folder: folder.name },
      });
    }
  };
  return {
    get: (key) =>
      attempt('read', async () => {
        try {
          const file = await (await folder.getFileHandle(fileName(key))).getFile();
          return JSON.parse(await file.text()) as JsonValue;
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    put: (key, value) =>
      attempt('write', async () => {
        const file = await folder.getFileHandle(fileName(key), { create: true });
        // What is written becomes the file when it is closed, as a whole.
        const writable = await file.createWritable();
        await writable.write(JSON.stringify(value));
        await writable.close();
      }),
    delete: (key) =>
      attempt('delete', async () => {
        try {
          await folder.removeEntry(fileName(key));
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      }),
    keys: (prefix) =>
      attempt('list', async () => {
        const names: string[] = [];
        for await (const name of folder.keys()) {
          if (!name.endsWith(ENDING)) continue;
          const key = name.slice(0, -ENDING.length).replaceAll(SLASH, '/');
          if (key.startsWith(prefix)) names.push(key);
        }
        return names.sort();
      }),
  };
}

function fileName(key: string): string {
  return key.replaceAll('/', SLASH) + ENDING;
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}
