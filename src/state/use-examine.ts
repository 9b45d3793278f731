/** The store of the page Examine, as it sees it; it comes with that page. */
import { useStore } from 'zustand';
import { createExamineStore, type ExamineState, type ExamineStore } from './examine.ts';
import { useAppState } from './react.ts';

export function useExamineStore(): ExamineStore {
  return useAppState().pageStore(createExamineStore);
}

export function useExamine<T>(select: (state: ExamineState) => T): T {
  return useStore(useExamineStore(), select);
}
