/**
 * A flash project as the person puts it together: files, places, plan, approval, run, result. The rules are
 * those of core/provisioning. Bytes of OTP images stay inside `IntendedOtp`, never in the state.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import {
  approveFlashPlan,
  approvePlan,
  flashReport,
  isBurnPart,
  makeFlashProject,
  makePlan,
  openFlashParts,
  placePart,
  planFlashProject,
  readFlashJournal,
  requiredTails,
  runFlashProject,
  type ApprovedFlash,
  type FlashOutcome,
  type FlashPlan,
  type FlashPlanResult,
  type FlashProgress,
  type FlashProject,
  type FlashReport,
  type ProjectPart,
  type RefusedPiece,
  type RequiredTails,
  type TypedTails,
} from '../core/provisioning/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import { recordFlashed } from './flash-records.ts';
import { boardEnv, lookAtBoard } from './look-at-board.ts';
import type { NamedFile } from './services.ts';

export type FlashJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly plan: FlashPlan;
      /** undefined while nothing has been said yet. */
      readonly progress: FlashProgress | undefined;
      readonly cancelling: boolean;
    }
  | { readonly kind: 'done'; readonly outcome: FlashOutcome; readonly report: FlashReport }
  | {
      readonly kind: 'stopped';
      readonly plan: FlashPlan;
      /** Of the step that was not finished; what stands before it was. */
      readonly step: number;
      readonly error: AppError;
    };

export interface FlashProjectState {
  /** undefined until the first file is judged. */
  readonly project: FlashProject | undefined;
  readonly parts: readonly ProjectPart[];
  /** Of the file that was opened last. */
  readonly refused: readonly RefusedPiece[];
  /** Equal sectors are left alone. */
  readonly readFirst: boolean;
  readonly planned: FlashPlanResult | undefined;
  /** What has to be typed, where the plan writes OTP. */
  readonly required: RequiredTails | undefined;
  readonly job: FlashJob;
  readonly activity: Activity;
  addFile(file: NamedFile): Promise<void>;
  /** A signed image of this session. */
  addImage(imageId: string): Promise<void>;
  addSampleBootloader(): Promise<void>;
  /** The OTP image of the keystore at hand. */
  addOtpImage(): Promise<void>;
  remove(partId: string): Promise<void>;
  /** Of parts whose file does not say it; non-secure or secure address. */
  place(partId: string, address: number | undefined): Promise<void>;
  setReadFirst(readFirst: boolean): void;
  /** Reads the board and plans. */
  plan(): Promise<void>;
  /** With what was typed where the plan writes OTP. */
  start(typed?: TypedTails): Promise<void>;
  /** Goes on with what was approved and interrupted. */
  resume(): Promise<void>;
  cancel(): void;
  startOver(): void;
  dismiss(): void;
}

export type FlashProjectStore = StoreApi<FlashProjectState>;

const unplanned = { planned: undefined, required: undefined } as const;

