/** The store of signing in three steps, as its page sees it; it comes with that page. */
import { useStore } from 'zustand';
import type { AppState } from './app-state.ts';
import { createExternalStore, type ExternalState, type ExternalStore } from './external.ts';
import { useAppState } from './react.ts';

const createFromApp = (app: AppState): ExternalStore => createExternalStore(app.services, app);

export function useExternal<T>(select: (state: ExternalState) => T): T {
  return useStore(useAppState().pageStore(createFromApp), select);
}
