/**
 * The page Board: choose a bench, bring the board into DFU mode, look at it; one that may be opened is looked at by
 * itself. Changes nothing.
 */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useInspect } from '../../state/react.ts';
import { useLookWhenConnected } from '../../state/use-board-standing.ts';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { BenchChoice } from './bench-choice.tsx';
import { DfuGuide } from './dfu-guide.tsx';
import { FindingsSection } from './findings.tsx';
import { StandingSection } from './standing-section.tsx';
import { Preflight } from './preflight.tsx';

export function BoardPage() {
  const chosen = useBench((state) => state.bench !== undefined);
  useLookWhenConnected();
  const known = useInspect((state) => state.job.kind === 'done');
  return (
    <Page name={m.board_title()} lede={m.board_lede()}>
      <Preflight />
      <BenchChoice />
      {chosen && <DfuGuide />}
      {chosen && <FindingsSection />}
      {known && <StandingSection />}
      {chosen && (
        <p>
          <a href="#/flash">{m.flash_link()}</a>: {m.flash_link_text()}
        </p>
      )}
      <NextStep label={m.board_next()} href="#/burn" ready={known}>
        {known ? m.board_next_ready() : m.board_next_missing()}
      </NextStep>
    </Page>
  );
}
