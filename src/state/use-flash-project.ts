/** The flash project as its page sees it; the store comes with that page. */
import { useStore } from 'zustand';
import {
  createFlashProjectStore,
  type FlashProjectState,
  type FlashProjectStore,
} from './flash-project.ts';
import { useAppState } from './react.ts';

export function useFlashProjectStore(): FlashProjectStore {
  const app = useAppState();
  // The same store every time: the function is its key.
  return app.pageStore(createFlashProjectStore);
}

export function useFlashProject<T>(select: (state: FlashProjectState) => T): T {
  return useStore(useFlashProjectStore(), select);
}
