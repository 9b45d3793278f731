/**
 * The burn as the person drives it: what is to be burned and how, the rehearsal, the plan, its approval
 * and the burn itself. The rules are those of core/provisioning; this store only holds where it stands.
 * OTP images hold a UDS: they stay inside core/provisioning's `IntendedOtp`, never in the state.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import {
  approvePlan,
  burn,
  confirmBurned,
  erasePrimer,
  inspectBoard,
  intendOtpImage,
  intendPrimer,
  makePlan,
  readJournal,
  requiredTails,
  requireJournalWorks,
  type ApprovedPlan,
  type BurnOutcome,
  type BurnPlan,
  type BurnProgress,
  type BurnRoute,
  type Inspection,
  type IntendedOtp,
  type PlanResult,
  type RequiredTails,
  type TypedTails,
} from '../core/provisioning/index.ts';
import { analysePrimer, type PrimerImage, type UdsOrder } from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import { findDfuDevice, requireBench, type BenchStore } from './bench.ts';
import { withBoardAlone } from './board-job.ts';
import type { BoardLocks } from './board-locks.ts';
import { lookEnded, type InspectStore } from './inspect.ts';
import type { KeysStore } from './keys.ts';
import type { KeystoreStore } from './keystore.ts';
import type { BurnState, PrimerSource, RehearsalState } from './provision-types.ts';
import { rehearse } from './rehearse.ts';
import type { NamedFile, Services } from './services.ts';

export type { BurnState, PrimerSource, RehearsalState } from './provision-types.ts';

export interface ProvisionState {
  readonly route: BurnRoute;
  readonly primerSource: PrimerSource;
  /** Of the built-in primer: whether the board draws its UDS, or none is written. */
  readonly primerUds: UdsOrder;
  /** What the primer at hand would burn; for the primer route. */
  readonly primer: PrimerImage | undefined;
  /** Fingerprints of keys whose private half the person declared to be kept elsewhere. */
  readonly external: ReadonlySet<string>;
  readonly rehearsal: RehearsalState;
  readonly planned: PlanResult | undefined;
  /** What has to be typed for the plan at hand. */
  readonly required: RequiredTails | undefined;
  readonly approved: boolean;
  readonly job: BurnState;
  readonly activity: Activity;
  setRoute(route: BurnRoute): void;
  setPrimerSource(source: PrimerSource): void;
  setPrimerUds(uds: UdsOrder): void;
  /** Makes the built-in primer for the keystore at hand, where that is the way to burn. */
  preparePrimer(): Promise<void>;
  openPrimer(file: NamedFile): Promise<void>;
  declareExternal(fingerprint: string, declared: boolean): void;
  rehearse(): Promise<void>;
  /** Reads the board afresh and plans. */
  plan(): Promise<void>;
  approve(typed: TypedTails): Promise<void>;
  /** Also continues what was interrupted. */
  burn(): Promise<void>;
  /** Takes out a primer that an interrupted burn left in flash; comes before everything else. */
  erasePrimer(): Promise<void>;
  cancel(): void;
  startOver(): void;
  dismiss(): void;
}

export type ProvisionStore = StoreApi<ProvisionState>;

interface Stores {
  readonly bench: BenchStore;
  readonly keys: KeysStore;
  readonly keystore: KeystoreStore;
  readonly inspect: InspectStore;
}

type Needs = Pick<Services, 'keyring' | 'samples' | 'journals' | 'benches' | 'clock' | 'keepAwake'>;

const unplanned = { planned: undefined, required: undefined, approved: false } as const;

