/**
 * Several tabs over the same stores, in slow motion: every access to a store, every sealing and
 * every computation waits until it is let go, in any order. Tabs can crash, lose their lock, and
 * find their vault or their whole profile set back to an earlier day.
 */
import { AppError } from '../../src/core/errors.ts';
import { openKeyStates, type HeldKey } from '../../src/core/custody/index.ts';
import type { KeyStateAccess, PrivateKey } from '../../src/core/crypto/index.ts';
import type { JsonValue, Locks, Store } from '../../src/core/ports/index.ts';

const FINGERPRINT = 'ab'.repeat(32);

interface Pending {
  readonly tab: Tab;
  /** Performs the access; the tab goes on afterwards. */
  go(): void;
}

interface Tab {
  readonly number: number;
  held: HeldKey | undefined;
  isAlive: boolean;
}

interface Day {
  readonly floor: bigint;
  readonly profile: ReadonlyMap<string, string>;
}

export interface TabWorld {
  readonly released: readonly bigint[];
  /** Indices that left a tab before a witness said that they are reserved. */
  readonly early: readonly bigint[];
  /** Opens the tab (a new one where it was closed) and unseals the key. */
  open(tab: number): void;
  sign(tab: number): void;
  /** The person follows the way out of a suspension. */
  advance(tab: number): void;
  /** Lets one waiting access happen; `choice` picks which. */
  step(choice: number): Promise<void>;
  settle(): Promise<void>;
  crash(tab: number): void;
  loseLock(): void;
  failNext(): void;
  /** Keeps vault and profile as they are now. */
  backUp(): void;
  /** The vault is set back; with `profile` the browser's own record too (closes all tabs). */
  restore(choice: number, profile: boolean): void;
}

export function tabWorld(capacity: bigint, options: { readonly folder: boolean }): TabWorld {
  const profile = new Map<string, string>();
  const folder = new Map<string, string>();
  const released: bigint[] = [];
  const early: bigint[] = [];
  const tabs = new Map<number, Tab>();
  let pending: Pending[] = [];
  let floor = 0n;
  let lockOwner: Tab | undefined;
  let isFailing = false;
  let tokens = 0;
  const days: Day[] = [];

  const access: KeyStateAccess = {
    usage: (key) => ({
      nextIndex: new DataView(key.bytes.buffer).getBigUint64(0),
      capacity,
      parameters: 'fake',
    }),
    advanceTo: async (_key, nextIndex) => keyAt(nextIndex),
  };

  function wait<T>(tab: Tab, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        if (isFailing) {
          isFailing = false;
          reject(new AppError('storage-failed', 'the store failed'));
        } else {
          resolve(effect());
        }
      };
      pending.push({ tab, go });
    });
  }

  function storeOf(tab: Tab, values: Map<string, string>): Store {
    return {
      get: (key) =>
        wait(tab, () => {
          const text = values.get(key);
          return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
        }),
      put: (key, value) => wait(tab, () => void values.set(key, JSON.stringify(value))),
      delete: (key) => wait(tab, () => void values.delete(key)),
      keys: (prefix) =>
        wait(tab, () => [...values.keys()].filter((key) => key.startsWith(prefix)).sort()),
    };
  }

  function locksOf(tab: Tab): Locks {
    return {
      exclusive: async (_name, task) => {
        if (lockOwner) throw new AppError('board-busy', 'held');
        lockOwner = tab;
        try {
          return await task();
        } finally {
          // A tab that was closed has given its lock back long before.
          if (lockOwner === tab) lockOwner = undefined;
        }
      },
    };
  }

  /** What the witnesses together say; reservations are names in them. */
  function reservedUpTo(): bigint {
    const names = [...profile.keys(), ...(options.folder ? folder.keys() : [])];
    const reserved = names.map((name) => BigInt(name.split('/').at(-1)!.split('-')[0]!));
    return reserved.reduce((best, each) => (each > best ? each : best), 0n);
  }

  async function open(tab: Tab): Promise<void> {
    const own = storeOf(tab, profile);
    const states = openKeyStates({
      witnesses: options.folder ? [own, storeOf(tab, folder)] : [own],
      locks: locksOf(tab),
      rng: {
        bytes: (length) => new Uint8Array(length).fill(tokens++ & 0xff, 1).fill(tokens >> 8, 0, 1),
      },
      vaultEpoch: 'vault',
    });
    const facts = { fingerprint: FINGERPRINT, nextIndex: floor, capacity };
    tab.held = await states.hold(facts, {
      batch: BigInt(1 + (tab.number % 3)),
      seal: (to) => wait(tab, () => void (floor = to)),
      sealedFloor: () => wait(tab, () => floor),
    });
  }

  async function sign(tab: Tab): Promise<void> {
    await tab.held?.use(keyAt(0n), access, async (key, persistState) => {
      const index = access.usage(key).nextIndex;
      await wait(tab, () => undefined);
      await persistState(keyAt(index + 1n), index);
      if (index >= reservedUpTo()) early.push(index);
      released.push(index);
    });
  }

  async function advance(tab: Tab): Promise<void> {
    const standing = tab.held?.standing;
    if (standing?.kind === 'suspended') await tab.held?.advance(standing.lowestSafeIndex);
  }

  /** Faults that the tab's person is told of are part of the game. */
  const start = (number: number, work: (tab: Tab) => Promise<void>): void => {
    const tab = tabs.get(number);
    if (tab?.isAlive) work(tab).catch(expected);
  };

  function crash(number: number): void {
    const tab = tabs.get(number);
    if (!tab) return;
    tab.isAlive = false;
    pending = pending.filter((each) => each.tab !== tab);
    if (lockOwner === tab) lockOwner = undefined;
    tabs.delete(number);
  }

  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function step(choice: number): Promise<void> {
    const [next] = pending.splice(choice % Math.max(pending.length, 1), 1);
    next?.go();
    await tick();
  }

  profile.set(`key-state/${FINGERPRINT}/${'0'.padStart(20, '0')}-00`, initialEntry());
  days.push({ floor, profile: new Map(profile) });

  return {
    released,
    early,
    open(number) {
      if (tabs.get(number)?.isAlive) return;
      tabs.set(number, { number, held: undefined, isAlive: true });
      start(number, open);
    },
    sign: (number) => start(number, sign),
    advance: (number) => start(number, advance),
    step,
    async settle() {
      await tick();
      for (let left = 2_000; pending.length > 0 && left > 0; left--) await step(0);
    },
    crash,
    loseLock: () => void (lockOwner = undefined),
    failNext: () => void (isFailing = true),
    backUp: () => void days.push({ floor, profile: new Map(profile) }),
    restore(choice, wholeProfile) {
      const day = days[choice % days.length]!;
      floor = day.floor;
      if (!wholeProfile) return;
      for (const number of [...tabs.keys()]) crash(number);
      profile.clear();
      for (const [name, entry] of day.profile) profile.set(name, entry);
    },
  };
}

function keyAt(index: bigint): PrivateKey {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, index);
  return { algorithm: 'lms', bytes };
}

function initialEntry(): string {
  return JSON.stringify({ reservedUpTo: '0', sequence: 1, token: '00', vaultEpoch: 'vault' });
}

const EXPECTED: readonly string[] = [
  'key-exhausted',
  'key-state-busy',
  'key-state-rolled-back',
  'storage-failed',
  'invalid-argument',
];

function expected(error: unknown): void {
  if (!(error instanceof AppError) || !EXPECTED.includes(error.code)) throw error;
}
