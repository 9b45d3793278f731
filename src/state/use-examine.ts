/** The store of the page Examine, as it sees it; it comes with that page. */
import { useStore } from 'zustand';
import type { AppState } from './app-state.ts';
import { createExamineStore, type ExamineState, type ExamineStore } from './examine.ts';
import { useAppState } from './react.ts';

const createFromApp = (app: AppState): ExamineStore => createExamineStore(app);

export function useExamineStore(): ExamineStore {
  return useAppState().pageStore(createFromApp);
}

export function useExamine<T>(select: (state: ExamineState) => T): T {
  return useStore(useExamineStore(), select);
}
