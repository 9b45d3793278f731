/** Keystore: which public keys, in which slots, for which bootloader; the bytes and the files of it. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys, useKeystore } from '../../state/react.ts';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { NextStep, Page, Section } from '../../ui/kit/page.tsx';
import { BootloaderSection } from './bootloader-section.tsx';
import { FilesSection } from './files-section.tsx';
import { ImageSection } from './image-section.tsx';
import { ImportButton } from './import-button.tsx';
import { SlotsSection } from './slots-section.tsx';

export function KeystorePage() {
  const activity = useKeystore((state) => state.activity);
  const dismiss = useKeystore((state) => state.dismiss);
  const view = useKeystore((state) => state.view);
  const imported = useKeystore((state) => state.imported.length);
  const keys = useKeys((state) => state.keys.length);
  const nothing = keys === 0 && imported === 0;
  const fits = view.slots.length > 0 && view.refusals.length === 0;
  const proven = view.chosen.every(({ source }) => source.kind === 'imported' || source.key.proven);
  return (
    <Page name={m.nav_keystore()} lede={m.keystore_lede()}>
      {activity.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
      <BootloaderSection />
      {nothing ? (
        <Section title={m.keystore_slots()}>
          <EmptyState
            icon="slots"
            title={m.keystore_empty()}
            actions={
              <>
                <LinkButton href="#/keys" kind="primary">
                  {m.keystore_to_keys()}
                </LinkButton>
                <ImportButton />
              </>
            }
          >
            {m.keystore_empty_text()}
          </EmptyState>
        </Section>
      ) : (
        <>
          <SlotsSection />
          <ImageSection />
          {fits && <FilesSection />}
        </>
      )}
      <NextStep
        label={m.continue_to({ page: m.nav_board() })}
        href="#/board"
        ready={fits && proven}
      >
        {!fits
          ? m.keystore_next_refused()
          : proven
            ? m.keystore_next_done({ count: view.slots.length })
            : m.keystore_next_unproven()}
      </NextStep>
    </Page>
  );
}
