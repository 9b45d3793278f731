/** The page Console: the serial line by hand, and what the board says of itself beside the plan. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { Page } from '../../ui/kit/page.tsx';
import { BoardSection } from './board-section.tsx';
import { BootsSection } from './boots-section.tsx';
import { LineSection } from './line-section.tsx';
import { ScreenSection } from './screen-section.tsx';
import { TransferSection } from './transfer-section.tsx';

export function ConsolePage() {
  const chosen = useBench((state) => state.bench !== undefined);
  return (
    <Page name={m.console_title()} lede={m.console_lede()}>
      {chosen ? (
        <>
          <LineSection />
          <ScreenSection />
          <BoardSection />
          <BootsSection />
          <TransferSection />
        </>
      ) : (
        <EmptyState
          icon="board"
          title={m.console_no_bench()}
          actions={<LinkButton href="#/board">{m.update_to_board()}</LinkButton>}
        >
          {m.update_no_bench_text()}
        </EmptyState>
      )}
    </Page>
  );
}
