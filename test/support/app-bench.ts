/**
 * The stores of the program over a virtual bench in simulated time, without a browser: what a person
 * does through the pages is done by calling the same actions.
 */
import type { Bench } from '../../src/core/ports/index.ts';
import { createAppState, type AppState } from '../../src/state/app-state.ts';
import type { NamedFile, Services } from '../../src/state/services.ts';
import { builtInPrimer } from '../../src/core/wolfboot/built-in-primer.ts';
import { fillKeyfusePrimer, makeDeltaPatches } from '../../src/core/wolfboot/index.ts';
import { buildSampleApplication, buildSampleBootloader } from '../../src/virtual/index.ts';
import { createKeyring } from '../../src/workers/keyring/keyring.ts';
import type { Keyring } from '../../src/workers/keyring/protocol.ts';
import { seededRng } from './bytes-rng.ts';
import { memoryParts } from './keyring-parts.ts';
import { memoryLocks, memoryStore, type MemoryStore } from './memory-store.ts';
import { simBench, type SimBench } from './sim-bench.ts';

export interface AppBench {
  readonly state: AppState;
  readonly bench: SimBench;
  readonly store: MemoryStore;
  /** Files that were handed to the person, by name. */
  readonly saved: Map<string, Uint8Array | string>;
}

export interface AppBenchOptions {
  readonly bench?: SimBench;
  /** Offered as the real bench; the app cannot tell it from one. */
  readonly realBench?: Bench;
  /** One with a vault, for instance; otherwise keys live in memory only. */
  readonly keyring?: Keyring;
}

export function appBench(options: AppBenchOptions = {}): AppBench {
  const bench = options.bench ?? simBench();
  const store = memoryStore();
  const saved = new Map<string, Uint8Array | string>();
  const rng = seededRng('app bench');
  const services: Services = {
    keyring: options.keyring ?? createKeyring(memoryParts({ rng })),
    deltaMaker: { makePatches: makeDeltaPatches },
    files: {
      save: (name, content) => {
        saved.set(name, typeof content === 'string' ? content : content.slice());
      },
      pick: () => Promise.resolve(undefined),
    },
    readFile: async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    }),
    samples: {
      application: () => sample('sample-application.bin', buildSampleApplication('test')),
      bootloader: () => sample('sample-bootloader.bin', buildSampleBootloader()),
      primer: async (slots, profile, uds) =>
        sample('keyfuse-primer.bin', fillKeyfusePrimer(builtInPrimer(), { slots, profile, uds })),
    },
    store,
    journals: { real: store, virtual: memoryStore() },
    locks: memoryLocks(),
    clock: bench.clock,
    rng,
    keepAwake: (work) => work(),
    findPasskeys: () => Promise.resolve(undefined),
    benches: {
      real: options.realBench,
      openVirtual: () => Promise.resolve(bench.bench),
      openRehearsal: () => Promise.resolve(simBench({ seed: 99 }).bench),
    },
    environment: {
      secureContext: true,
      webUsb: true,
      webSerial: true,
      webLocks: true,
      indexedDb: true,
      platform: 'linux',
    },
    build: { version: 'test' },
  };
  return { state: createAppState(services), bench, store, saved };
}

function sample(name: string, bytes: Uint8Array): Promise<NamedFile> {
  return Promise.resolve({ name, bytes });
}

/** Lets what was begun without being waited for come to its end. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (isSo()) return;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  throw new Error(`never came true: ${what}`);
}
