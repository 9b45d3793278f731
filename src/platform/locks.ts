/** Exclusive locks across the tabs of this origin (Web Locks API). */
import { AppError } from '../core/errors.ts';
import type { Locks } from '../core/ports/index.ts';

export function createWebLocks(manager: LockManager): Locks {
  return {
    exclusive: (name, task) =>
      manager.request(`keyfuse/${name}`, { mode: 'exclusive', ifAvailable: true }, (lock) => {
        if (lock === null) {
          throw new AppError('board-busy', 'another tab or window holds this lock', {
            context: { lock: name },
          });
        }
        return task();
      }),
  };
}

/** Runs tasks of one name one after the other, in all tabs; whoever comes later waits. */
export function createInTurn(
  manager: LockManager,
): <T>(name: string, task: () => Promise<T>) => Promise<T> {
  return (name, task) => manager.request(`keyfuse/turn/${name}`, { mode: 'exclusive' }, task);
}
