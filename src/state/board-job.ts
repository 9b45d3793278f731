/** One job per board: opens it for the length of `work`, alone among everything that may use it. */
import type { Bench } from '../core/ports/index.ts';
import type { DfuSession } from '../core/stm32/index.ts';
import { findDfuDevice, withDfu, type DfuOptions } from './bench.ts';
import type { BoardLocks } from './board-locks.ts';

/** `board-busy` when another job works on the board; otherwise as `withDfu`. */
export async function withBoardAlone<T>(
  locks: BoardLocks,
  bench: Bench,
  work: (session: DfuSession) => Promise<T>,
  options: DfuOptions = {},
): Promise<T> {
  const { identity } = await findDfuDevice(bench, options.serial, options.chosen);
  return locks[bench.kind].exclusive(`board/${identity.serial ?? 'unnamed'}`, () =>
    withDfu(bench, work, options),
  );
}
