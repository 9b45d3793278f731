/** Files that the person saves and opens. Nothing is read or written without their act. */
import { AppError } from '../core/errors.ts';

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How long a download may need its object URL before it is given back. */
const urlLifetimeMs = 60_000;

/** Hands a file to the browser's download. Whether it reached a disk the browser does not tell. */
export function saveFile(name: string, content: Uint8Array | string): void {
  const part = typeof content === 'string' ? content : content.slice();
  const url = URL.createObjectURL(new Blob([part], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, urlLifetimeMs);
}

/** Lets the person choose one file; undefined when they chose none. Needs a click. */
export function pickFile(accept: string): Promise<NamedFile | undefined> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('cancel', () => {
      resolve(undefined);
    });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file === undefined) resolve(undefined);
      else readFile(file).then(resolve, reject);
    });
    input.click();
  });
}

/** Above every key, image and bundle; more would only fill the memory of the page. */
const LARGEST_FILE_MEBIBYTES = 64;

/** Reads a file that was chosen or dropped. Throws `file-failed`, also when it is above 64 MiB. */
export async function readFile(file: File): Promise<NamedFile> {
  const mebibytes = file.size / 2 ** 20;
  if (mebibytes > LARGEST_FILE_MEBIBYTES) {
    throw new AppError(
      'file-failed',
      `${file.name} has ${mebibytes.toFixed(1)} MiB; files of more than ${LARGEST_FILE_MEBIBYTES} MiB are not opened`,
      { context: { file: file.name, sizeBytes: file.size } },
    );
  }
  try {
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch (error) {
    throw new AppError('file-failed', `${file.name} could not be read`, {
      cause: error,
      context: { file: file.name },
    });
  }
}

type FolderPicker = () => Promise<FileSystemDirectoryHandle | undefined>;

/** `showDirectoryPicker` (File System Access), which only some browsers have. */
interface WithDirectoryPicker {
  showDirectoryPicker?(options: {
    readonly id: string;
    readonly mode: 'readwrite';
  }): Promise<FileSystemDirectoryHandle>;
}

/**
 * Lets the person choose a folder that may then be written to; undefined when they chose none. Needs
 * a click. No function where the browser has no such picker.
 */
export function findFolderPicker(page: object): FolderPicker | undefined {
  const pick = (page as WithDirectoryPicker).showDirectoryPicker?.bind(page);
  if (pick === undefined) return undefined;
  return async () => {
    try {
      return await pick({ id: 'keyfuse-state', mode: 'readwrite' });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      throw new AppError('file-failed', 'the folder could not be opened', { cause: error });
    }
  };
}
