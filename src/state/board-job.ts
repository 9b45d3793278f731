/**
 * One job per board: opens it for the length of `work`, alone among the tabs of this browser.
 * A virtual board belongs to its tab and needs no lock.
 */
import type { Bench, CancelSignal, Locks } from '../core/ports/index.ts';
import type { DfuSession } from '../core/stm32/index.ts';
import { findDfuDevice, withDfu } from './bench.ts';

/** `board-busy` when another tab works on the board; otherwise as `withDfu`. */
export async function withBoardAlone<T>(
  locks: Locks,
  bench: Bench,
  work: (session: DfuSession) => Promise<T>,
  options: { readonly serial?: string; readonly signal?: CancelSignal | undefined } = {},
): Promise<T> {
  if (bench.kind === 'virtual') return withDfu(bench, work, options);
  const { identity } = await findDfuDevice(bench, options.serial);
  return locks.exclusive(`board/${identity.serial ?? 'unnamed'}`, () =>
    withDfu(bench, work, options),
  );
}
