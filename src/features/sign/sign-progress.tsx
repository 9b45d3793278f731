/** A signature while it is made, for the keys that take long: how far, how long still, the way to stop. */
import type { CryptoProgress } from '../../core/crypto/index.ts';
import { formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useFirmware } from '../../state/react.ts';
import { useRemaining } from '../../state/use-remaining.ts';
import { StoppableJob } from '../../ui/kit/stoppable-job.tsx';

export function SignProgress() {
  const progress = useFirmware((state) => state.progress);
  return progress === undefined ? null : <Running progress={progress} />;
}

function Running({ progress }: { readonly progress: CryptoProgress }) {
  const cancel = useFirmware((state) => state.cancel);
  const remainingMs = useRemaining(progress);
  return (
    <StoppableJob
      doing={m.firmware_signing()}
      done={progress.done}
      total={progress.total}
      remaining={
        remainingMs === undefined
          ? undefined
          : m.keys_remaining({ time: formatDuration(remainingMs) })
      }
      stopLabel={m.firmware_stop()}
      onStop={cancel}
    />
  );
}
