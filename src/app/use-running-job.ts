/** Whether any store is at work that a reload would break off. */
import { useStore } from 'zustand';
import { useAppState } from '../state/react.ts';

export function useRunningJob(): boolean {
  const { keys, keystore, firmware, bench, inspect, provision, install, update, boardJobs } =
    useAppState();
  const busy = [
    useStore(keys, ({ activity }) => activity.kind),
    useStore(keystore, ({ activity }) => activity.kind),
    useStore(firmware, ({ activity }) => activity.kind),
    useStore(bench, ({ activity }) => activity.kind),
    useStore(provision, ({ activity }) => activity.kind),
  ].includes('busy');
  const running = [
    useStore(inspect, ({ job }) => job.kind),
    useStore(provision, ({ job }) => job.kind),
    useStore(install, ({ job }) => job.kind),
    useStore(update, ({ job }) => job.kind),
  ].includes('running');
  const atBoard = useStore(boardJobs, (jobs) => jobs.running.size > 0);
  return busy || running || atBoard;
}
