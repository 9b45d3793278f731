/** The store of the page Diagnostics, as it sees it; it comes with that page. */
import { useStore } from 'zustand';
import { createDiagnosticsStore, type DiagnosticsState } from './diagnostics.ts';
import { useAppState } from './react.ts';

export function useDiagnostics<T>(select: (state: DiagnosticsState) => T): T {
  return useStore(useAppState().pageStore(createDiagnosticsStore), select);
}
