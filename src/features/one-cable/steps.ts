/** Which of the five steps is done, which is to do now. Pure. */
import type { OneCableState } from '../../state/one-cable.ts';

export type StepName = 'connect' | 'read' | 'burn' | 'factory' | 'prove';
export type StepState = 'done' | 'now' | 'later';

const order: readonly StepName[] = ['connect', 'read', 'burn', 'factory', 'prove'];

type Known = Pick<OneCableState, 'drive' | 'reading' | 'outcome' | 'factory' | 'last'>;

/** `hasPort`: a serial port may be opened. `last` counts while this session has not read a board itself. */
export function stepStates(known: Known, hasPort: boolean): Readonly<Record<StepName, StepState>> {
  const now = order.indexOf(currentStep(known, hasPort));
  const stateOf = (step: StepName): StepState => {
    if (step === 'prove' && known.factory?.kind === 'booted') return 'done';
    const at = order.indexOf(step);
    return at === now ? 'now' : at < now ? 'done' : 'later';
  };
  return {
    connect: stateOf('connect'),
    read: stateOf('read'),
    burn: stateOf('burn'),
    factory: stateOf('factory'),
    prove: stateOf('prove'),
  };
}

function currentStep(
  { drive, reading, outcome, factory, last }: Known,
  hasPort: boolean,
): StepName {
  const hasDrive = drive.kind === 'ready' || drive.kind === 'unsupported';
  if (!hasPort || !hasDrive) return 'connect';
  if (factory !== undefined) return 'prove';
  if (outcome !== undefined) return 'factory';
  if (reading !== undefined) return 'burn';
  if (last?.factory?.phase === 'waits-for-trustzone') return 'prove';
  return last?.factory?.phase === 'writing' ? 'factory' : 'read';
}
