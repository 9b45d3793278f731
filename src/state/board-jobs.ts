/**
 * The jobs at the board that page stores run. While one is here, the bench may not be changed, the page
 * may not be left without a question, and no update of the program takes over.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface BoardJobsState {
  readonly running: ReadonlySet<string>;
  /** Settles as `work` does. A name is the job's own; two at once are two jobs. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export type BoardJobsStore = StoreApi<BoardJobsState>;

export function createBoardJobsStore(): BoardJobsStore {
  let count = 0;
  return createStore<BoardJobsState>()((set) => ({
    running: new Set(),
    async run(name, work) {
      count += 1;
      const id = `${name}-${count}`;
      set(({ running }) => ({ running: new Set([...running, id]) }));
      try {
        return await work();
      } finally {
        set(({ running }) => ({ running: new Set([...running].filter((one) => one !== id)) }));
      }
    },
  }));
}
