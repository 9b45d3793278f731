/**
 * The drive of an ST-LINK through the File System Access API. The folder is chosen once; its handle is kept in
 * IndexedDB, and the permission asked for again by a click.
 *
 * Chrome writes into a temporary file beside the wanted one (.crswap) and renames it when it is closed. The drive
 * is no real disk: it may refuse either, or program the file and remount before the rename.
 */
import { openDB } from 'idb';
import { AppError, isAppError } from '../core/errors.ts';
import {
  DETAILS_FILE,
  looksLikeProbeDrive,
  withDeadline,
  type CancelSignal,
  type Clock,
  type DriveBus,
  type DriveWriteProgress,
  type LongCall,
  type ProbeDrive,
} from '../core/ports/index.ts';

/** What the type library does not have yet. */
type AccessMode = { readonly mode: 'readwrite' };
export interface DriveFolder extends FileSystemDirectoryHandle {
  queryPermission(mode: AccessMode): Promise<PermissionState>;
  requestPermission(mode: AccessMode): Promise<PermissionState>;
}

type FolderPicker = (options: AccessMode & { readonly id: string }) => Promise<DriveFolder>;

/** Keeps the one handle. Its failures are no failures of the drive: it is chosen again then. */
export interface FolderMemory {
  get(): Promise<DriveFolder | undefined>;
  put(folder: DriveFolder): Promise<void>;
  clear(): Promise<void>;
}

export interface DriveParts {
  readonly pick: FolderPicker;
  readonly memory: FolderMemory;
  readonly clock: Clock;
}

const READWRITE = { mode: 'readwrite' } as const;
const LOOK_TIMEOUT_MS = 5000;
const WRITE_TIMEOUT_MS = 120_000;
/** A probe programs and remounts within this. */
const REMOUNT_TIMEOUT_MS = 15_000;
const POLL_MS = 500;
const CHUNK_BYTES = 64 * 1024;

/** `showDirectoryPicker`; where the browser has none, whoever picks is told so. */
export function findDrivePicker(page: object): FolderPicker {
  const { showDirectoryPicker } = page as { readonly showDirectoryPicker?: FolderPicker };
  if (showDirectoryPicker) return showDirectoryPicker.bind(page);
  return () => Promise.reject(new AppError('drive-unavailable', 'no folders can be chosen here'));
}

export function createStLinkDrives({ pick, memory, clock }: DriveParts): DriveBus {
  return {
    async remembered() {
      const folder = await memory.get().catch(() => undefined);
      return folder && new FolderDrive(folder, clock);
    },
    async choose() {
      const folder = await picked(pick);
      const drive = new FolderDrive(folder, clock);
      if (!looksLikeProbeDrive(await drive.list(), drive.label)) {
        throw new AppError('drive-wrong', `${folder.name} is not the drive of an ST-LINK`, {
          context: { folder: folder.name },
        });
      }
      await memory.put(folder).catch(() => undefined);
      return drive;
    },
    async forget() {
      await memory.clear().catch(() => undefined);
    },
  };
}

async function picked(pick: FolderPicker): Promise<DriveFolder> {
  try {
    return await pick({ id: 'keyfuse-st-link', mode: 'readwrite' });
  } catch (error) {
    if (isAppError(error)) throw error;
    const chosen = nameOf(error) === 'AbortError' ? 'no drive was chosen' : 'the browser refused';
    throw new AppError('drive-unavailable', chosen, { cause: error });
  }
}

class FolderDrive implements ProbeDrive {
  readonly label: string;
  readonly #folder: DriveFolder;
  readonly #clock: Clock;

  constructor(folder: DriveFolder, clock: Clock) {
    this.label = folder.name;
    this.#folder = folder;
    this.#clock = clock;
  }

  async isAllowed(): Promise<boolean> {
    try {
      return (await this.#folder.queryPermission(READWRITE)) === 'granted';
    } catch {
      return false;
    }
  }

  async allow(): Promise<void> {
    const state = await this.#folder.requestPermission(READWRITE).catch(() => 'denied' as const);
    if (state === 'granted') return;
    throw new AppError('drive-unavailable', `the browser may not write to ${this.label}`);
  }

  async list(): Promise<readonly string[]> {
    return this.#bounded('list', LOOK_TIMEOUT_MS, undefined, async () => {
      const names: string[] = [];
      for await (const name of this.#folder.keys()) names.push(name);
      return names;
    });
  }

