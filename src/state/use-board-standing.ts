/** Where the board stands, and its journal as a file, as the pages see them. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { BoardStanding } from '../core/provisioning/index.ts';
import { createBoardStandingStore } from './board-standing.ts';
import { boardAtWork } from './board-work.ts';
import { meantDfuDevice } from './granted.ts';
import { createJournalFileStore, type JournalFileState } from './journal-file.ts';
import { useAppState, useBench } from './react.ts';

/** undefined while no board was looked at. */
export function useBoardStanding(): BoardStanding | undefined {
  return useStore(useAppState().pageStore(createBoardStandingStore), ({ found }) => found);
}

export function useJournalFile<T>(select: (state: JournalFileState) => T): T {
  return useStore(useAppState().pageStore(createJournalFileStore), select);
}

/** They stay the same for the session. */
export function useJournalFileActions(): Pick<JournalFileState, 'save' | 'open' | 'dismiss'> {
  return useAppState().pageStore(createJournalFileStore).getState();
}

/** Looks at a board as soon as it is there and may be opened, once for each time that it comes. */
export function useLookWhenConnected(): void {
  const app = useAppState();
  const devices = useBench((state) => state.usb);
  const chosen = useBench((state) => state.chosenUsb);
  const id = meantDfuDevice(devices, chosen)?.id;
  const serial = meantDfuDevice(devices, chosen)?.identity.serial;
  useEffect(() => {
    if (id === undefined || boardAtWork(app)) return;
    const { job, inspect } = app.inspect.getState();
    const known = job.kind === 'done' && job.findings.inspection.serial === serial;
    if (!known) void inspect();
  }, [app, id, serial]);
}
