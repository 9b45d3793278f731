/** A long job of the keyring while it runs: how far, how long still, and the way to stop it. */
import { useState } from 'react';
import type { Clock } from '../../core/ports/index.ts';
import type { CryptoProgress } from '../../core/crypto/index.ts';
import { formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import styles from './keys.module.css';

export function KeyProgress() {
  const progress = useKeys((state) => state.progress);
  return progress === undefined ? null : <Running progress={progress} />;
}

function Running({ progress }: { readonly progress: CryptoProgress }) {
  const making = useKeys(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'generate',
  );
  const cancel = useKeys((state) => state.cancel);
  const { clock } = useAppState().services;
  const remainingMs = useRemaining(progress, clock);
  const words = making ? m.keys_making_progress() : m.keys_working_progress();
  return (
    <div className={styles.progress}>
      <JobProgress
        label={words}
        doing={words}
        done={progress.done}
        total={progress.total}
        detail={
          remainingMs === undefined ? '…' : m.keys_remaining({ time: formatDuration(remainingMs) })
        }
      />
      <Button size="small" icon="stop" onClick={cancel}>
        {m.keys_stop()}
      </Button>
    </div>
  );
}

/** Too early to tell before this share is done. */
const tellingShare = 0.03;

/** From how long the part that is done has taken. Begins anew with the next of several keys. */
function useRemaining({ done, total }: CryptoProgress, clock: Clock): number | undefined {
  const [since, setSince] = useState(() => ({ done, atMs: clock.nowMs() }));
  if (done < since.done) setSince({ done, atMs: clock.nowMs() });
  const share = (done - since.done) / Math.max(1, total - since.done);
  if (share < tellingShare) return undefined;
  return ((clock.nowMs() - since.atMs) / share) * (1 - share);
}
