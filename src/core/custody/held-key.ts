/** One key in use by one holder: the indices that are its own, and how it gets more. */
import { AppError } from '../errors.ts';
import type { CryptoCall, KeyStateAccess, PrivateKey } from '../crypto/index.ts';
import type { Ledger } from './ledger.ts';
import { defaultBatch } from './signatures-left.ts';
import { judge } from './standing.ts';
import type { HeldKey, HoldOptions, KeyStanding, StatefulKeyFacts } from './types.ts';
import type { StateEntry } from './witness.ts';

/** Times that a reservation is tried again after another holder was faster. */
const ATTEMPTS = 3;

export interface HolderParts {
  readonly facts: StatefulKeyFacts;
  readonly options: HoldOptions;
  readonly ledger: Ledger;
  readonly vaultEpoch: string | undefined;
  readonly standing: KeyStanding;
}

export function createHeldKey({
  facts,
  options,
  ledger,
  vaultEpoch,
  ...given
}: HolderParts): HeldKey {
  const { capacity, fingerprint } = facts;
  const batch = options.batch ?? defaultBatch(capacity);
  let standing = given.standing;
  let floor = facts.nextIndex;
  /** The next index of this holder's own, and the end of them. */
  let next = floor;
  let end = floor;

  let running: Promise<unknown> = Promise.resolve();
  const oneAtATime = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = running.then(task);
    running = turn.catch(() => undefined);
    return turn;
  };

  /** Reserves `count` or more, as far as there are. Under the lock. */
  async function reserveMore(count: bigint): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const highest = await ledger.highest();
      const foreign = judge({ ...facts, nextIndex: capacity }, highest, vaultEpoch);
      if (foreign.kind === 'suspended') {
        standing = { ...foreign, lowestSafeIndex: later(floor, highest?.reservedUpTo) };
        throw suspended(standing);
      }
      const from = later(floor, highest?.reservedUpTo);
      if (from >= capacity) throw exhausted(capacity);
      const wanted = from + later(count, batch);
      const upTo = wanted < capacity ? wanted : capacity;
      await options.seal?.(upTo);
      floor = upTo;
      if (await ledger.claim(from, upTo, (highest?.sequence ?? 0) + 1)) {
        next = from;
        end = upTo;
        return;
      }
    }
    throw new AppError('key-state-busy', 'other holders of this key were faster, again and again', {
      context: { fingerprint },
    });
  }

  async function ensure(count: bigint): Promise<void> {
    if (standing.kind === 'suspended') throw suspended(standing);
    if (end - next < count) await reserveMore(count);
  }

  const lowestFree = (highest: StateEntry | undefined): bigint => {
    const known = later(floor, highest?.reservedUpTo);
    return standing.kind === 'suspended' ? later(known, standing.lowestSafeIndex) : known;
  };

  /** Goes on at `nextIndex`, a suspension left aside. Under the lock. */
  async function moveTo(nextIndex: bigint, highest: StateEntry | undefined): Promise<void> {
    // What was set aside before is given up at once: `take` does not wait for the lock.
    end = next;
    await options.seal?.(nextIndex);
    floor = nextIndex;
    next = nextIndex;
    end = nextIndex;
    if (!(await ledger.claim(nextIndex, nextIndex, (highest?.sequence ?? 0) + 1))) {
      throw new AppError('key-state-busy', 'another holder of this key was faster', {
        context: { fingerprint },
      });
    }
  }

  async function take(): Promise<bigint> {
    // What is left over is taken without the lock: it is this holder's own.
    if (standing.kind === 'trusted' && next < end) return next++;
    return ledger.exclusively(async () => {
      await ensure(1n);
      return next++;
    });
  }

  return {
    get standing() {
      return standing;
    },
    get floor() {
      return floor;
    },
    get nextIndex() {
      return next < end ? next : floor;
    },
    capacity,

    reserve: (count = 1n) => ledger.exclusively(() => ensure(count)),

    use: (privateKey, access, task, call) =>
      oneAtATime(async () => {
        const index = await take();
        const given = typeof privateKey === 'function' ? privateKey() : privateKey;
        const key = await keyAt(given, access, index, call);
        let isOpen = true;
        try {
          return await task(key, async (advanced, consumedIndex) => {
            if (!isOpen || consumedIndex !== index) {
              throw new AppError('internal', `index ${consumedIndex} is not the reserved one`);
            }
            isOpen = false;
            if (access.usage(advanced).nextIndex <= index) {
              throw new AppError('internal', `the key was not advanced beyond index ${index}`);
            }
          });
        } finally {
          isOpen = false;
        }
      }),

    freeIndex: () => ledger.exclusively(async () => lowestFree(await ledger.highest())),

    learn: (nextIndex) =>
      ledger.exclusively(async () => {
        const highest = await ledger.highest();
        if (nextIndex <= lowestFree(highest) || nextIndex > capacity) return;
        if (standing.kind === 'trusted') {
          await moveTo(nextIndex, highest);
          return;
        }
        // No entry: it would be the history whose want keeps the key suspended.
        await options.seal?.(nextIndex);
        floor = nextIndex;
        standing = { ...standing, lowestSafeIndex: nextIndex };
      }),

    advance: (nextIndex) =>
      ledger.exclusively(async () => {
        const highest = await ledger.highest();
        const lowest = later(lowestFree(highest), facts.nextIndex);
        if (nextIndex < lowest || nextIndex > capacity) {
          throw new AppError(
            'invalid-argument',
            `the key can go on from ${lowest} to ${capacity}, not at ${nextIndex}`,
          );
        }
        await moveTo(nextIndex, highest);
        standing = { kind: 'trusted' };
      }),
  };

  function suspended({ reason, lowestSafeIndex }: KeyStanding & { kind: 'suspended' }): AppError {
    return new AppError('key-state-rolled-back', `this key may not sign: ${reason}`, {
      context: { fingerprint, reason, lowestSafeIndex: String(lowestSafeIndex) },
    });
  }
}

/** The private key at the index that is to be used; never set back. */
async function keyAt(
  privateKey: PrivateKey,
  access: KeyStateAccess,
  index: bigint,
  call: CryptoCall | undefined,
): Promise<PrivateKey> {
  const { nextIndex } = access.usage(privateKey);
  if (nextIndex === index) return privateKey;
  if (nextIndex < index) return access.advanceTo(privateKey, index, call);
  throw new AppError(
    'key-state-rolled-back',
    `index ${index} is reserved, but the key is at ${nextIndex} already`,
    { context: { reason: 'rolled-back', lowestSafeIndex: String(nextIndex) } },
  );
}

function exhausted(capacity: bigint): AppError {
  return new AppError('key-exhausted', `all ${capacity} signatures of the key are used up`, {
    context: { capacity: String(capacity) },
  });
}

function later(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a > b ? a : b;
}
