/**
 * Hash trees for the command line: small ones in this thread, large ones on threads that run this same
 * program, which is one file when it is installed. From sources, in tests, everything stays in this thread.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { TreeHasher } from '../core/ports/index.ts';
import { partCompressions } from '../workers/hashing/hash-tree.ts';
import engineDataUrl from '../workers/hashing/hash-engine.wasm?url&inline';
import { createJobServer } from '../workers/hashing/job-server.ts';
import { createHashPool } from '../workers/hashing/pool.ts';
import type { FromHashWorker, HashWorkerPort, ToHashWorker } from '../workers/hashing/protocol.ts';
import { createWasmTreeHasher } from '../workers/hashing/wasm-tree-hasher.ts';

const HASHING_THREAD = 'keyfuse-hashing';
const MOST_THREADS = 16;
/** About what one thread does while the others start and read the program. */
const THREADS_FROM_COMPRESSIONS = 2_000_000;

export interface NodeTreeHasherOptions {
  /** Threads at most; all cores without it. */
  readonly threads?: number | undefined;
}

/** Threads end with the program: none keeps it running when nothing is left to hash. */
export function createNodeTreeHasher({ threads }: NodeTreeHasherOptions = {}): TreeHasher {
  const module = compileEngine();
  const here = createWasmTreeHasher({ module, defer: setImmediate });
  const size = Math.min(threads ?? availableParallelism(), MOST_THREADS);
  if (size === 1 || !import.meta.url.endsWith('.js')) return here;
  const pool = createHashPool({
    createWorker: startThread,
    size,
    compileModule: () => Promise.resolve(module),
  });
  const chosen = (compressions: number): TreeHasher =>
    compressions < THREADS_FROM_COMPRESSIONS ? here : pool;
  return {
    lmsSubtree: (tree, part, call) =>
      chosen(partCompressions({ kind: 'lms', tree }, part.height)).lmsSubtree(tree, part, call),
    xmssSubtree: (tree, part, call) =>
      chosen(partCompressions({ kind: 'xmss', tree }, part.height)).xmssSubtree(tree, part, call),
  };
}

/** True when this is one of our threads: then it hashes, and `main` has nothing else to do. */
export function serveAsHashingThread(): boolean {
  if (isMainThread || workerData !== HASHING_THREAD || parentPort === null) return false;
  const port = parentPort;
  const receive = createJobServer((message, transfer) => {
    port.postMessage(message, [...transfer]);
  });
  let queue: Promise<void> = Promise.resolve();
  port.on('message', (message: ToHashWorker) => {
    queue = queue.then(() => receive(message));
  });
  return true;
}

/** Undefined where Node was told to do without WebAssembly, or the processor lacks SIMD. */
function compileEngine(): WebAssembly.Module | undefined {
  try {
    const base64 = engineDataUrl.slice(engineDataUrl.indexOf(',') + 1);
    return new WebAssembly.Module(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function startThread(): HashWorkerPort {
  const thread = new Worker(new URL(import.meta.url), { workerData: HASHING_THREAD });
  let unanswered = 0;
  thread.unref();
  return {
    postMessage(message) {
      if (message.type !== 'begin' && message.type !== 'end' && unanswered++ === 0) thread.ref();
      thread.postMessage(message);
    },
    onMessage(listener) {
      thread.on('message', (message: FromHashWorker) => {
        if (message.type !== 'progress' && --unanswered === 0) thread.unref();
        listener(message);
      });
    },
    onError(listener) {
      thread.on('error', ({ message }) => {
        listener(message);
      });
    },
    terminate() {
      void thread.terminate();
    },
  };
}
