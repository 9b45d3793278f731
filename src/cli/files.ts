/**
 * Files of the command line. What is written appears whole or not at all: everything is written under
 * temporary names first and put in place at the end; if that fails, the old state comes back.
 */
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import { toHex } from '../core/bytes/index.ts';
import type { Host } from './host.ts';

export interface OutputFile {
  /** As the person would type it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Readable by its owner only. */
  readonly secret?: boolean;
  /** May take the place of a file that is there. */
  readonly replace: boolean;
}

const SECRET_MODE = 0o600;
const USUAL_MODE = 0o666; // less the umask

/** Throws `file-failed`. The caller owns the bytes. */
export function readInput(host: Host, path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(resolve(host.directory, path)));
  } catch (error) {
    throw fileFailed(path, 'cannot be read', error);
  }
}

export function fileExists(host: Host, path: string): boolean {
  try {
    lstatSync(resolve(host.directory, path));
    return true;
  } catch {
    return false;
  }
}

export function isDirectory(host: Host, path: string): boolean {
  try {
    return statSync(resolve(host.directory, path)).isDirectory();
  } catch {
    return false;
  }
}

/** One name for one file, whatever way leads to it; the file need not exist. */
export function fileIdentity(host: Host, path: string): string {
  const full = resolve(host.directory, path);
  try {
    return realpathSync(full);
  } catch {
    return join(realDirectory(dirname(full)), basename(full));
  }
}

function realDirectory(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Refuses to put a product onto its own input, and onto a file that is not an earlier such product, a
 * private key for example. Throws `file-failed`. Whether there was an earlier one.
 */
export function checkReplaceable(
  host: Host,
  path: string,
  { input, isEarlier, force }: ReplaceCheck,
): boolean {
  if (fileIdentity(host, path) === fileIdentity(host, input)) {
    throw new AppError('file-failed', `${path} is also the input; it was not written`, {
      context: { file: path },
    });
  }
  if (!fileExists(host, path)) return false;
  checkTarget(path, fileIdentity(host, path));
  if (force || isEarlier(readInput(host, path))) return true;
  throw new AppError(
    'file-failed',
    `${path} is there and something else; nothing was written. --force replaces it`,
    { context: { file: path } },
  );
}

interface ReplaceCheck {
  readonly input: string;
  /** Whether the content is what an earlier run wrote. */
  isEarlier(bytes: Uint8Array): boolean;
  readonly force: boolean;
}

/** Throws `file-failed` unless a file could be put there. Says nothing about room on the disk. */
export function checkWritable(host: Host, path: string): void {
  const target = fileIdentity(host, path);
  checkTarget(path, target);
  try {
    accessSync(dirname(target), constants.W_OK);
  } catch (error) {
    throw fileFailed(path, 'cannot be written', error);
  }
}

interface Staged {
  readonly file: OutputFile;
  readonly target: string;
  readonly temporary: string;
  published: boolean;
  /** The file that was there before, under another name. */
  backup: string | undefined;
}

/** How old what an earlier run left must be: another run may be at work on the same names. */
const LEFT_BEHIND_MS = 60_000;

/**
 * All or nothing, and on the disk when it returns. Throws `file-failed`; then everything is as it was.
 * What a killed run left of the same names is removed: it may hold a private key that was replaced.
 */
export function writeOutputs(
  host: Host,
  files: readonly OutputFile[],
  leftBehindMs = LEFT_BEHIND_MS,
): void {
  const staged: Staged[] = [];
  try {
    for (const file of files) staged.push(stage(host, file));
    for (const entry of staged) publish(entry);
    syncDirectories(staged);
  } catch (error) {
    for (const entry of staged.reverse()) undo(entry);
    throw error;
  }
  for (const { backup } of staged) if (backup !== undefined) rmSync(backup, { force: true });
  for (const entry of staged) removeLeftBehind(entry, leftBehindMs);
}

/** New names are durable only when their directory is. Throws `file-failed`. */
function syncDirectories(staged: readonly Staged[]): void {
  const directories = new Map(staged.map(({ file, target }) => [dirname(target), file.path]));
  for (const [directory, path] of directories) {
    try {
      syncDirectory(directory);
    } catch (error) {
      throw fileFailed(path, 'cannot be put on the disk', error);
    }
  }
}

/** Makes names in it durable. Windows cannot and need not, nor can some network file systems. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(handle);
  }
}

/** Judged by the clock of the file system. Nothing is lost when it fails: the next run tries again. */
function removeLeftBehind({ target }: Staged, leftBehindMs: number): void {
  const directory = dirname(target);
  const start = `.${basename(target)}.`;
  try {
    const now = statSync(target).ctimeMs;
    for (const name of readdirSync(directory)) {
      if (!name.startsWith(start) || !TEMPORARY_END.test(name.slice(start.length))) continue;
      const path = join(directory, name);
      if (now - lstatSync(path).ctimeMs >= leftBehindMs) rmSync(path, { force: true });
    }
  } catch {
    return;
  }
}

/** As `stage` and `publish` name what they make. */
const TEMPORARY_END = /^[0-9a-f]{12}\.tmp(?:\.old)?$/;

function stage(host: Host, file: OutputFile): Staged {
  const target = fileIdentity(host, file.path);
  checkTarget(file.path, target);
  const mark = toHex(host.rng.bytes(6));
  const temporary = join(dirname(target), `.${basename(target)}.${mark}.tmp`);
  try {
    const handle = openSync(temporary, 'wx', file.secret ? SECRET_MODE : USUAL_MODE);
    try {
      writeFileSync(handle, file.bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileFailed(file.path, 'cannot be written', error);
  }
  return { file, target, temporary, published: false, backup: undefined };
}

function checkTarget(path: string, target: string): void {
  let found: Stats | undefined;
  try {
    found = statSync(target, { throwIfNoEntry: false });
  } catch (error) {
    throw fileFailed(path, 'cannot be written', error);
  }
  if (found && !found.isFile()) {
    throw new AppError('file-failed', `${path} cannot be written: it is not a file`, {
      context: { file: path },
    });
  }
}

function publish(entry: Staged): void {
  const { file, target, temporary } = entry;
  try {
    if (!file.replace) {
      linkOrCopy(temporary, target);
      entry.published = true;
      rmSync(temporary, { force: true });
      return;
    }
    if (statSync(target, { throwIfNoEntry: false })) {
      const backup = `${temporary}.old`;
      linkOrCopy(target, backup);
      entry.backup = backup;
    }
    renameSync(temporary, target);
    entry.published = true;
  } catch (error) {
    throw fileFailed(file.path, 'cannot be put in place', error);
  }
}

/** Fails when `to` exists. Some file systems have no links. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function undo({ target, temporary, published, backup }: Staged): void {
  rmSync(temporary, { force: true });
  if (backup !== undefined) renameSync(backup, target);
  else if (published) rmSync(target, { force: true });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of its path is not a directory',
  EEXIST: 'a file of this name has appeared meanwhile',
  ENOSPC: 'the disk is full',
};

function fileFailed(path: string, what: string, error: unknown): AppError {
  const code = codeOf(error);
  const reason = REASONS[code] ?? code;
  return new AppError('file-failed', `${path} ${what}: ${reason}`, {
    cause: error,
    context: { file: path },
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