  async read(name: string): Promise<Uint8Array> {
    try {
      return await this.#bounded('read', LOOK_TIMEOUT_MS, undefined, async () => {
        const file = await (await this.#folder.getFileHandle(name)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      });
    } catch (error) {
      // The drive may be there without this file.
      if (!isAppError(error, 'drive-gone') || !(await this.#isThere())) throw error;
      throw new AppError('file-failed', `${name} is not on the drive`, {
        cause: error,
        context: { file: name },
      });
    }
  }

  async write(
    name: string,
    bytes: Uint8Array,
    call: LongCall<DriveWriteProgress> = {},
  ): Promise<void> {
    const sent = { all: false };
    try {
      await this.#bounded(`write ${name}`, WRITE_TIMEOUT_MS, call.signal, (signal) =>
        this.#copy(name, bytes.slice(), signal, call, sent),
      );
    } catch (error) {
      if (isAppError(error) && !WRITE_FAILURES.includes(error.code)) throw error;
      if (sent.all && (await this.#cameBack(call.signal))) return;
      throw (await this.#isThere()) ? writeRefused(name, error) : gone(error);
    }
  }

  async #copy(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    signal: CancelSignal,
    { onProgress }: LongCall<DriveWriteProgress>,
    sent: { all: boolean },
  ): Promise<void> {
    const file = await this.#folder.getFileHandle(name, { create: true });
    const writable = await file.createWritable();
    try {
      for (let at = 0; at < bytes.length && !signal.aborted; at += CHUNK_BYTES) {
        const end = Math.min(at + CHUNK_BYTES, bytes.length);
        await writable.write(bytes.subarray(at, end));
        onProgress?.({ doneBytes: end, totalBytes: bytes.length });
      }
    } catch (error) {
      await writable.abort().catch(() => undefined);
      throw error;
    }
    // Nothing of it is renamed then, so that no half file is programmed.
    if (signal.aborted) {
      await writable.abort().catch(() => undefined);
      return;
    }
    sent.all = true;
    await writable.close();
  }

  /** The whole file was handed over, then the drive left: a probe that took it comes back. */
  async #cameBack(signal: CancelSignal | undefined): Promise<boolean> {
    if (await this.#isThere()) return false;
    const untilMs = this.#clock.nowMs() + REMOUNT_TIMEOUT_MS;
    while (this.#clock.nowMs() < untilMs) {
      await this.#clock.sleep(POLL_MS, signal);
      if (await this.#isThere()) return true;
    }
    return false;
  }

  async #isThere(): Promise<boolean> {
    try {
      return (await this.list()).some((name) => name.toUpperCase() === DETAILS_FILE);
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  }

  async #bounded<T>(
    what: string,
    timeoutMs: number,
    signal: CancelSignal | undefined,
    work: (signal: CancelSignal) => Promise<T>,
  ): Promise<T> {
    const step = `ST-LINK drive: ${what}`;
    return withDeadline(
      this.#clock,
      timeoutMs,
      step,
      async (inner) => {
        try {
          return await work(inner);
        } catch (error) {
          throw driveError(error);
        }
      },
      { signal },
    );
  }
}

/** What a write may end with and the drive still be there. */
const WRITE_FAILURES: readonly AppError['code'][] = ['drive-gone', 'drive-write-refused'];

/** What the browser's refusal means; the difference between gone and refusing is found out by looking. */
function driveError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new AppError('drive-unavailable', 'the browser may not use this drive', {
        cause: error,
      });
    case 'NotFoundError':
    case 'NotReadableError':
      return gone(error);
    default:
      return writeRefused('the file', error);
  }
}

function gone(cause: unknown): AppError {
  return new AppError('drive-gone', 'the ST-LINK drive is gone', { cause });
}

function writeRefused(name: string, cause: unknown): AppError {
  const reason = isAppError(cause) ? nameOf(cause.cause) : nameOf(cause);
  return new AppError('drive-write-refused', `the drive refused ${name}: ${reason}`, {
    cause,
    context: { file: name, reason },
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
}

const DATABASE = 'keyfuse-drive';
const STORE = 'folders';
const KEY = 'st-link';

/** A database of its own: what is kept is an object of the browser's and no JSON. */
export function createFolderMemory(): FolderMemory {
  const open = () =>
    openDB(DATABASE, 1, {
      upgrade: (database) => {
        database.createObjectStore(STORE);
      },
    });
  const using = async <T>(work: (database: Awaited<ReturnType<typeof open>>) => Promise<T>) => {
    const database = await open();
    try {
      return await work(database);
    } finally {
      database.close();
    }
  };
  return {
    get: () =>
      using(async (database) => (await database.get(STORE, KEY)) as DriveFolder | undefined),
    put: (folder) =>
      using(async (database) => {
        await database.put(STORE, folder, KEY);
      }),
    clear: () => using((database) => database.delete(STORE, KEY)),
  };
}
