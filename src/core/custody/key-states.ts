/** The records of all stateful keys, and taking a key into use. */
import { createHeldKey } from './held-key.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { isAppError } from '../errors.ts';
import { judge } from './standing.ts';
import type { KeyStanding, KeyStateParts, KeyStates, StatefulKeyFacts } from './types.ts';
import type { StateEntry } from './witness.ts';

export function openKeyStates(parts: KeyStateParts): KeyStates {
  const { vaultEpoch } = parts;
  const ledgers = new Map<string, Ledger>();

  /** One ledger a key, so that all holders in this tab wait for one another. */
  function ledgerOf(fingerprint: string): Ledger {
    const known = ledgers.get(fingerprint);
    if (known) return known;
    const ledger = openLedger(parts, fingerprint);
    ledgers.set(fingerprint, ledger);
    return ledger;
  }

  return {
    establish({ fingerprint, nextIndex }) {
      const ledger = ledgerOf(fingerprint);
      return ledger.exclusively(async () => {
        if (await ledger.highest()) return;
        await ledger.claim(nextIndex, nextIndex, 1);
      });
    },

    async hold(given, options = {}) {
      const ledger = ledgerOf(given.fingerprint);
      const judged = async (record: Promise<StateEntry | undefined>): Promise<Judged> => {
        const highest = await record;
        const sealed = (await options.sealedFloor?.()) ?? given.nextIndex;
        const nextIndex = sealed > given.nextIndex ? sealed : given.nextIndex;
        const facts = { ...given, nextIndex };
        return { facts, standing: judge(facts, highest, vaultEpoch) };
      };
      const found = await ledger
        .exclusively(() => judged(ledger.highest()))
        .catch(async (error: unknown) => {
          if (!isAppError(error, 'key-state-busy')) throw error;
          const unlocked = await judged(ledger.peek());
          if (unlocked.standing.kind === 'suspended') throw error;
          return unlocked;
        });
      return createHeldKey({ ...found, options, ledger, vaultEpoch });
    },
  };
}

interface Judged {
  readonly facts: StatefulKeyFacts;
  readonly standing: KeyStanding;
}
