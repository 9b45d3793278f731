/** A long job of the keyring while it runs: how far, how long still, and the way to stop it. */
import type { CryptoProgress } from '../../core/crypto/index.ts';
import { formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import { useRemaining } from '../../state/use-remaining.ts';
import { StoppableJob } from '../../ui/kit/stoppable-job.tsx';

export function KeyProgress() {
  const progress = useKeys((state) => state.progress);
  return progress === undefined ? null : <Running progress={progress} />;
}

function Running({ progress }: { readonly progress: CryptoProgress }) {
  const making = useKeys(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'generate',
  );
  const cancel = useKeys((state) => state.cancel);
  const remainingMs = useRemaining(progress);
  return (
    <StoppableJob
      doing={making ? m.keys_making_progress() : m.keys_working_progress()}
      done={progress.done}
      total={progress.total}
      remaining={
        remainingMs === undefined
          ? undefined
          : m.keys_remaining({ time: formatDuration(remainingMs) })
      }
      stopLabel={m.keys_stop()}
      onStop={cancel}
    />
  );
}
