/** The page Update: first install over DFU, then console and update over the serial line. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useUpdate } from '../../state/react.ts';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { ConsoleSection } from './console-section.tsx';
import { InfoSection } from './info-section.tsx';
import { InstallSection } from './install-section.tsx';
import { SendSection } from './send-section.tsx';

export function UpdatePage() {
  const chosen = useBench((state) => state.bench !== undefined);
  const proven = useUpdate((state) => state.job.kind === 'proven');
  return (
    <Page name={m.update_title()} lede={m.update_lede()}>
      {chosen ? (
        <>
          <InstallSection />
          <ConsoleSection />
          <InfoSection />
          <SendSection />
        </>
      ) : (
        <EmptyState
          icon="board"
          title={m.update_no_bench()}
          actions={<LinkButton href="#/board">{m.update_to_board()}</LinkButton>}
        >
          {m.update_no_bench_text()}
        </EmptyState>
      )}
      <NextStep label={m.update_next()} href="#/record" ready={proven}>
        {proven ? m.update_next_ready() : m.update_next_missing()}
      </NextStep>
    </Page>
  );
}
