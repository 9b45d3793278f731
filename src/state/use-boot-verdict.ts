/** What the records of this browser say of a board that was burned. */
import { useEffect } from 'react';
import { bootVerdict, type BootVerdict, type BurnPlan } from '../core/provisioning/index.ts';
import { useAppState, useRecords } from './react.ts';
import type { StoredRecord } from './records.ts';

type Burned = Pick<BurnPlan, 'benchKind' | 'keystoreFingerprint' | 'serial'>;

/** `unproven` also where no record tells. Reads the records first. */
export function useBootVerdict(plan: Burned): BootVerdict {
  const { records } = useAppState();
  useEffect(() => {
    void records.getState().load();
  }, [records]);
  return useRecords((state) => verdictIn(state.records, plan));
}

/** The latest record that has something to say: verifying a board anew takes no proof back. */
export function verdictIn(
  latestFirst: readonly StoredRecord[],
  { benchKind, keystoreFingerprint, serial }: Burned,
): BootVerdict {
  for (const { record } of latestFirst) {
    const own =
      record.board.serial === serial &&
      record.virtual === (benchKind === 'virtual') &&
      record.keystore.fingerprint === keystoreFingerprint;
    const verdict = own ? bootVerdict(record) : 'unproven';
    if (verdict !== 'unproven') return verdict;
  }
  return 'unproven';
}
