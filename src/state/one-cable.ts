/**
 * The route of those who have only the ST-LINK cable plugged in, as the person drives it. A page store: its file is
 * imported by its page alone. What is burned, and whether it may be, core/provisioning decides.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type Bench, type Canceller } from '../core/ports/index.ts';
import {
  approvePlan,
  burnOverLine,
  confirmOverLine,
  installOverLine,
  intendPrimer,
  lookAtLine,
  planOneCable,
  proveFactory,
  readBoardOverLine,
  recallLast,
  requiredTails,
  type ApprovedPlan,
  type BurnOutcome,
  type FactoryOutcome,
  type LineLook,
  type OneCableCall,
  type OneCableEnv,
  type OneCableMemory,
  type OneCableProgress,
  type OneCableReading,
  type PlanResult,
  type RequiredTails,
  type TypedTails,
} from '../core/provisioning/index.ts';
import { analysePrimer } from '../core/wolfboot/index.ts';
import type { AppState } from './app-state.ts';
import { findSerialPort, requireBench } from './bench.ts';
import type { KeysState } from './keys.ts';
import { factoryOrder } from './one-cable-factory.ts';
import { recordFactoryBoot } from './one-cable-records.ts';
import { recordBurn } from './record-keeping.ts';

export type OneCableStep = 'listen' | 'read' | 'burn' | 'install' | 'prove';

export type OneCableJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly step: OneCableStep;
      readonly progress: OneCableProgress | undefined;
      readonly cancelling: boolean;
    }
  | { readonly kind: 'failed'; readonly step: OneCableStep; readonly error: AppError };

/** `unsupported`: this browser writes to no folders, the person copies. `asleep`: chosen earlier, to be allowed again. */
export type DriveState =
  | { readonly kind: 'unknown' | 'unsupported' | 'none' }
  | { readonly kind: 'asleep' | 'ready'; readonly label: string };

export interface OneCableState {
  readonly drive: DriveState;
  readonly driveError: AppError | undefined;
  /** Who was on the line when it was last asked. */
  readonly look: LineLook | undefined;
  /** The board that was worked on last by this route, in this tab or an earlier one. */
  readonly last: OneCableMemory | undefined;
  /** Facts only, no secret. */
  readonly reading: OneCableReading | undefined;
  readonly planned: PlanResult | undefined;
  readonly required: RequiredTails | undefined;
  readonly outcome: BurnOutcome | undefined;
  readonly factory: FactoryOutcome | undefined;
  readonly job: OneCableJob;
  /** Finds out what was chosen and done before; asks nobody and changes nothing. */
  open(): Promise<void>;
  /** Needs a click. */
  chooseDrive(): Promise<void>;
  /** Needs a click. */
  allowDrive(): Promise<void>;
  forgetDrive(): Promise<void>;
  listen(): Promise<void>;
  read(): Promise<void>;
  /** Burns, or verifies where nothing is left to write. */
  burn(typed?: TypedTails): Promise<void>;
  install(): Promise<void>;
  prove(): Promise<void>;
  cancel(): void;
  dismiss(): void;
  startOver(): void;
}

export type OneCableStore = StoreApi<OneCableState>;

const blank = {
  look: undefined,
  reading: undefined,
  planned: undefined,
  required: undefined,
  outcome: undefined,
  factory: undefined,
  job: { kind: 'none' },
} as const;

