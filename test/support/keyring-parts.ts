/** Parts of a keyring for tests: stores in memory, real AES-GCM, quick stretching; tabs of one browser. */
import type { Clock } from '../../src/core/ports/index.ts';
import type { KeyringParts, OtherTabs, TabMessage } from '../../src/workers/keyring/parts.ts';
import { createAgeFiles } from '../../src/platform/age-files.ts';
import { createRealClock } from '../../src/platform/clock.ts';
import { createRsaKeyMaker } from '../../src/platform/rsa-key-maker.ts';
import { createWebAead } from '../../src/platform/vault-ciphers.ts';
import { seededRng } from './bytes-rng.ts';
import { memoryLocks, memoryStore, type MemoryStore } from './memory-store.ts';
import { quickStretcher } from './vault-parts.ts';

/** What tabs of one browser share. */
export interface TestBrowser {
  readonly store: MemoryStore;
  readonly counters: MemoryStore;
  /** The parts of one more tab. */
  tab(change?: Partial<KeyringParts>): KeyringParts;
}

const quickScrypt = 4;

export function testBrowser(seed = 'browser'): TestBrowser {
  const store = memoryStore();
  const counters = memoryStore();
  const locks = memoryLocks();
  const inTurn = memoryTurns();
  const connect = memoryTabs();
  const clock = createRealClock();
  let tabs = 0;
  return {
    store,
    counters,
    tab: (change) => ({
      rng: seededRng(`${seed} ${tabs++}`),
      clock,
      vault: {
        store,
        ciphers: { aead: createWebAead(crypto.subtle), stretcher: quickStretcher },
      },
      counters,
      locks,
      inTurn,
      otherTabs: connect(),
      age: createAgeFiles(quickScrypt),
      rsa: createRsaKeyMaker(crypto.subtle),
      ...change,
    }),
  };
}

/** A keyring without a vault, for tests of other things. */
export function memoryParts(change: Partial<KeyringParts> = {}): KeyringParts {
  return testBrowser().tab({ vault: undefined, otherTabs: undefined, ...change });
}

export function memoryTurns(): KeyringParts['inTurn'] {
  const queues = new Map<string, Promise<unknown>>();
  return async (name, task) => {
    const before = queues.get(name) ?? Promise.resolve();
    const own = before.then(task, task);
    queues.set(
      name,
      own.catch(() => undefined),
    );
    return own;
  };
}

/** Every call is one more tab; messages arrive after the turn in which they were sent. */
function memoryTabs(): () => OtherTabs {
  const listeners = new Map<number, (message: TabMessage) => void>();
  let last = 0;
  return () => {
    const own = ++last;
    return {
      tell: (message) => {
        for (const [tab, listener] of listeners) {
          if (tab !== own) setImmediate(listener, message);
        }
      },
      listen: (onMessage) => {
        listeners.set(own, onMessage);
      },
    };
  };
}

/** A clock that stands until it is moved. */
export function handClock(): Clock & { move(byMs: number): void } {
  const sleepers = new Set<{ readonly atMs: number; wake(): void }>();
  let nowMs = 1_800_000_000_000;
  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + durationMs, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(new Error('cancelled'));
        });
      }),
    move(byMs) {
      nowMs += byMs;
      for (const sleeper of [...sleepers]) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
