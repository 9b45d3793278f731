/** The page's own store, as its components see it. */
import { useStore } from 'zustand';
import {
  createOneCableStore,
  type OneCableState,
  type OneCableStore,
} from '../../state/one-cable.ts';
import { useAppState } from '../../state/react.ts';

export function useOneCableStore(): OneCableStore {
  return useAppState().pageStore(createOneCableStore);
}

export function useOneCable<T>(select: (state: OneCableState) => T): T {
  return useStore(useOneCableStore(), select);
}