export function createOneCableStore(app: AppState): OneCableStore {
  const { services } = app;
  let canceller: Canceller | undefined;
  let approval: { readonly approved: ApprovedPlan; readonly typed: string } | undefined;

  const store = createStore<OneCableState>()((set, get) => {
    const bench = (): Bench => requireBench(app.bench.getState());

    const envOf = async (used: Bench): Promise<OneCableEnv> => ({
      bench: used,
      store: services.journals[used.kind],
      locks: app.locks[used.kind],
      findPort: () => findSerialPort(used, app.bench.getState().chosenSerial),
      drive: get().drive.kind === 'ready' ? await used.drives?.remembered() : undefined,
      personClock: services.clock,
    });

    const showDrive = async (): Promise<void> => {
      const used = app.bench.getState().bench;
      if (used?.drives === undefined) {
        set({ drive: { kind: 'unsupported' } });
        return;
      }
      const drive = await used.drives.remembered();
      if (drive === undefined) set({ drive: { kind: 'none' } });
      else {
        const kind = (await drive.isAllowed()) ? 'ready' : 'asleep';
        set({ drive: { kind, label: drive.label } });
      }
    };

    const withDrive = async (work: () => Promise<void>): Promise<void> => {
      set({ driveError: undefined });
      try {
        await work();
      } catch (thrown) {
        set({ driveError: toAppError(thrown) });
      }
      await showDrive();
    };

    const showLast = async (): Promise<void> => {
      const kind = app.bench.getState().bench?.kind;
      set({ last: kind && (await recallLast(services.journals[kind])) });
    };

    /** One job at a time, alone at the board, the page awake; what a bench says that is not in use any more is dropped. */
    const job = async (
      step: OneCableStep,
      work: (env: OneCableEnv, call: OneCableCall) => Promise<Partial<OneCableState>>,
    ): Promise<void> => {
      if (get().job.kind === 'running') return;
      const used = bench();
      const mine = createCanceller();
      canceller = mine;
      const say = (state: Partial<OneCableState>): void => {
        if (app.bench.getState().bench === used && canceller === mine) set(state);
      };
      const running = { kind: 'running', step, cancelling: false } as const;
      say({ job: { ...running, progress: undefined } });
      const call: OneCableCall = {
        signal: mine.signal,
        onProgress: (progress) => {
          say({ job: { ...running, progress, cancelling: mine.signal.aborted } });
        },
      };
      await app.boardJobs.getState().run('one-cable', () =>
        services.keepAwake(async () => {
          try {
            await freeTheLine(app);
            const found = await work(await envOf(used), call);
            say({ ...found, job: { kind: 'none' } });
          } catch (thrown) {
            const error = toAppError(thrown);
            const failed = { kind: 'failed', step, error } as const;
            say({ job: error.code === 'cancelled' ? { kind: 'none' } : failed });
          }
          await showLast().catch(() => undefined);
        }),
      );
    };

    const planned = async (reading: OneCableReading): Promise<Partial<OneCableState>> => {
      approval = undefined;
      const { profile, slots } = app.keystore.getState().view;
      if (slots.length === 0) return { planned: undefined, required: undefined };
      const { primerUds, external } = app.provision.getState();
      const primer = await services.samples.primer(slots, profile, primerUds);
      const { publicKeys } = app.keys.getState();
      const proven = publicKeys.filter((key) => key.proven).map((key) => key.fingerprint);
      const result = planOneCable(
        {
          inspection: reading.inspection,
          benchKind: bench().kind,
          profile,
          keystore: slots,
          intended: intendPrimer(analysePrimer(primer.bytes, primer.name), primer.bytes),
          backups: { proven: new Set(proven), external },
          journal: reading.journal,
        },
        reading.damaged,
      );
      const required = result.kind === 'plan' ? requiredTails(result.plan) : undefined;
      return { planned: result, required };
    };

    const approve = (typed: TypedTails): ApprovedPlan => {
      const words = JSON.stringify(typed);
      // The same approval goes on with what was interrupted.
      if (approval?.typed === words) return approval.approved;
      const { planned: result } = get();
      if (result?.kind !== 'plan') throw new AppError('plan-not-approved', 'there is no plan yet');
      approval = { approved: approvePlan(result.plan, typed), typed: words };
      return approval.approved;
    };

    return {
      drive: { kind: 'unknown' },
      driveError: undefined,
      last: undefined,
      ...blank,

      async open() {
        await showDrive();
        await showLast();
      },
      chooseDrive: () =>
        withDrive(async () => {
          await bench().drives?.choose();
        }),
      allowDrive: () => withDrive(async () => (await bench().drives?.remembered())?.allow()),
      forgetDrive: () => withDrive(async () => bench().drives?.forget()),

      listen: () => job('listen', async (env, call) => ({ look: await lookAtLine(env, call) })),

      read: () =>
        job('read', async (env, call) => {
          const { builtInPrimer } = await import('../core/wolfboot/built-in-primer.ts');
          const reading = await readBoardOverLine(env, builtInPrimer(), call);
          app.bench.getState().sawBoard(reading.serial);
          const look: LineLook = { kind: 'primer', serial: reading.serial, status: reading.status };
          const fresh = { outcome: undefined, factory: undefined };
          return { look, reading, ...fresh, ...(await planned(reading)) };
        }),

      burn: (typed) =>
        job('burn', async (env, call) => {
          const { planned: result } = get();
          if (result?.kind !== 'plan') {
            throw new AppError('plan-not-approved', 'there is no plan yet');
          }
          const outcome =
            result.plan.work === 'nothing' || typed === undefined
              ? await confirmOverLine(result.plan, env, call)
              : await burnOverLine(approve(typed), env, call);
          const { rehearsal } = app.provision.getState();
          await recordBurn(app.records, services.build.version, outcome, rehearsal);
          return { outcome };
        }),

      install: () =>
        job('install', async (env, call) => {
          const order = await factoryOrder(app, get());
          const factory = await installOverLine(order, env, call);
          if (factory.kind === 'booted') await recordFactoryBoot(app, order);
          return { factory };
        }),

      prove: () =>
        job('prove', async (env, call) => {
          const order = await factoryOrder(app, get());
          const factory = await proveFactory(order, env, call);
          await recordFactoryBoot(app, order);
          return { factory };
        }),

      cancel() {
        const { job: running } = get();
        if (running.kind === 'running') set({ job: { ...running, cancelling: true } });
        canceller?.cancel();
      },
      dismiss() {
        set({ job: { kind: 'none' }, driveError: undefined });
      },
      startOver() {
        approval = undefined;
        if (get().job.kind !== 'running') set(blank);
      },
    };
  });

  const forget = (): void => {
    approval = undefined;
    canceller?.cancel();
    canceller = undefined;
    store.setState({ ...blank, last: undefined, drive: { kind: 'unknown' } });
    void store.getState().open();
  };
  app.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) forget();
  });
  // Another keystore, or another word on its backups: what was planned for the old one no longer holds.
  const planStale = (): void => {
    const { job, reading, outcome } = store.getState();
    if (job.kind === 'running' || reading === undefined || outcome !== undefined) return;
    approval = undefined;
    store.setState({ reading: undefined, planned: undefined, required: undefined });
  };
  app.keystore.subscribe((now, before) => {
    if (now.view.fingerprint !== before.view.fingerprint) planStale();
    else if (now.view.profile.id !== before.view.profile.id) planStale();
  });
  app.keys.subscribe((now, before) => {
    if (provenOf(now) !== provenOf(before)) planStale();
  });
  app.provision.subscribe((now, before) => {
    if (now.external !== before.external || now.primerUds !== before.primerUds) planStale();
  });
  return store;
}

/** Whose backups are proven, as one text. */
function provenOf({ publicKeys }: KeysState): string {
  return publicKeys
    .filter((key) => key.proven)
    .map((key) => key.fingerprint)
    .join();
}

/** A console that is open would keep the port. */
async function freeTheLine(app: AppState): Promise<void> {
  const { link, disconnect } = app.update.getState();
  if (link.kind !== 'closed') await disconnect();
}
