/** The console's store, as its page sees it. */
import { useStore } from 'zustand';
import { createConsoleStore, type ConsoleState } from './console.ts';
import { useAppState } from './react.ts';

export function useConsole<T>(select: (state: ConsoleState) => T): T {
  return useStore(useAppState().pageStore(createConsoleStore), select);
}

/** For handlers: what can be done stays the same for the session. */
export function useConsoleActs(): ConsoleState {
  return useAppState().pageStore(createConsoleStore).getState();
}

/** Whether keys and buttons reach the line now. */
export function useLineFree(): boolean {
  return useConsole(({ link, holder }) => link.kind === 'open' && holder === 'nobody');
}
