/**
 * One signer at a time for a key file whose every signature uses up an index: a file FILE.lock beside it,
 * made by whoever comes first. It names its process, so that the lock of one that was killed does not
 * stay for ever; two that find such a lock at once cannot both take it over.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { AppError } from '../core/errors.ts';

export interface FileLock {
  readonly path: string;
  /** Safe to call twice. */
  release(): void;
}

export interface LockOptions {
  /** How long to wait for another process to finish. */
  readonly patienceMs: number;
  /** Called once, before waiting. */
  onWait(holder: string): void;
}

const POLL_MS = 100;

/**
 * The lock of `keyPath` (a real path). Rejects with `key-state-busy` when a living process, or one that
 * cannot be judged from here, keeps it; `file-failed` where no file can be made.
 */
export async function lockFile(keyPath: string, options: LockOptions): Promise<FileLock> {
  const path = `${keyPath}.lock`;
  const deadline = performance.now() + options.patienceMs;
  let told = false;
  for (;;) {
    if (createExclusively(path, ownMark())) return heldLock(path);
    const holder = readHolder(path);
    if (holder === undefined) continue; // released meanwhile
    if (isGone(holder)) {
      if (takeOver(path, holder)) return heldLock(path);
      checkGuard(path);
    }
    if (performance.now() >= deadline) throw busy(path, holder);
    if (!told) options.onWait(describeHolder(holder));
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function heldLock(path: string): FileLock {
  let held = true;
  return {
    path,
    release() {
      if (held) rmSync(path, { force: true });
      held = false;
    },
  };
}

function createExclusively(path: string, text: string): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new AppError(
      'file-failed',
      `${path}, which keeps others from using the key, cannot be made: ${codeOf(error)}`,
      {
        cause: error,
        context: { file: path },
      },
    );
  }
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return true;
}

/** Text of the lock: process, machine, and the space in which its process numbers count. */
function ownMark(): string {
  return `${process.pid} ${hostname()} ${processSpace()}\n`;
}

/** Containers on one machine may share a host name, but not this. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '-';
  }
}

/** What stands in the lock; undefined when it is no longer there. Throws `file-failed`. */
function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new AppError(
      'file-failed',
      `${path}, which says who uses the key, cannot be read: ${codeOf(error)}`,
      { cause: error, context: { file: path } },
    );
  }
}

/** Only where it is certain: a process of this machine that no longer runs. */
function isGone(holder: string): boolean {
  const [pid = '', host, space] = holder.trim().split(' ');
  if (!/^\d+$/.test(pid) || host !== hostname() || space !== processSpace()) return false;
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/**
 * Whoever takes over holds a second lock meanwhile, for as long as two calls take. Its owner being dead,
 * nobody else removes the first.
 */
function takeOver(path: string, holder: string): boolean {
  const guard = guardOf(path);
  if (!createExclusively(guard, ownMark())) return false;
  try {
    if (readHolder(path) !== holder) return false;
    rmSync(path, { force: true });
    return createExclusively(path, ownMark());
  } finally {
    rmSync(guard, { force: true });
  }
}

function guardOf(path: string): string {
  return `${path}.takeover`;
}

/**
 * Whoever was killed while taking over leaves both files. Nobody takes over from that one: a third file
 * would only move the question. Throws `key-state-busy`, which names both.
 */
function checkGuard(path: string): void {
  const guard = guardOf(path);
  const holder = readHolder(guard);
  if (holder === undefined || !isGone(holder)) return;
  throw new AppError(
    'key-state-busy',
    `${describeHolder(holder)} was ended while it took over this key. Make sure that nobody signs with the key, then remove ${guard} and ${path}`,
    { context: { file: path, guard } },
  );
}

function describeHolder(holder: string): string {
  const [pid = 'unknown', host = 'unknown'] = holder.trim().split(' ');
  return `process ${pid} on ${host}`;
}

function busy(path: string, holder: string): AppError {
  return new AppError(
    'key-state-busy',
    `${describeHolder(holder)} uses this key: two signatures at once could use one index twice. If it no longer runs, remove ${path}`,
    { context: { file: path } },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
