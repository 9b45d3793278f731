/** Whether a job is at a board. Derived, never stored: the bench may not be changed under it. */
import type { BoardJobsStore } from './board-jobs.ts';
import type { InspectState, InspectStore } from './inspect.ts';
import type { InstallState, InstallStore } from './install.ts';
import type { ProvisionState, ProvisionStore } from './provision.ts';
import type { RunningImageState, RunningImageStore } from './running-image.ts';
import type { UpdateState, UpdateStore } from './update.ts';

interface Workers {
  readonly inspect: InspectStore;
  readonly provision: ProvisionStore;
  readonly install: InstallStore;
  readonly update: UpdateStore;
  readonly runningImage: RunningImageStore;
  readonly boardJobs: BoardJobsStore;
}

export function boardAtWork({
  inspect,
  provision,
  install,
  update,
  runningImage,
  boardJobs,
}: Workers): boolean {
  return (
    jobRuns(inspect.getState()) ||
    provisionsBoard(provision.getState()) ||
    jobRuns(install.getState()) ||
    jobRuns(update.getState()) ||
    jobRuns(runningImage.getState()) ||
    boardJobs.getState().running.size > 0
  );
}

function jobRuns({
  job,
}: Pick<InspectState | InstallState | UpdateState | RunningImageState, 'job'>): boolean {
  return job.kind === 'running';
}

/** A rehearsal has a bench of its own and does not count. */
export function provisionsBoard({ job, activity }: ProvisionState): boolean {
  return job.kind === 'running' || (activity.kind === 'busy' && atBoard.has(activity.what));
}

const atBoard: ReadonlySet<string> = new Set(['plan', 'erase-primer']);
