/**
 * The pool as the keyring worker owns it: hashing workers below a worker. Chromium, Firefox and Safari
 * since 15.5 start workers from workers; where that is missing the keyring's own thread hashes.
 */
import type { FromHashWorker, HashWorkerPort } from './protocol.ts';
import { createLocalWorker } from './local-worker.ts';
import { createHashPool, type HashPool } from './pool.ts';

/** More gain nothing that a person would notice, and cost memory each. */
const MOST_WORKERS = 16;

/** Call `warm` when a key may be wanted soon. `workers`: one for each core without it. */
export function createKeyringHasher(workers = navigator.hardwareConcurrency || 1): HashPool {
  const nested = typeof Worker !== 'undefined';
  return createHashPool({
    createWorker: nested ? startWorker : () => createLocalWorker(deferByMessage()),
    size: nested ? Math.min(workers, MOST_WORKERS) : 1,
    compileModule: compileEngine,
  });
}

/**
 * Undefined where the browser or its policy refuses WebAssembly or SIMD. Streaming lets Chromium keep
 * the optimised code for the next visit; it needs the right type, which not every server sends.
 */
async function compileEngine(): Promise<WebAssembly.Module | undefined> {
  const load = (): Promise<Response> => fetch(new URL('./hash-engine.wasm', import.meta.url));
  try {
    return await WebAssembly.compileStreaming(load());
  } catch {
    try {
      return await WebAssembly.compile(await (await load()).arrayBuffer());
    } catch {
      return undefined;
    }
  }
}

function startWorker(): HashWorkerPort {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return {
    postMessage: (message) => {
      worker.postMessage(message);
    },
    onMessage: (listener) => {
      worker.addEventListener('message', ({ data }: MessageEvent<FromHashWorker>) => {
        listener(data);
      });
    },
    onError: (listener) => {
      worker.addEventListener('error', ({ message }) => {
        listener(message);
      });
    },
    terminate: () => {
      worker.terminate();
    },
  };
}

/** Later, but without the four milliseconds to which browsers stretch nested timers. */
function deferByMessage(): (work: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (work) => {
    waiting.push(work);
    port2.postMessage(undefined);
  };
}
