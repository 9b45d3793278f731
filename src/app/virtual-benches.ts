/**
 * The virtual boards of this tab. A board lives as long as the tab's session: leaving the bench or
 * reloading the page must not heal it, nor pull its plugs. Its memories are stored when the page goes away, and the UDS with
 * them, or the board would seem tampered with; it was drawn for this virtual board and for nothing else.
 * A board that cannot be stored or read back takes its journal with it.
 */
import { AppError, toAppError } from '../core/errors.ts';
import type { Bench, BoardPanelState } from '../core/ports/index.ts';
import type { BoardSnapshot, VirtualBench } from '../virtual/index.ts';

export interface VirtualBenchesOptions {
  /** Throws where the browser forbids it. */
  readonly storage: () => Storage;
  /** With a snapshot the board comes without any plug in: the hands that follow power it. */
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
    for (const [seed, { board, bench }] of present) {
      const kept = attempt(() => {
        const { plugs, boot0 } = bench.panel.state();
        const left: LeftBoard = { snapshot: board.snapshot({ uds: 'keep' }), plugs, boot0 };
        storage().setItem(boardKey(seed), JSON.stringify(left));
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
    const read = attempt(() => parseLeft(storage().getItem(boardKey(seed))));
    if (read.ok && read.value !== undefined) {
      try {
        return await rebuild(seed, read.value);
      } catch (thrown) {
        return startAfresh(seed, thrown);
      }
    }
    if (!read.ok) return startAfresh(seed, read.error);
    const fresh = await build(seed);
    forget(seed, fresh.board.usbSerial);
    return fresh;
  };

  /** BOOT0 before power: a primer in flash must not run because a page was loaded again. */
  const rebuild = async (
    seed: number,
    { snapshot, plugs, boot0 }: LeftBoard,
  ): Promise<VirtualBench> => {
    const built = await build(seed, snapshot);
    const { panel } = built.bench;
    panel.setBoot0(boot0);
    panel.setPlug('stLink', plugs.stLink);
    panel.setPlug('userUsb', plugs.userUsb);
    return built;
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

/** A board as it was left: its memories, and what hands had done to it. */
type LeftBoard = Pick<BoardPanelState, 'plugs' | 'boot0'> & { readonly snapshot: BoardSnapshot };

const LOST = 'lost';

const boardKey = (seed: number): string => `keyfuse.virtual-board.${seed}`;

function parseLeft(text: string | null): LeftBoard | undefined {
  if (text === null) return undefined;
  if (text === LOST) throw new AppError('storage-failed', 'the board was too large to be stored');
  const left = JSON.parse(text) as Partial<LeftBoard> | null;
  if (left?.snapshot === undefined || left.plugs === undefined || left.boot0 === undefined) {
    throw new AppError('malformed', 'what was stored is no board');
  }
  return { snapshot: left.snapshot, plugs: left.plugs, boot0: left.boot0 };
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
