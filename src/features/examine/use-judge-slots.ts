/** The keys that files are judged by, as they stand now. */
import type { KeystoreSlot } from '../../core/wolfboot/index.ts';
import { slotsOfJudge } from '../../state/examine.ts';
import { useAppState, useInspect, useKeystore } from '../../state/react.ts';
import { useExamine } from '../../state/use-examine.ts';

export function useJudgeSlots(): readonly KeystoreSlot[] {
  const state = useAppState();
  const judge = useExamine((examine) => examine.judge);
  const keystoreFile = useExamine((examine) => examine.keystoreFile);
  // Read again when these change.
  useKeystore(({ view }) => view);
  useInspect(({ job }) => job);
  return slotsOfJudge({ judge, keystoreFile }, state);
}
