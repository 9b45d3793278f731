/** Before otp.bin is saved: whose secret it carries, and whether it is to be what wolfBoot's tool writes. */
import { useState } from 'react';
import { otpDifferences } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { ChoiceField, SwitchField } from '../../ui/kit/fields.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { differenceWords, isHarmless } from './difference-words.ts';
import styles from './keystore.module.css';

interface OtpDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function OtpDialog({ opened, onClose }: OtpDialogProps) {
  return (
    <Dialog title={m.keystore_otp_title()} opened={opened} onClose={onClose} careful>
      <OtpForm onClose={onClose} />
    </Dialog>
  );
}

type Uds = 'random' | 'none';

function OtpForm({ onClose }: Pick<OtpDialogProps, 'onClose'>) {
  const texts = useKitTexts();
  const saveOtp = useKeystore((state) => state.saveOtp);
  const [uds, setUds] = useState<Uds>('random');
  const [upstreamCompatible, setUpstreamCompatible] = useState(false);
  return (
    <>
      <ChoiceField
        label={m.keystore_uds()}
        value={uds}
        onChange={setUds}
        choices={[
          { value: 'random', label: m.keystore_uds_random() },
          { value: 'none', label: m.keystore_uds_none() },
        ]}
      />
      {uds === 'random' ? (
        <>
          <Notice tone="caution">{m.keystore_otp_text()}</Notice>
          <p>{m.keystore_otp_once()}</p>
        </>
      ) : (
        <p>{m.keystore_uds_none_text()}</p>
      )}
      <SwitchField
        label={m.keystore_upstream()}
        description={m.keystore_upstream_hint()}
        checked={upstreamCompatible}
        onChange={setUpstreamCompatible}
      />
      {upstreamCompatible && <Differences />}
      <div className="kf-actions">
        <Button onClick={onClose} autoFocus>
          {texts.cancel}
        </Button>
        <Button
          onClick={() => {
            void saveOtp({ uds, upstreamCompatible });
            onClose();
          }}
        >
          {uds === 'random' ? m.keystore_otp_do() : m.keystore_otp_do_open()}
        </Button>
      </div>
    </>
  );
}

function Differences() {
  const { profile, slots } = useKeystore((state) => state.view);
  const differences = otpDifferences(profile, slots);
  if (differences.length === 0) {
    return (
      <Notice tone="proven" live="status">
        {m.keystore_difference_none()}
      </Notice>
    );
  }
  const harmless = differences.every(isHarmless);
  return (
    <Notice
      tone={harmless ? 'info' : 'irreversible'}
      title={harmless ? m.keystore_difference_some() : m.keystore_difference_wrong()}
      live="status"
    >
      <ul className={styles.warnings} aria-label={m.keystore_difference_list()}>
        {differences.map((difference) => (
          <li key={difference.message}>{differenceWords(difference)}</li>
        ))}
      </ul>
    </Notice>
  );
}
