/**
 * The virtual boards of this tab. A board lives as long as the tab's session: leaving the bench or
 * reloading the page must not heal it. Its memories are stored when the page goes away, and the UDS with
 * them, or the board would seem tampered with; it was drawn for this virtual board and for nothing else.
 * A board that cannot be stored or read back takes its journal with it.
 */
import { AppError, toAppError } from '../core/errors.ts';
import type { Bench } from '../core/ports/index.ts';
import type { BoardSnapshot, VirtualBench } from '../virtual/index.ts';

export interface VirtualBenchesOptions {
  /** Throws where the browser forbids it. */
  readonly storage: () => Storage;
  readonly build: (seed: number, snapshot?: BoardSnapshot) => Promise<VirtualBench>;
  /** Where the journal entry of a board is stored. */
  readonly journalKey: (boardSerial: string) => string;
  /** Calls back when the page goes away. */
  readonly onLeave: (listener: () => void) => void;
}

/** The same seed gives the same board, as it was left. `storage-failed` when it could not be kept. */
export function createVirtualBenches(
  options: VirtualBenchesOptions,
): (seed: number) => Promise<Bench> {
  const { storage, build, journalKey } = options;
  const boards = new Map<number, Promise<VirtualBench>>();
  const present = new Map<number, VirtualBench>();

  const forget = (seed: number, boardSerial: string): void => {
    for (const key of [boardKey(seed), journalKey(boardSerial)]) {
      // What cannot be reached now cannot be read later either.
      attempt(() => {
        storage().removeItem(key);
      });
    }
  };

  const keepAll = (): void => {
    for (const [seed, { board }] of present) {
      const kept = attempt(() => {
        storage().setItem(boardKey(seed), JSON.stringify(board.snapshot({ uds: 'keep' })));
      });
      if (kept.ok) continue;
      forget(seed, board.usbSerial);
      // Small enough for a store that is full: the page that comes next tells the person.
      attempt(() => {
        storage().setItem(boardKey(seed), LOST);
      });
    }
  };

  const open = async (seed: number): Promise<VirtualBench> => {
    const read = attempt(() => parseSnapshot(storage().getItem(boardKey(seed))));
    if (read.ok && read.value !== undefined) {
      try {
        return await build(seed, read.value);
      } catch (thrown) {
        return startAfresh(seed, thrown);
      }
    }
    if (!read.ok) return startAfresh(seed, read.error);
    const fresh = await build(seed);
    forget(seed, fresh.board.usbSerial);
    return fresh;
  };

  /** The fresh board is there for the next attempt; this one tells what happened. */
  const startAfresh = async (seed: number, cause: unknown): Promise<never> => {
    const fresh = await build(seed);
    forget(seed, fresh.board.usbSerial);
    boards.set(seed, Promise.resolve(fresh));
    present.set(seed, fresh);
    throw new AppError(
      'storage-failed',
      `virtual board ${seed} could not be kept: it and its journal start afresh when it is opened again`,
      { cause, context: { reason: toAppError(cause).message } },
    );
  };

  let listening = false;
  return async (seed) => {
    if (!listening) options.onLeave(keepAll);
    listening = true;
    const known = boards.get(seed);
    if (known !== undefined) return (await known).bench;
    const opening = open(seed);
    boards.set(seed, opening);
    try {
      const opened = await opening;
      present.set(seed, opened);
      return opened.bench;
    } catch (thrown) {
      if (boards.get(seed) === opening) boards.delete(seed);
      throw thrown;
    }
  };
}

const LOST = 'lost';

const boardKey = (seed: number): string => `keyfuse.virtual-board.${seed}`;

function parseSnapshot(text: string | null): BoardSnapshot | undefined {
  if (text === null) return undefined;
  if (text === LOST) throw new AppError('storage-failed', 'the board was too large to be stored');
  const snapshot = JSON.parse(text) as BoardSnapshot | null;
  if (snapshot === null) throw new AppError('malformed', 'the stored board is empty');
  return snapshot;
}

type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}
