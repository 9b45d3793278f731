/** How long a job will still take, as far as can be told. */
import { useState } from 'react';
import { useAppState } from './react.ts';

/** Too early to tell before this share is done. */
const tellingShare = 0.03;

/** Milliseconds, from how long the part that is done has taken. Begins anew when a job begins anew. */
export function useRemaining({
  done,
  total,
}: {
  readonly done: number;
  readonly total: number;
}): number | undefined {
  const { clock } = useAppState().services;
  const [since, setSince] = useState(() => ({ done, atMs: clock.nowMs() }));
  if (done < since.done) setSince({ done, atMs: clock.nowMs() });
  const share = (done - since.done) / Math.max(1, total - since.done);
  if (share < tellingShare) return undefined;
  return ((clock.nowMs() - since.atMs) / share) * (1 - share);
}
