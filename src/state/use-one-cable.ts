/** The store of the page One cable, as its components see it. */
import { useStore } from 'zustand';
import { createOneCableStore, type OneCableState, type OneCableStore } from './one-cable.ts';
import { useAppState } from './react.ts';

export function useOneCableStore(): OneCableStore {
  return useAppState().pageStore(createOneCableStore);
}

export function useOneCable<T>(select: (state: OneCableState) => T): T {
  return useStore(useOneCableStore(), select);
}
