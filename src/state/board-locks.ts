/**
 * The locks that keep jobs apart. A real board is shared by all tabs of this browser; a virtual one
 * belongs to its tab, and the board of the same seed in another tab is another board.
 */
import { toHex } from '../core/bytes/index.ts';
import type { Bench, Locks } from '../core/ports/index.ts';
import type { Services } from './services.ts';

export type BoardLocks = Readonly<Record<Bench['kind'], Locks>>;

const tabNameBytes = 8;

export function createBoardLocks({ locks, rng }: Pick<Services, 'locks' | 'rng'>): BoardLocks {
  const tab = toHex(rng.bytes(tabNameBytes));
  return {
    real: locks,
    virtual: {
      exclusive: (name, task) => locks.exclusive(`tab-${tab}/${name}`, task),
    },
  };
}
