/** The composition root: the only place where the program meets the browser and the virtual board. */
import { createRealClock } from '../platform/clock.ts';
import { findFolderPicker, pickFile, readFile, saveFile } from '../platform/files.ts';
import { createKeptStorage } from '../platform/kept-storage.ts';
import { createWebLocks } from '../platform/locks.ts';
import { findPasskeys } from '../platform/passkey.ts';
import { createWebRng } from '../platform/rng.ts';
import { createSessionStore } from '../platform/session-store.ts';
import { createIndexedDbStore } from '../platform/store.ts';
import { createKeepAwake } from '../platform/wake-lock.ts';
import { createYieldToHost } from '../platform/yield.ts';
import type { Bench, Clock } from '../core/ports/index.ts';
import { fillKeyfusePrimer } from '../core/wolfboot/index.ts';
import type { Environment, Services } from '../state/services.ts';
import { createBrowserDeltaMaker } from '../workers/delta/client.ts';
import { createKeyringClient } from '../workers/keyring/client.ts';
import { createRealBench } from './real-bench.ts';
import { createVirtualBenches } from './virtual-benches.ts';

const rehearsalSeed = 1;

/** Not in the first screen's bundle: the virtual board is loaded when it is asked for. */
const loadVirtual = async () => import('../virtual/index.ts');

export function createServices(): Services {
  const clock = createRealClock();
  const store = createIndexedDbStore();
  const rng = createWebRng(crypto);
  const locks = createWebLocks(navigator.locks);
  const worker = new Worker(new URL('../workers/keyring/worker.ts', import.meta.url), {
    type: 'module',
  });
  return {
    keyring: createKeyringClient(worker),
    deltaMaker: createBrowserDeltaMaker(),
    files: { save: saveFile, pick: pickFile },
    readFile,
    samples: {
      application: async () => {
        const { buildSampleApplication } = await loadVirtual();
        return { name: 'sample-application.bin', bytes: buildSampleApplication('sample') };
      },
      bootloader: async () => {
        const { buildSampleBootloader } = await loadVirtual();
        return { name: 'sample-bootloader.bin', bytes: buildSampleBootloader() };
      },
      primer: async (slots, profile, uds) => {
        const { builtInPrimer } = await import('../core/wolfboot/built-in-primer.ts');
        const bytes = fillKeyfusePrimer(builtInPrimer(), { slots, profile, uds });
        return { name: 'keyfuse-primer.bin', bytes };
      },
    },
    store,
    journals: { real: store, virtual: createSessionStore(() => sessionStorage, sessionPrefix) },
    locks,
    clock,
    rng,
    findPasskeys: () =>
      findPasskeys({ credentials: navigator.credentials, name: location.hostname }, rng),
    pickFolder: findFolderPicker(window),
    keptStorage: createKeptStorage('storage' in navigator ? navigator.storage : undefined),
    keepAwake: createKeepAwake('wakeLock' in navigator ? navigator.wakeLock : undefined, document),
    benches: {
      real: createRealBench({ clock, store, locks }),
      openVirtual: createVirtual(clock),
      openRehearsal: () => openRehearsal(clock),
    },
    environment: readEnvironment(),
    build: { version: import.meta.env.VITE_KEYFUSE_VERSION as string },
  };
}

/** The session store of the virtual boards' journals; `journal/<serial>` as core/provisioning names them. */
const sessionPrefix = 'keyfuse.';

function createVirtual(clock: Clock): (seed: number) => Promise<Bench> {
  return createVirtualBenches({
    storage: () => sessionStorage,
    journalKey: (serial) => `${sessionPrefix}journal/${serial}`,
    onLeave: (listener) => {
      addEventListener('pagehide', listener);
    },
    build: async (seed, snapshot) => {
      const { createVirtualBench } = await loadVirtual();
      return createVirtualBench({
        seed,
        clock,
        yieldToHost: createYieldToHost(),
        ...(snapshot && { snapshot, startPowered: false }),
      });
    },
  });
}

/** A blank board of its own, in simulated time: a rehearsal touches nothing of the bench in use. */
async function openRehearsal(clock: Clock): Promise<Bench> {
  const { createSimClock, createVirtualBench } = await loadVirtual();
  const simulated = createSimClock({
    yieldToHost: createYieldToHost(),
    startWallMs: clock.wallMs(),
  });
  return createVirtualBench({ seed: rehearsalSeed, clock: simulated }).bench;
}

function readEnvironment(): Environment {
  const { userAgent } = navigator;
  const platform = userAgent.includes('Android')
    ? 'android'
    : userAgent.includes('Windows')
      ? 'windows'
      : /Mac OS X|Macintosh/.test(userAgent)
        ? 'macos'
        : /Linux|CrOS/.test(userAgent)
          ? 'linux'
          : 'other';
  return {
    secureContext: isSecureContext,
    webUsb: 'usb' in navigator,
    webSerial: 'serial' in navigator,
    webLocks: 'locks' in navigator,
    indexedDb: 'indexedDB' in globalThis,
    platform,
  };
}
