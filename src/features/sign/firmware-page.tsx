/** Firmware: sign it as one version after the other, and hear what the bootloader would say. */
import { useEffect } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useFirmware, useKeystore } from '../../state/react.ts';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { ImagesSection } from './images-section.tsx';
import { InputsSection } from './inputs-section.tsx';
import { SignProgress } from './sign-progress.tsx';
import { SignSection } from './sign-section.tsx';

export function FirmwarePage() {
  const activity = useFirmware((state) => state.activity);
  const dismiss = useFirmware((state) => state.dismiss);
  const images = useFirmware((state) => state.images);
  const accepted = images.filter(({ verdict }) => verdict?.ok === true).length;
  useFreshVerdicts();
  return (
    <Page name={m.nav_firmware()} lede={m.firmware_lede()}>
      {activity.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
      <InputsSection />
      <SignSection />
      <SignProgress />
      <ImagesSection />
      <NextStep
        label={m.continue_to({ page: m.nav_update() })}
        href="#/update"
        ready={accepted > 1}
      >
        {accepted === 0 ? m.firmware_next_none() : m.firmware_next_done({ count: accepted })}
      </NextStep>
    </Page>
  );
}

/** A verdict is about the keystore of its time: judge again whenever that has changed. */
function useFreshVerdicts(): void {
  const { firmware } = useAppState();
  const slots = useKeystore(({ view }) => view.fingerprint);
  const profile = useKeystore(({ view }) => view.profile);
  useEffect(() => {
    void firmware.getState().judgeAll();
  }, [firmware, slots, profile]);
}
