/** The tree hasher of one thread, in this one. */
import type { TreeHasher } from '../../core/ports/index.ts';
import { createLocalWorker } from './local-worker.ts';
import { createHashPool } from './pool.ts';

/**
 * Hashes by the module, or in plain JavaScript without one. Between tasks of some milliseconds `defer`
 * lets others have their turn; with plain JavaScript it is one long turn.
 */
export function createWasmTreeHasher(options: {
  readonly module: WebAssembly.Module | undefined;
  defer(work: () => void): void;
}): TreeHasher {
  return createHashPool({
    createWorker: () => createLocalWorker(options.defer),
    size: 1,
    compileModule: () => Promise.resolve(options.module),
  });
}
