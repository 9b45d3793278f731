/**
 * A rehearsal: the same plan on a blank virtual board, with the hands played by this file. It touches
 * neither the bench in use nor its journal.
 */
import {
  approvePlan,
  burn,
  inspectBoard,
  makePlan,
  requiredTails,
  requirePlan,
  type BurnOutcome,
  type BurnProgress,
  type PlanInput,
} from '../core/provisioning/index.ts';
import { AppError } from '../core/errors.ts';
import type { Bench, BoardPanel, CancelSignal, JsonValue, Store } from '../core/ports/index.ts';
import { withDfu } from './bench.ts';

/** How long the played hands wait: for the ROM to enumerate, for the primer to finish. */
const settleMs = 1000;
const primerRunMs = 5000;

export type RehearsalInput = Pick<PlanInput, 'profile' | 'keystore' | 'intended' | 'backups'>;

/** Ends well or throws what the real burn would throw. */
export async function rehearse(
  bench: Bench,
  input: RehearsalInput,
  call: {
    readonly signal?: CancelSignal | undefined;
    readonly onProgress?: (progress: BurnProgress) => void;
  },
): Promise<BurnOutcome> {
  const { panel } = bench;
  if (panel === undefined) throw new AppError('internal', 'a rehearsal needs a virtual board');
  const { signal } = call;
  panel.setPlug('userUsb', true);
  await enterDfu(bench, panel, signal);
  const inspection = await withDfu(bench, (session) => inspectBoard(session, bench.clock), {
    signal,
  });
  const plan = requirePlan(makePlan({ ...input, inspection, benchKind: bench.kind }));
  const approved = approvePlan(plan, requiredTails(plan));
  const hands = (progress: BurnProgress): void => {
    call.onProgress?.(progress);
    // A hand that fails shows as the burn's own time-out.
    void playHands(bench, panel, progress, signal).catch(() => undefined);
  };
  const env = { bench, store: createMemoryStore(), locks: aloneAnyway };
  return burn(approved, env, { signal, onProgress: hands });
}

async function playHands(
  { clock }: Bench,
  panel: BoardPanel,
  { stage }: BurnProgress,
  signal: CancelSignal | undefined,
): Promise<void> {
  if (stage === 'waiting-for-run' || stage === 'primer-did-not-run') {
    await clock.sleep(settleMs, signal);
    panel.setBoot0(false);
    panel.pressReset();
  }
  if (stage === 'waiting-for-dfu') {
    await clock.sleep(primerRunMs, signal);
    panel.setBoot0(true);
    panel.pressReset();
  }
}

async function enterDfu(
  { clock }: Bench,
  panel: BoardPanel,
  signal: CancelSignal | undefined,
): Promise<void> {
  panel.setBoot0(true);
  panel.pressReset();
  await clock.sleep(settleMs, signal);
}

/** Nobody else can reach a board that lives in this call only. */
const aloneAnyway = {
  exclusive: <T>(_name: string, task: () => Promise<T>): Promise<T> => task(),
};

function createMemoryStore(): Store {
  const values = new Map<string, JsonValue>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    put: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
    delete: (key) => {
      values.delete(key);
      return Promise.resolve();
    },
    keys: (prefix) =>
      Promise.resolve([...values.keys()].filter((key) => key.startsWith(prefix)).sort()),
  };
}
