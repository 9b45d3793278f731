/** Erasing all of a board's flash as the person drives it: look, read what goes, type, erase, see it blank. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import {
  approveMassErase,
  planMassErase,
  runMassErase,
  wordsForMassErase,
  type ApprovedMassErase,
  type MassEraseOutcome,
  type MassErasePlanResult,
  type MassEraseProgress,
  type MassEraseWords,
} from '../core/provisioning/index.ts';
import type { ActJob } from './act-job.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import { boardEnv, lookAtBoard } from './look-at-board.ts';

export type MassEraseJob = ActJob<MassEraseProgress, MassEraseOutcome>;

export interface MassEraseState {
  readonly planned: MassErasePlanResult | undefined;
  readonly required: MassEraseWords | undefined;
  readonly job: MassEraseJob;
  readonly activity: Activity;
  plan(): Promise<void>;
  start(typed: MassEraseWords): Promise<void>;
  cancel(): void;
  startOver(): void;
}

const unplanned = { planned: undefined, required: undefined } as const;

export function createMassEraseStore(app: AppState): StoreApi<MassEraseState> {
  let canceller: Canceller | undefined;
  const store = createStore<MassEraseState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const running = (): boolean => get().job.kind === 'running';
    const atBoard = (work: () => Promise<void>): Promise<void> =>
      app.boardJobs.getState().run('mass-erase', work);

    const run = async (approved: ApprovedMassErase): Promise<void> => {
      const bench = requireBench(app.bench.getState());
      canceller = createCanceller();
      set({ job: { kind: 'running', progress: undefined, cancelling: false } });
      const call = {
        signal: canceller.signal,
        onProgress: (progress: MassEraseProgress): void => {
          const { job } = get();
          if (job.kind === 'running') set({ job: { ...job, progress } });
        },
      };
      try {
        const outcome = await app.services.keepAwake(() =>
          runMassErase(boardEnv(app, bench), approved, call),
        );
        app.runningImage.getState().forget();
        set({ job: { kind: 'done', outcome } });
      } catch (thrown) {
        set({ job: { kind: 'stopped', error: toAppError(thrown) } });
      } finally {
        canceller = undefined;
      }
    };

    return {
      ...unplanned,
      job: { kind: 'none' },
      activity: idle,

      async plan() {
        if (running()) return;
        await perform(report, 'plan', () =>
          atBoard(async () => {
            const { bench, inspection, journal } = await lookAtBoard(app);
            const planned = planMassErase({ inspection, benchKind: bench.kind, journal });
            const required = planned.kind === 'plan' ? wordsForMassErase(planned.plan) : undefined;
            set({ planned, required, job: { kind: 'none' } });
          }),
        );
      },
      async start(typed) {
        const { planned } = get();
        if (running() || planned?.kind !== 'plan') return;
        const approved = await perform(report, 'approve', () =>
          Promise.resolve(approveMassErase(planned.plan, typed)),
        );
        if (approved !== undefined) await atBoard(() => run(approved));
      },
      cancel() {
        const { job } = get();
        if (job.kind === 'running') set({ job: { ...job, cancelling: true } });
        canceller?.cancel();
      },
      startOver() {
        if (!running()) set({ ...unplanned, job: { kind: 'none' }, activity: idle });
      },
    };
  });
  app.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) store.getState().startOver();
  });
  return store;
}
