/** The seven steps and how far each is. Derived, never stored: the pages' own state decides. */
import { useStore } from 'zustand';
import type { AppState } from './app-state.ts';
import { useAppState } from './react.ts';

export const stepIds = [
  'keys',
  'keystore',
  'board',
  'burn',
  'firmware',
  'update',
  'record',
] as const;

export type StepId = (typeof stepIds)[number];

/** `blocked`: an earlier step must come first; the page opens all the same. */
export type StepState = 'done' | 'open' | 'blocked';

export interface PathFacts {
  readonly keys: number;
  readonly provenKeys: number;
  /** Slots without a refusal, all of whose own keys are proven. */
  readonly keystoreReady: boolean;
  readonly boardInspected: boolean;
  /** The board's OTP was read and holds this keystore. */
  readonly burned: boolean;
  /** An image that the bootloader would accept. */
  readonly imageAccepted: boolean;
  readonly updateProven: boolean;
  readonly records: number;
}

export function deriveSteps(facts: PathFacts): Readonly<Record<StepId, StepState>> {
  const step = (done: boolean, ready: boolean): StepState =>
    done ? 'done' : ready ? 'open' : 'blocked';
  return {
    keys: step(facts.provenKeys > 0 && facts.provenKeys === facts.keys, true),
    keystore: step(facts.keystoreReady, facts.keys > 0),
    board: step(facts.boardInspected, true),
    burn: step(facts.burned, facts.keystoreReady && facts.boardInspected),
    firmware: step(facts.imageAccepted, facts.keys > 0),
    update: step(facts.updateProven, facts.burned && facts.imageAccepted),
    record: step(facts.records > 0, facts.burned || facts.updateProven),
  };
}

/** All steps up to the first that is not done; that one is where the person stands. */
export function nextStep(steps: Readonly<Record<StepId, StepState>>): StepId {
  return stepIds.find((id) => steps[id] !== 'done') ?? 'record';
}

export function usePath(): Readonly<Record<StepId, StepState>> {
  return deriveSteps(usePathFacts(useAppState()));
}

function usePathFacts(state: AppState): PathFacts {
  const keys = useStore(state.keys, ({ publicKeys }) => publicKeys);
  const view = useStore(state.keystore, (keystore) => keystore.view);
  const inspection = useStore(state.inspect, ({ job }) => job);
  const images = useStore(state.firmware, (firmware) => firmware.images);
  const update = useStore(state.update, ({ job }) => job.kind);
  const records = useStore(state.records, (kept) => kept.records.length);
  return {
    keys: keys.length,
    provenKeys: keys.filter((key) => key.proven).length,
    keystoreReady:
      view.slots.length > 0 &&
      view.refusals.length === 0 &&
      view.chosen.every(({ source }) => source.kind === 'imported' || source.key.proven),
    boardInspected: inspection.kind === 'done',
    burned: inspection.kind === 'done' && inspection.findings.state.kind === 'complete',
    imageAccepted: images.some(({ verdict }) => verdict?.ok === true),
    updateProven: update === 'proven',
    records,
  };
}