export function createFlashProjectStore(app: AppState): FlashProjectStore {
  const { services, bench: benches, keys, keystore, firmware, inspect, provision } = app;
  let approved: ApprovedFlash | undefined;
  let canceller: Canceller | undefined;
  let turn = 0;
  let lookAgain: (job?: FlashJob) => void = () => undefined;

  const store = createStore<FlashProjectState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const running = (): boolean => get().job.kind === 'running';

    /** Everything that was concluded from other parts no longer holds. */
    const adopt = async (parts: readonly ProjectPart[]): Promise<void> => {
      if (running()) return;
      approved = undefined;
      set({ parts, ...unplanned, job: { kind: 'none' } });
      await judge();
    };
    lookAgain = (job) => {
      if (running()) return;
      approved = undefined;
      set({ ...unplanned, ...(job && { job }) });
      void judge();
    };
    const judge = async (): Promise<FlashProject> => {
      const own = ++turn;
      const { profile, slots } = keystore.getState().view;
      const { job } = inspect.getState();
      const board = job.kind === 'done' ? job.findings.inspection.board : undefined;
      const geometry = board?.otp.target === profile.target ? board.flash : undefined;
      const project = await makeFlashProject({ parts: get().parts, profile, slots, geometry });
      if (own === turn) set({ project });
      return project;
    };
    const open = async ({ name, bytes }: NamedFile): Promise<void> => {
      const { profile } = keystore.getState().view;
      const { parts, refused } = await openFlashParts(bytes, name, profile);
      const known = new Set(get().parts.map(({ id }) => id));
      set({ refused });
      await adopt([...get().parts, ...parts.filter(({ id }) => !known.has(id))]);
    };
    const backups = () => ({
      proven: new Set(
        keys
          .getState()
          .publicKeys.filter((key) => key.proven)
          .map((key) => key.fingerprint),
      ),
      external: provision.getState().external,
    });

    const planNow = async (): Promise<void> => {
      const { bench, inspection, journal } = await lookAtBoard(app);
      const serial = inspection.serial ?? '';
      const flashJournal = await readFlashJournal(services.journals[bench.kind], serial);
      const project = await judge();
      const { profile, slots } = keystore.getState().view;
      const burn =
        project.burn &&
        makePlan({
          inspection,
          benchKind: bench.kind,
          profile,
          keystore: slots,
          intended: project.burn.intended,
          backups: backups(),
          journal,
        });
      const planned = planFlashProject({
        project,
        inspection,
        benchKind: bench.kind,
        burn,
        journal,
        flashJournal,
      });
      approved = undefined;
      const burnPlan = planned.kind === 'plan' ? planned.plan.burn : undefined;
      set({
        planned,
        required: burnPlan?.work === 'write' ? requiredTails(burnPlan) : undefined,
        job: { kind: 'none' },
      });
    };

    const run = async (approval: ApprovedFlash): Promise<void> => {
      const { plan } = approval;
      const bench = requireBench(benches.getState());
      const say = (job: FlashJob): void => {
        if (benches.getState().bench === bench) set({ job });
      };
      canceller = createCanceller();
      let step = 0;
      say({ kind: 'running', plan, progress: undefined, cancelling: false });
      const call = {
        signal: canceller.signal,
        readFirst: get().readFirst,
        onProgress: (progress: FlashProgress): void => {
          step = progress.step;
          const { job } = get();
          const cancelling = job.kind === 'running' && job.cancelling;
          say({ kind: 'running', plan, progress, cancelling });
        },
      };
      try {
        const outcome = await services.keepAwake(() =>
          runFlashProject(approval, boardEnv(app, bench), call),
        );
        say({ kind: 'done', outcome, report: flashReport(outcome) });
        app.runningImage.getState().forget();
        await recordFlashed(app, outcome);
      } catch (thrown) {
        say({ kind: 'stopped', plan, step, error: toAppError(thrown) });
      } finally {
        canceller = undefined;
      }
    };

    const atBoard = (work: () => Promise<void>): Promise<void> =>
      app.boardJobs.getState().run('flash', work);

    return {
      project: undefined,
      parts: [],
      refused: [],
      readFirst: true,
      ...unplanned,
      job: { kind: 'none' },
      activity: idle,

      async addFile(file) {
        await perform(report, 'open', () => open(file));
      },
      async addImage(imageId) {
        await perform(report, 'open', async () => {
          const image = firmware.getState().images.find(({ id }) => id === imageId);
          // A copy: what a file turns out to be may have to be overwritten.
          if (image) await open({ name: image.name, bytes: image.bytes.slice() });
        });
      },
      async addSampleBootloader() {
        await perform(report, 'open', async () => {
          await open(await services.samples.bootloader());
        });
      },
      async addOtpImage() {
        await perform(report, 'open', async () => {
          const { profile, slots } = keystore.getState().view;
          const { id } = await services.keyring.makeOtpImage(profile, slots);
          const bytes = await services.keyring.revealOtpImage(id);
          try {
            await open({ name: 'otp.bin', bytes });
          } finally {
            wipe(bytes);
          }
        });
      },
      async remove(partId) {
        await adopt(get().parts.filter(({ id }) => id !== partId));
      },
      async place(partId, address) {
        await adopt(
          get().parts.map((part) =>
            part.id === partId && !isBurnPart(part) ? placePart(part, address) : part,
          ),
        );
      },
      setReadFirst(readFirst) {
        if (!running()) set({ readFirst });
      },
      async plan() {
        if (running()) return;
        await perform(report, 'plan', () => atBoard(planNow));
      },
      async start(typed) {
        const { planned } = get();
        if (running() || planned?.kind !== 'plan') return;
        const { plan } = planned;
        const approval = await perform(report, 'approve', () => {
          const burn =
            plan.burn?.work === 'write'
              ? approvePlan(plan.burn, typed ?? { keystoreTail: '', boardTail: '' })
              : undefined;
          return Promise.resolve(approveFlashPlan(plan, burn));
        });
        if (approval === undefined) return;
        approved = approval;
        await atBoard(() => run(approval));
      },
      async resume() {
        if (running()) return;
        const approval = approved;
        if (approval === undefined) {
          set({
            activity: {
              kind: 'failed',
              what: 'plan',
              error: new AppError('plan-not-approved', 'plan and confirm again'),
            },
          });
          return;
        }
        await atBoard(() => run(approval));
      },
      cancel() {
        const { job } = get();
        if (job.kind === 'running') set({ job: { ...job, cancelling: true } });
        canceller?.cancel();
      },
      startOver() {
        if (running()) return;
        approved = undefined;
        set({ ...unplanned, job: { kind: 'none' } });
      },
      dismiss() {
        set({ activity: idle, refused: [] });
      },
    };
  });

  // Another keystore judges images otherwise; on another board no plan and no result holds.
  keystore.subscribe((now, before) => {
    if (now.view !== before.view) lookAgain();
  });
  benches.subscribe((now, before) => {
    if (now.bench !== before.bench) lookAgain({ kind: 'none' });
  });
  lookAgain();
  return store;
}
