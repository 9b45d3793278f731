/** The committed engine for tests in Node, with its worker as a thread or in this one. */
import { readFileSync } from 'node:fs';
import type { TreeHasher } from '../../src/core/ports/index.ts';
import { createHashEngine, type HashEngine } from '../../src/workers/hashing/engine.ts';
import { createWasmTreeHasher } from '../../src/workers/hashing/wasm-tree-hasher.ts';

const file = new URL('../../src/workers/hashing/hash-engine.wasm', import.meta.url);

export const engineBytes = new Uint8Array(readFileSync(file));
export const engineModule = new WebAssembly.Module(engineBytes);

export const hashEngine = (): HashEngine => createHashEngine(engineModule);

export function wasmTreeHasher(): TreeHasher {
  return createWasmTreeHasher({ module: engineModule, defer: setImmediate });
}
