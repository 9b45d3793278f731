/**
 * The record of one key in one store: a set of entries that only grows at its top.
 *
 * Each reservation is an entry of its own under `key-state/<fingerprint>/<up to>-<token>`, never
 * overwritten; the highest one counts. So a writer that comes late, or that has lost its lock, can
 * add but never set back, and of two that reserved the same index at least one sees it afterwards and
 * withdraws. What lies below an entry that was found to have no rivals is removed: that entry tells
 * everybody as much.
 */
import { malformed } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { JsonValue, Store } from '../ports/index.ts';

/** Enough for the largest index, 2 ** 64 - 1, so that names sort like numbers. */
const DIGITS = 20;

/** Times that the entries are listed again when they were removed meanwhile. */
const ATTEMPTS = 4;

export interface StateEntry {
  /** Every index below is reserved. */
  readonly reservedUpTo: bigint;
  /** The vault for which it was reserved; undefined for a key in memory only. */
  readonly vaultEpoch: string | undefined;
  /** Counts the reservations of the key. */
  readonly sequence: number;
  /** Names the reservation; different for each. */
  readonly token: string;
}

export interface KeyWitness {
  /** The highest entry, or undefined without any. */
  highest(): Promise<StateEntry | undefined>;
  /** Resolves when the entry is durable. */
  add(entry: StateEntry): Promise<void>;
  /** Whether an entry other than `mine` covers an index from `from` on. */
  hasRival(mine: StateEntry, from: bigint): Promise<boolean>;
  /**
   * Removes what lies below `mine`, an entry without rivals. Not what lies below the highest: that
   * may be of somebody who has yet to look for rivals, and would then find none.
   */
  prune(mine: StateEntry): Promise<void>;
}

export function keyWitness(store: Store, fingerprint: string): KeyWitness {
  const prefix = `key-state/${fingerprint}/`;
  const nameOf = (entry: StateEntry): string =>
    `${prefix}${String(entry.reservedUpTo).padStart(DIGITS, '0')}-${entry.token}`;
  const reservedOf = (name: string): bigint => {
    const digits = name.slice(prefix.length, prefix.length + DIGITS);
    if (!/^\d+$/.test(digits)) throw malformed(name, 0, 'name', 'names no index');
    return BigInt(digits);
  };
  return {
    async highest() {
      for (let attempt = 1; ; attempt++) {
        const names = await store.keys(prefix);
        const top = names.at(-1);
        if (top === undefined) return undefined;
        const level = names.filter((name) => reservedOf(name) === reservedOf(top));
        const values = await Promise.all(level.map((name) => store.get(name)));
        if (values.includes(undefined)) {
          // A higher entry was added and these were removed since they were listed.
          if (attempt < ATTEMPTS) continue;
          throw new AppError(
            'key-state-busy',
            'other holders of this key reserve without a pause',
            {
              context: { fingerprint },
            },
          );
        }
        return level
          .map((name, index) => parseEntry(name, reservedOf(name), values[index]))
          .reduce((best, entry) => (entry.sequence > best.sequence ? entry : best));
      }
    },
    add: (entry) =>
      store.put(nameOf(entry), {
        reservedUpTo: String(entry.reservedUpTo),
        sequence: entry.sequence,
        token: entry.token,
        ...(entry.vaultEpoch === undefined ? {} : { vaultEpoch: entry.vaultEpoch }),
      }),
    async hasRival(mine, from) {
      const names = await store.keys(prefix);
      return names.some((name) => name !== nameOf(mine) && reservedOf(name) > from);
    },
    async prune(mine) {
      const names = await store.keys(prefix);
      for (const name of names) {
        if (reservedOf(name) < mine.reservedUpTo) await store.delete(name);
      }
    },
  };
}

function parseEntry(name: string, reservedUpTo: bigint, value: JsonValue | undefined): StateEntry {
  if (!isRecord(value)) throw malformed(name, 0, 'entry', 'is missing or no record');
  const { sequence, token, vaultEpoch } = value;
  if (value.reservedUpTo !== String(reservedUpTo)) {
    throw malformed(name, 0, 'reservedUpTo', 'differs from the name of the entry');
  }
  if (typeof sequence !== 'number' || typeof token !== 'string') {
    throw malformed(name, 0, 'sequence', 'is no number, or the token is missing');
  }
  if (vaultEpoch !== undefined && typeof vaultEpoch !== 'string') {
    throw malformed(name, 0, 'vaultEpoch', 'is no text');
  }
  return { reservedUpTo, sequence, token, vaultEpoch };
}

function isRecord(
  value: JsonValue | undefined,
): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
