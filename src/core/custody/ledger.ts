/** The record of one key over all its witnesses, and the lock under which it is written. */
import { toHex } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { KeyStateParts } from './types.ts';
import { keyWitness, type StateEntry } from './witness.ts';

const TOKEN_BYTES = 8;

export interface Ledger {
  /** Runs `task` as the only holder of this key's record. Rejects with `key-state-busy`. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  /** The highest entry of all witnesses; writes nothing. */
  peek(): Promise<StateEntry | undefined>;
  /** The same; witnesses that are behind are brought up to it. */
  highest(): Promise<StateEntry | undefined>;
  /**
   * Adds an entry to every witness. False when somebody else has reserved an index from `from` on
   * in the meantime: then nothing of this entry may be used.
   */
  claim(from: bigint, reservedUpTo: bigint, sequence: number): Promise<boolean>;
}

export function openLedger(parts: KeyStateParts, fingerprint: string): Ledger {
  const witnesses = parts.witnesses.map((store) => keyWitness(store, fingerprint));
  let waiting: Promise<unknown> = Promise.resolve();

  const read = (): Promise<(StateEntry | undefined)[]> =>
    Promise.all(witnesses.map((witness) => witness.highest()));

  return {
    exclusively(task) {
      // Calls of this tab wait for one another; another tab's lock is refused at once.
      const turn = waiting.then(() => locked(parts, fingerprint, task));
      waiting = turn.catch(() => undefined);
      return turn;
    },

    async peek() {
      return highestOf(await read());
    },

    async highest() {
      const entries = await read();
      const highest = highestOf(entries);
      if (!highest) return undefined;
      for (const [index, witness] of witnesses.entries()) {
        if (isAbove(highest, entries[index])) await witness.add(highest);
      }
      return highest;
    },

    async claim(from, reservedUpTo, sequence) {
      const token = toHex(parts.rng.bytes(TOKEN_BYTES));
      const entry = { reservedUpTo, sequence, token, vaultEpoch: parts.vaultEpoch };
      for (const witness of witnesses) await witness.add(entry);
      const rivals = await Promise.all(witnesses.map((witness) => witness.hasRival(entry, from)));
      if (rivals.includes(true)) return false;
      for (const witness of witnesses) await witness.prune(entry);
      return true;
    },
  };
}

function highestOf(entries: readonly (StateEntry | undefined)[]): StateEntry | undefined {
  return entries.reduce((best, entry) => (isAbove(entry, best) ? entry : best));
}

function isAbove(entry: StateEntry | undefined, other: StateEntry | undefined): boolean {
  if (!entry) return false;
  if (!other || entry.reservedUpTo > other.reservedUpTo) return true;
  return entry.reservedUpTo === other.reservedUpTo && entry.sequence > other.sequence;
}

async function locked<T>(
  { locks }: KeyStateParts,
  fingerprint: string,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await locks.exclusive(`key-state/${fingerprint}`, task);
  } catch (error) {
    if (!isAppError(error, 'board-busy')) throw error;
    throw new AppError('key-state-busy', 'another tab or window reserves indices of this key', {
      cause: error,
      context: { fingerprint },
    });
  }
}
