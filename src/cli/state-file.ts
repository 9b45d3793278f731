/**
 * Key files of stateful schemes (LMS, XMSS): every signature uses up an index, and the file says which is
 * next. It is advanced on the disk, durably, before a signature leaves this module; an index that was
 * used twice gives the key away (NIST SP 800-208, section 9). wolfBoot's sign rewrites the file in place,
 * without a lock (formats/wolfboot.md, section 23, 17).
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { equalBytes, wipe } from '../core/bytes/index.ts';
import {
  scheme,
  signDurably,
  type CryptoCall,
  type KeyUsage,
  type PrivateKey,
  type Signed,
} from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import { fileIdentity, syncDirectory } from './files.ts';
import type { Host } from './host.ts';
import { lockFile, type FileLock } from './key-file-lock.ts';

/** A key file that nobody else may sign with until it is released. */
export interface HeldKeyFile {
  /** As it stood under the lock; wiped by `release`. */
  readonly bytes: Uint8Array;
  /** Replaces the file; when it returns the new content is on the disk. Throws `key-state-busy` when another program changed it. */
  store(advanced: Uint8Array): void;
  release(): void;
}

/** Long enough for a neighbour in `make -j` that builds a tree. */
const PATIENCE_MS = 120_000;

/**
 * Locks and reads a key file. Rejects with `key-state-busy`, `file-failed`. Only for files that are their
 * key's only name: a hard link would keep the old state.
 */
export async function holdKeyFile(
  host: Host,
  path: string,
  patienceMs = PATIENCE_MS,
): Promise<HeldKeyFile> {
  const real = fileIdentity(host, path);
  const lock = await lockFile(real, {
    patienceMs,
    onWait: (holder) => {
      host.note(`waiting for ${holder}, which uses ${path}`);
    },
  });
  try {
    checkOnlyName(real, path);
    rmSync(temporaryOf(real), { force: true }); // of a run that was killed
    return held(lock, real, path, new Uint8Array(readFileSync(real)));
  } catch (error) {
    lock.release();
    if (error instanceof AppError) throw error;
    throw new AppError('file-failed', `${path} cannot be read`, {
      cause: error,
      context: { file: path },
    });
  }
}

function checkOnlyName(real: string, path: string): void {
  const { nlink } = statSync(real);
  if (nlink <= 1) return;
  throw new AppError(
    'key-state-busy',
    `${path} has ${nlink} names (hard links): the others would keep the old state and use its indices again. Remove them first`,
    { context: { file: path, names: nlink } },
  );
}

function held(lock: FileLock, real: string, path: string, bytes: Uint8Array): HeldKeyFile {
  let current = bytes.slice();
  return {
    bytes,
    store(advanced) {
      const found = new Uint8Array(readFileSync(real));
      const same = equalBytes(found, current);
      wipe(found);
      if (!same) {
        throw new AppError(
          'key-state-busy',
          `${path} was changed by another program meanwhile: an index may be used twice. Nothing was signed`,
          { context: { file: path } },
        );
      }
      replaceDurably(real, path, advanced);
      wipe(current);
      current = advanced.slice();
    },
    release() {
      lock.release();
      wipe(bytes);
      wipe(current);
    },
  };
}

/** Under the lock there is one writer, so one name is enough, and what a killed run left is found. */
function temporaryOf(real: string): string {
  return join(dirname(real), `.${basename(real)}.state.tmp`);
}

function replaceDurably(real: string, path: string, bytes: Uint8Array): void {
  const temporary = temporaryOf(real);
  try {
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    chmodSync(temporary, statSync(real).mode & 0o777);
    renameSync(temporary, real);
    syncDirectory(dirname(real));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AppError(
      'file-failed',
      `the advanced state of ${path} could not be stored, so nothing was signed`,
      { cause: error, context: { file: path } },
    );
  }
}

/**
 * Signs with a held key, as often as asked; each time the file is advanced first. Rejects with
 * `key-exhausted`, `key-state-busy`, `file-failed`, `internal` when a scheme would not go forward.
 */
export function durableSigner(
  host: Pick<Host, 'rng'>,
  file: HeldKeyFile,
  privateKey: PrivateKey,
  call: CryptoCall = {},
): (message: Uint8Array) => Promise<Signed> {
  const using = scheme(privateKey.algorithm);
  let current = privateKey;
  return async (message) => {
    const before = usageOf(current);
    return signDurably(using, current, message, {
      ...call,
      rng: host.rng,
      persistState: (advanced, consumedIndex) => {
        const after = usageOf(advanced);
        if (consumedIndex !== before.nextIndex || after.nextIndex <= consumedIndex) {
          throw new AppError('internal', `${using.label} did not advance its state`);
        }
        file.store(advanced.bytes);
        current = { algorithm: advanced.algorithm, bytes: advanced.bytes.slice() };
        return Promise.resolve();
      },
    });
  };
}

/** Throws `invalid-argument` for a key without a state. */
export function usageOf(privateKey: PrivateKey): KeyUsage {
  const { state, label } = scheme(privateKey.algorithm);
  if (!state) throw new AppError('invalid-argument', `${label} keys have no state`);
  return state.usage(privateKey);
}
