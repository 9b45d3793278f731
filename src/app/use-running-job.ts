/** What the frame does while a job runs: it asks before it is left, and keeps the computer awake. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useAppState } from '../state/react.ts';

/** Any store is at work that a reload would break off. */
export function useRunningJob(): boolean {
  const { keys, keystore, firmware, bench, provision } = useAppState();
  const busy = [
    useStore(keys, ({ activity }) => activity.kind),
    useStore(keystore, ({ activity }) => activity.kind),
    useStore(firmware, ({ activity }) => activity.kind),
    useStore(bench, ({ activity }) => activity.kind),
    useStore(provision, ({ activity }) => activity.kind),
  ].includes('busy');
  const atBoard = useBoardJob();
  return busy || atBoard;
}

/** A job is at the board: one that loses it when the tab closes or the computer sleeps. */
export function useBoardJob(): boolean {
  const { inspect, provision, primerProof, install, update, runningImage, boardJobs } =
    useAppState();
  const running = [
    useStore(inspect, ({ job }) => job.kind),
    useStore(provision, ({ job }) => job.kind),
    useStore(install, ({ job }) => job.kind),
    useStore(update, ({ job }) => job.kind),
    useStore(runningImage, ({ job }) => job.kind),
  ].includes('running');
  const reading = useStore(primerProof, ({ job }) => job.kind === 'reading');
  const ofPages = useStore(boardJobs, (jobs) => jobs.running.size > 0);
  return running || reading || ofPages;
}

export function useAwake(active: boolean): void {
  const { keepAwake } = useAppState().services;
  useEffect(() => {
    if (!active) return;
    let end = (): void => undefined;
    void keepAwake(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    return () => {
      end();
    };
  }, [active, keepAwake]);
}
