/** Whether a copy of a key may sign. */
import type { KeyStanding, StatefulKeyFacts } from './types.ts';
import type { StateEntry } from './witness.ts';

/**
 * Judges a copy by what the witnesses know. A copy that is ahead of them was used elsewhere and
 * came back: its own index counts, nobody has signed beyond it.
 */
export function judge(
  { nextIndex }: StatefulKeyFacts,
  highest: StateEntry | undefined,
  vaultEpoch: string | undefined,
): KeyStanding {
  if (!highest) return { kind: 'suspended', reason: 'unknown-history', lowestSafeIndex: nextIndex };
  const { reservedUpTo } = highest;
  const lowestSafeIndex = nextIndex > reservedUpTo ? nextIndex : reservedUpTo;
  if (nextIndex < reservedUpTo)
    return { kind: 'suspended', reason: 'rolled-back', lowestSafeIndex };
  const isOfOtherVault =
    vaultEpoch !== undefined &&
    highest.vaultEpoch !== undefined &&
    highest.vaultEpoch !== vaultEpoch;
  return isOfOtherVault
    ? { kind: 'suspended', reason: 'other-vault', lowestSafeIndex }
    : { kind: 'trusted' };
}
