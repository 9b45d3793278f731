/** Reads the board back through the primer that runs on it, over the serial line, and compares with the plan. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError, toAppError } from '../core/errors.ts';
import { verifyOverPrimer, type PrimerProof } from '../core/provisioning/index.ts';
import { findSerialPort, requireBench, type BenchStore } from './bench.ts';
import type { ProvisionStore } from './provision.ts';

export type ProofJob =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly proof: PrimerProof }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface PrimerProofState {
  readonly job: ProofJob;
  /** Opens the serial port, reads, compares with the plan at hand, closes the port. Writes nothing. */
  read(): Promise<void>;
  dismiss(): void;
}

export type PrimerProofStore = StoreApi<PrimerProofState>;

const BAUD_RATE = 115_200;

export function createPrimerProofStore(
  benchStore: BenchStore,
  provision: ProvisionStore,
): PrimerProofStore {
  const prove = async (): Promise<PrimerProof> => {
    const { planned } = provision.getState();
    if (planned?.kind !== 'plan') throw new AppError('plan-not-approved', 'there is no plan yet');
    const { intended, profile, serial } = planned.plan;
    const bench = requireBench(benchStore.getState());
    const port = await findSerialPort(bench, benchStore.getState().chosenSerial);
    const pipe = await port.open({ baudRate: BAUD_RATE });
    try {
      return await verifyOverPrimer(pipe, bench.clock, { intended, profile, serial });
    } finally {
      await pipe.close();
    }
  };
  const store = createStore<PrimerProofState>()((set, get) => ({
    job: { kind: 'none' },
    async read() {
      if (get().job.kind === 'reading') return;
      set({ job: { kind: 'reading' } });
      try {
        set({ job: { kind: 'read', proof: await prove() } });
      } catch (thrown) {
        set({ job: { kind: 'failed', error: toAppError(thrown) } });
      }
    },
    dismiss() {
      set({ job: { kind: 'none' } });
    },
  }));
  // Of another plan it would prove nothing.
  provision.subscribe((now, before) => {
    if (now.planned !== before.planned) store.getState().dismiss();
  });
  return store;
}