export function createProvisionStore(
  services: Needs,
  locks: BoardLocks,
  stores: Stores,
  hooks: { readonly onBurned: (outcome: BurnOutcome, rehearsal: RehearsalState) => void },
): ProvisionStore {
  let primerBytes: Uint8Array | undefined;
  let approval: ApprovedPlan | undefined;
  let canceller: Canceller | undefined;

  const store = createStore<ProvisionState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const forgetPlan = (): void => {
      approval = undefined;
      set(unplanned);
    };
    const takePrimer = (file: NamedFile): void => {
      const primer = analysePrimer(file.bytes, file.name);
      primerBytes = file.bytes.slice();
      if (primer.sha256 === get().primer?.sha256) return;
      forgetPlan();
      set({ primer });
    };
    const dropPrimer = (): void => {
      primerBytes = undefined;
      set({ primer: undefined });
    };
    const takeBuiltIn = async (): Promise<void> => {
      const { profile, slots } = stores.keystore.getState().view;
      takePrimer(await services.samples.primer(slots, profile, get().primerUds));
    };
    const intended = async (): Promise<IntendedOtp> => {
      const { profile, slots } = stores.keystore.getState().view;
      if (get().route === 'primer') {
        // Made anew: the keystore it was made for may have changed since.
        if (get().primerSource === 'built-in') await takeBuiltIn();
        const { primer } = get();
        if (primer === undefined || primerBytes === undefined) {
          throw new AppError('primer-not-recognised', 'choose a primer first');
        }
        return intendPrimer(primer, primerBytes);
      }
      const { id } = await services.keyring.makeOtpImage(profile, slots);
      const image = await services.keyring.revealOtpImage(id);
      try {
        return intendOtpImage(image, 'otp.bin', profile);
      } finally {
        wipe(image);
      }
    };
    // All pages tell the same of the board: the read-back is the latest look at it.
    // Without a read-back the journal alone may tell something new: a primer that is still in flash.
    const showOnBoardPage = async (plan: BurnPlan, readBack?: Inspection): Promise<void> => {
      const { job, adopt } = stores.inspect.getState();
      if (job.kind !== 'done' || job.findings.inspection.serial !== plan.serial) return;
      const { description, inspection } = job.findings;
      const journal = await readJournal(services.journals[plan.benchKind], plan.serial);
      adopt({ inspection: readBack ?? inspection, description, journal });
    };
    const backups = (): { proven: Set<string>; external: ReadonlySet<string> } => ({
      proven: new Set(
        stores.keys
          .getState()
          .publicKeys.filter((key) => key.proven)
          .map((key) => key.fingerprint),
      ),
      external: get().external,
    });

    return {
      route: 'otp-alternate',
      primerSource: 'built-in',
      primerUds: 'generate',
      primer: undefined,
      external: new Set(),
      rehearsal: { kind: 'none' },
      ...unplanned,
      job: { kind: 'none' },
      activity: idle,

      setRoute(route) {
        forgetPlan();
        set({ route });
      },
      setPrimerSource(primerSource) {
        if (primerSource === get().primerSource) return;
        forgetPlan();
        dropPrimer();
        set({ primerSource });
      },
      setPrimerUds(primerUds) {
        forgetPlan();
        dropPrimer();
        set({ primerUds });
      },
      async preparePrimer() {
        const { route, primerSource } = get();
        if (route !== 'primer' || primerSource !== 'built-in') return;
        await perform(report, 'built-in-primer', takeBuiltIn);
      },
      async openPrimer(file) {
        await perform(report, 'open-primer', () => {
          set({ primerSource: 'own' });
          takePrimer(file);
          return Promise.resolve();
        });
      },
      declareExternal(fingerprint, declared) {
        const external = new Set(get().external);
        if (declared) external.add(fingerprint);
        else external.delete(fingerprint);
        forgetPlan();
        set({ external });
      },

      async rehearse() {
        if (get().rehearsal.kind === 'running') return;
        const { profile, slots } = stores.keystore.getState().view;
        canceller = createCanceller();
        set({ rehearsal: { kind: 'running', progress: undefined } });
        try {
          const outcome = await rehearse(
            await services.benches.openRehearsal(),
            { profile, keystore: slots, intended: await intended(), backups: backups() },
            {
              signal: canceller.signal,
              onProgress: (progress) => {
                set({ rehearsal: { kind: 'running', progress } });
              },
            },
          );
          set({ rehearsal: { kind: 'green', outcome } });
        } catch (thrown) {
          const error = toAppError(thrown);
          set({
            rehearsal: error.code === 'cancelled' ? { kind: 'none' } : { kind: 'red', error },
          });
        }
      },

      async plan() {
        await perform(report, 'plan', async () => {
          const bench = requireBench(stores.bench.getState());
          await lookEnded(stores.inspect);
          const seen = await withBoardAlone(
            locks,
            bench,
            async (session) => ({
              inspection: await inspectBoard(session, bench.clock),
              description: session.description,
            }),
            { chosen: stores.bench.getState().chosenUsb },
          );
          const { serial } = seen.inspection;
          // Told now, not when the first halfword is due.
          await requireJournalWorks(services.journals[bench.kind], serial ?? '');
          const journal =
            serial === undefined
              ? undefined
              : await readJournal(services.journals[bench.kind], serial);
          stores.inspect.getState().adopt({ ...seen, journal });
          const { profile, slots } = stores.keystore.getState().view;
          const planned = makePlan({
            inspection: seen.inspection,
            benchKind: bench.kind,
            profile,
            keystore: slots,
            intended: await intended(),
            backups: backups(),
            journal,
          });
          approval = undefined;
          set({
            planned,
            required: planned.kind === 'plan' ? requiredTails(planned.plan) : undefined,
            approved: false,
            job: { kind: 'none' },
          });
        });
      },

      async approve(typed) {
        await perform(report, 'approve', () => {
          approval = approvePlan(requirePlanned(get()), typed);
          set({ approved: true });
          return Promise.resolve();
        });
      },

      async burn() {
        if (get().job.kind === 'running') return;
        const plan = requirePlanned(get());
        const bench = requireBench(stores.bench.getState());
        const env = {
          bench,
          store: services.journals[bench.kind],
          locks: locks[bench.kind],
          personClock: services.clock,
        };
        canceller = createCanceller();
        // What a bench says that is no longer in use is not of interest.
        const say = (job: BurnState): void => {
          if (stores.bench.getState().bench === bench) set({ job });
        };
        const call = {
          signal: canceller.signal,
          onProgress: (progress: BurnProgress): void => {
            say({ kind: 'running', progress, cancelling: cancelling(get()) });
          },
        };
        say({ kind: 'running', progress: undefined, cancelling: false });
        try {
          await requireJournalWorks(env.store, plan.serial);
          const outcome = await services.keepAwake(() =>
            plan.work === 'nothing'
              ? confirmBurned(plan, env, call)
              : burn(requireApproval(approval), env, call),
          );
          say({ kind: 'done', outcome });
          hooks.onBurned(outcome, get().rehearsal);
          // The burn is done and recorded; a page that cannot be refreshed does not undo it.
          await showOnBoardPage(plan, outcome.inspection).catch(() => undefined);
        } catch (thrown) {
          say({ kind: 'stopped', error: toAppError(thrown) });
          await showOnBoardPage(plan).catch(() => undefined);
        }
      },

      async erasePrimer() {
        await perform(report, 'erase-primer', async () => {
          const bench = requireBench(stores.bench.getState());
          const { identity } = await findDfuDevice(
            bench,
            undefined,
            stores.bench.getState().chosenUsb,
          );
          const store = services.journals[bench.kind];
          forgetPlan();
          await erasePrimer({ bench, store, locks: locks[bench.kind] }, identity.serial ?? '');
          set({ job: { kind: 'none' } });
          await stores.inspect.getState().inspect();
        });
      },

      cancel() {
        const running = get().job;
        if (running.kind === 'running') set({ job: { ...running, cancelling: true } });
        canceller?.cancel();
      },
      startOver() {
        forgetPlan();
        if (get().primerSource === 'built-in') dropPrimer();
        set({ job: { kind: 'none' }, rehearsal: { kind: 'none' } });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });

  // Another keystore or another board: what was planned, typed or rehearsed no longer holds.
  stores.keystore.subscribe((now, before) => {
    if (
      now.view.fingerprint === before.view.fingerprint &&
      now.view.profile.id === before.view.profile.id
    ) {
      return;
    }
    if (store.getState().job.kind !== 'running') store.getState().startOver();
  });
  stores.bench.subscribe((now, before) => {
    if (now.bench === before.bench) return;
    approval = undefined;
    store.setState({ ...unplanned, job: { kind: 'none' } });
  });
  return store;
}

function cancelling(state: ProvisionState): boolean {
  return state.job.kind === 'running' && state.job.cancelling;
}

function requirePlanned({ planned }: ProvisionState): BurnPlan {
  if (planned?.kind !== 'plan') throw new AppError('plan-not-approved', 'there is no plan yet');
  return planned.plan;
}

function requireApproval(approval: ApprovedPlan | undefined): ApprovedPlan {
  if (approval === undefined) throw new AppError('plan-not-approved', 'the plan is not approved');
  return approval;
}
