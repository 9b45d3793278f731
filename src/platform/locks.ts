/** Exclusive locks across the tabs of this origin (Web Locks API). */
import { AppError } from '../core/errors.ts';
import type { Locks } from '../core/ports/index.ts';

export function createWebLocks(manager: LockManager): Locks {
  return {
    exclusive: (name, task) =>
      manager.request(`keyfuse/${name}`, { mode: 'exclusive', ifAvailable: true }, (lock) => {
        if (lock === null) {
          throw new AppError('board-busy', 'another tab or window works on this board', {
            context: { lock: name },
          });
        }
        return task();
      }),
  };
}
