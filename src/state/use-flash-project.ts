/** The stores of the page Flash, as it sees them; they come with that page. */
import { useStore } from 'zustand';
import {
  createFlashProjectStore,
  type FlashProjectState,
  type FlashProjectStore,
} from './flash-project.ts';
import { createMassEraseStore, type MassEraseState } from './mass-erase.ts';
import { createOptionBytesStore, type OptionBytesState } from './option-bytes.ts';
import { useAppState } from './react.ts';

export function useFlashProjectStore(): FlashProjectStore {
  const app = useAppState();
  // The same store every time: the function is its key.
  return app.pageStore(createFlashProjectStore);
}

export function useFlashProject<T>(select: (state: FlashProjectState) => T): T {
  return useStore(useFlashProjectStore(), select);
}

export function useMassEraseStore() {
  return useAppState().pageStore(createMassEraseStore);
}

export function useMassErase<T>(select: (state: MassEraseState) => T): T {
  return useStore(useMassEraseStore(), select);
}

export function useOptionBytesStore() {
  return useAppState().pageStore(createOptionBytesStore);
}

export function useOptionBytes<T>(select: (state: OptionBytesState) => T): T {
  return useStore(useOptionBytesStore(), select);
}
