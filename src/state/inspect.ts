/** What the board in DFU mode is and holds, as it stood when it was looked at. Reading only. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Span } from '../core/bytes/index.ts';
import { toAppError, type AppError } from '../core/errors.ts';
import type { Bench } from '../core/ports/index.ts';
import {
  classifyBoard,
  inspectBoard,
  readJournal,
  type BoardState,
  type Inspection,
  type InspectProgress,
  type JournalEntry,
} from '../core/provisioning/index.ts';
import type { DfuDescription } from '../core/stm32/index.ts';
import { describeOtp, slotStrideBytes } from '../core/wolfboot/index.ts';
import { requireBench, type BenchStore } from './bench.ts';
import { withBoardAlone } from './board-job.ts';
import type { BoardLocks } from './board-locks.ts';
import type { KeystoreStore } from './keystore.ts';
import type { Services } from './services.ts';

/** The OTP as it may be shown: the device's unique secret is overwritten. */
export interface ShownOtp {
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
  readonly baseAddress: number;
  readonly secret: readonly { readonly startBytes: number; readonly endBytes: number }[];
}

export interface Findings {
  readonly inspection: Inspection;
  readonly description: DfuDescription;
  readonly journal: JournalEntry | undefined;
  /** In the light of the keystore of this session. */
  readonly state: BoardState;
  /** undefined where the OTP could not be read. */
  readonly otp: ShownOtp | undefined;
}

type Seen = Pick<Findings, 'inspection' | 'description' | 'journal'>;

export type InspectJob =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly stage: InspectProgress['stage'] | 'opening' }
  | { readonly kind: 'done'; readonly findings: Findings }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface InspectState {
  readonly job: InspectJob;
  inspect(): Promise<void>;
  /** Takes over what another step has read, so that all pages tell the same. */
  adopt(seen: Seen): void;
  dismiss(): void;
}

export type InspectStore = StoreApi<InspectState>;

export function createInspectStore(
  { journals }: Pick<Services, 'journals'>,
  locks: BoardLocks,
  stores: { readonly bench: BenchStore; readonly keystore: KeystoreStore },
): InspectStore {
  const look = async (
    bench: Bench,
    onStage: (stage: InspectProgress['stage']) => void,
  ): Promise<Seen> => {
    const seen = await withBoardAlone(
      locks,
      bench,
      async (session) => ({
        inspection: await inspectBoard(session, bench.clock, {
          onProgress: ({ stage }) => {
            onStage(stage);
          },
        }),
        description: session.description,
      }),
      { chosen: stores.bench.getState().chosenUsb },
    );
    const { serial } = seen.inspection;
    const journal =
      serial === undefined ? undefined : await readJournal(journals[bench.kind], serial);
    return { ...seen, journal };
  };

  const store = createStore<InspectState>()((set, get) => ({
    job: { kind: 'none' },

    async inspect() {
      if (get().job.kind === 'running') return;
      const { bench } = stores.bench.getState();
      // What a bench says that is no longer in use is not of interest.
      const say = (job: InspectJob): void => {
        if (stores.bench.getState().bench === bench) set({ job });
      };
      say({ kind: 'running', stage: 'opening' });
      try {
        const seen = await look(requireBench({ bench }), (stage) => {
          say({ kind: 'running', stage });
        });
        if (stores.bench.getState().bench === bench) get().adopt(seen);
      } catch (thrown) {
        say({ kind: 'failed', error: toAppError(thrown) });
      }
    },
    adopt(seen) {
      stores.bench.getState().sawBoard(seen.inspection.serial);
      set({ job: { kind: 'done', findings: judge(seen, stores.keystore) } });
    },
    dismiss() {
      if (get().job.kind === 'failed') set({ job: { kind: 'none' } });
    },
  }));

  stores.keystore.subscribe((now, before) => {
    const { job } = store.getState();
    if (now.view === before.view || job.kind !== 'done') return;
    store.setState({ job: { kind: 'done', findings: judge(job.findings, stores.keystore) } });
  });
  stores.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) store.setState({ job: { kind: 'none' } });
  });
  return store;
}

/** Resolves when no look is under way: a board opens once at a time. */
export function lookEnded(store: InspectStore): Promise<void> {
  if (store.getState().job.kind !== 'running') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = store.subscribe(({ job }) => {
      if (job.kind === 'running') return;
      stop();
      resolve();
    });
  });
}

function judge(seen: Seen, keystore: KeystoreStore): Findings {
  const { inspection, journal } = seen;
  const { slots, profile } = keystore.getState().view;
  const strideBytes = slotStrideBytes(profile);
  return {
    ...seen,
    state: classifyBoard({
      inspection,
      journal,
      ...(slots.length > 0 && { wanted: { slots, profile } }),
    }),
    otp: showOtp(inspection, strideBytes),
  };
}

/** Another build's slots may lie at another distance: then the content itself decides. */
function showOtp({ otp }: Inspection, strideBytes: number): ShownOtp | undefined {
  if (otp.kind === 'unreadable') return undefined;
  const { content } = otp;
  const { baseAddress, target, udsOffsetBytes, udsBytes } = content.geometry;
  const bytes = content.redacted();
  const asExpected = describeOtp(bytes, { strideBytes, target });
  const described = asExpected.problem === undefined ? asExpected : describeOtp(bytes, { target });
  const holdsSecret = content.udsCells === 'complete' || content.udsCells === 'partial';
  return {
    bytes,
    spans: described.spans,
    baseAddress,
    secret: holdsSecret
      ? [{ startBytes: udsOffsetBytes, endBytes: udsOffsetBytes + udsBytes }]
      : [],
  };
}
