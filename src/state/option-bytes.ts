/** Option bytes of a board as the person sees and sets them: look, choose a preset, type, write, read back. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import {
  approveOptionBytes,
  planOptionBytes,
  writeOptionBytes,
  wordsForOptionBytes,
  type ApprovedOptionBytes,
  type OptionOutcome,
  type OptionPlanResult,
  type OptionProgress,
  type OptionPresetId,
  type OptionWords,
} from '../core/provisioning/index.ts';
import type { OptionField } from '../core/stm32/index.ts';
import type { ActJob } from './act-job.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import { boardEnv, lookAtBoard } from './look-at-board.ts';

export type OptionJob = ActJob<OptionProgress, OptionOutcome>;

export interface OptionBytesState {
  /** As they were read last; empty: the bootloader does not show them. */
  readonly fields: readonly OptionField[] | undefined;
  readonly presetId: OptionPresetId;
  readonly planned: OptionPlanResult | undefined;
  readonly required: OptionWords | undefined;
  readonly job: OptionJob;
  readonly activity: Activity;
  setPreset(presetId: OptionPresetId): void;
  /** Reads them and plans the preset. */
  plan(): Promise<void>;
  start(typed: OptionWords): Promise<void>;
  cancel(): void;
  startOver(): void;
}

const unplanned = { planned: undefined, required: undefined } as const;

export function createOptionBytesStore(app: AppState): StoreApi<OptionBytesState> {
  let canceller: Canceller | undefined;
  const store = createStore<OptionBytesState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const running = (): boolean => get().job.kind === 'running';
    const atBoard = (work: () => Promise<void>): Promise<void> =>
      app.boardJobs.getState().run('option-bytes', work);

    const run = async (approved: ApprovedOptionBytes): Promise<void> => {
      const bench = requireBench(app.bench.getState());
      canceller = createCanceller();
      set({ job: { kind: 'running', progress: undefined, cancelling: false } });
      const call = {
        signal: canceller.signal,
        onProgress: (progress: OptionProgress): void => {
          const { job } = get();
          if (job.kind === 'running') set({ job: { ...job, progress } });
        },
      };
      try {
        const outcome = await app.services.keepAwake(() =>
          writeOptionBytes(boardEnv(app, bench), approved, call),
        );
        app.runningImage.getState().forget();
        set({ fields: outcome.fields, job: { kind: 'done', outcome } });
      } catch (thrown) {
        set({ job: { kind: 'stopped', error: toAppError(thrown) } });
      } finally {
        canceller = undefined;
      }
    };

    return {
      fields: undefined,
      presetId: 'trustzone-dual-bank',
      ...unplanned,
      job: { kind: 'none' },
      activity: idle,

      setPreset(presetId) {
        if (!running()) set({ presetId, ...unplanned, job: { kind: 'none' } });
      },
      async plan() {
        if (running()) return;
        await perform(report, 'plan', () =>
          atBoard(async () => {
            const { bench, inspection, journal } = await lookAtBoard(app);
            const { presetId } = get();
            const planned = planOptionBytes({
              inspection,
              benchKind: bench.kind,
              presetId,
              journal,
            });
            const required =
              planned.kind === 'plan' ? wordsForOptionBytes(planned.plan) : undefined;
            const { fields } = inspection.optionBytes;
            set({ fields, planned, required, job: { kind: 'none' } });
          }),
        );
      },
      async start(typed) {
        const { planned } = get();
        if (running() || planned?.kind !== 'plan') return;
        const approved = await perform(report, 'approve', () =>
          Promise.resolve(approveOptionBytes(planned.plan, typed)),
        );
        if (approved !== undefined) await atBoard(() => run(approved));
      },
      cancel() {
        const { job } = get();
        if (job.kind === 'running') set({ job: { ...job, cancelling: true } });
        canceller?.cancel();
      },
      startOver() {
        if (!running())
          set({ fields: undefined, ...unplanned, job: { kind: 'none' }, activity: idle });
      },
    };
  });
  app.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) store.getState().startOver();
  });
  return store;
}
