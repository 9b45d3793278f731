/** The boot proof's store, as its page sees it. */
import { useStore } from 'zustand';
import { createBootProofStore, type BootProofState } from './boot-proof.ts';
import { useAppState } from './react.ts';

export function useBootProof<T>(select: (state: BootProofState) => T): T {
  return useStore(useAppState().pageStore(createBootProofStore), select);
}

type Actions = Pick<BootProofState, 'chooseImage' | 'start' | 'cancel' | 'startOver'>;

/** They stay the same for the session. */
export function useBootProofActions(): Actions {
  return useAppState().pageStore(createBootProofStore).getState();
}
