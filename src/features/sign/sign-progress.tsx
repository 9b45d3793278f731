/** A signature while it is made, for the keys that take long: how far, how long still, the way to stop. */
import type { CryptoProgress } from '../../core/crypto/index.ts';
import { formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useFirmware } from '../../state/react.ts';
import type { SigningStage } from '../../state/sign-image.ts';
import { useRemaining } from '../../state/use-remaining.ts';
import { StoppableJob } from '../../ui/kit/stoppable-job.tsx';

const stageWords: Readonly<Record<SigningStage, () => string>> = {
  sign: m.firmware_signing,
  patch: m.sign_stage_patch,
  encrypt: m.sign_stage_encrypt,
};

export function SignProgress() {
  const progress = useFirmware((state) => state.progress);
  return progress === undefined ? null : <Running progress={progress} />;
}

function Running({ progress }: { readonly progress: CryptoProgress }) {
  const stage = useFirmware((state) => state.stage);
  const cancel = useFirmware((state) => state.cancel);
  const remainingMs = useRemaining(progress);
  return (
    <StoppableJob
      doing={stageWords[stage ?? 'sign']()}
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
