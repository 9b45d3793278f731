/** The stores, as React components see them. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { AppState } from './app-state.ts';
import type { BenchState } from './bench.ts';
import type { FirmwareState } from './firmware.ts';
import type { InspectState } from './inspect.ts';
import type { InstallState } from './install.ts';
import type { KeysState } from './keys.ts';
import type { KeystoreState } from './keystore.ts';
import type { PrimerProofState } from './primer-proof.ts';
import type { RecordsState } from './records.ts';
import type { ProvisionState } from './provision.ts';
import type { RunningImageState } from './running-image.ts';
import type { UpdateState } from './update.ts';

const AppStateContext = createContext<AppState | undefined>(undefined);

export const AppStateProvider = AppStateContext.Provider;

export function useAppState(): AppState {
  const state = useContext(AppStateContext);
  if (state === undefined) throw new Error('AppStateProvider is missing');
  return state;
}

export function useKeys<T>(select: (state: KeysState) => T): T {
  return useStore(useAppState().keys, select);
}

export function useKeystore<T>(select: (state: KeystoreState) => T): T {
  return useStore(useAppState().keystore, select);
}

export function useFirmware<T>(select: (state: FirmwareState) => T): T {
  return useStore(useAppState().firmware, select);
}

export function useBench<T>(select: (state: BenchState) => T): T {
  return useStore(useAppState().bench, select);
}

export function useInspect<T>(select: (state: InspectState) => T): T {
  return useStore(useAppState().inspect, select);
}

export function useInstall<T>(select: (state: InstallState) => T): T {
  return useStore(useAppState().install, select);
}

export function useProvision<T>(select: (state: ProvisionState) => T): T {
  return useStore(useAppState().provision, select);
}

export function usePrimerProof<T>(select: (state: PrimerProofState) => T): T {
  return useStore(useAppState().primerProof, select);
}

export function useUpdate<T>(select: (state: UpdateState) => T): T {
  return useStore(useAppState().update, select);
}

export function useRecords<T>(select: (state: RecordsState) => T): T {
  return useStore(useAppState().records, select);
}

export function useRunningImage<T>(select: (state: RunningImageState) => T): T {
  return useStore(useAppState().runningImage, select);
}
