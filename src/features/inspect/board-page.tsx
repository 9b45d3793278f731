/** The page Board: choose a bench, bring the board into DFU mode, look at it. Changes nothing. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useInspect } from '../../state/react.ts';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { BenchChoice } from './bench-choice.tsx';
import { DfuGuide } from './dfu-guide.tsx';
import { FindingsSection } from './findings.tsx';
import { Preflight } from './preflight.tsx';

export function BoardPage() {
  const chosen = useBench((state) => state.bench !== undefined);
  const known = useInspect((state) => state.job.kind === 'done');
  return (
    <Page name={m.board_title()} lede={m.board_lede()}>
      <Preflight />
      <BenchChoice />
      {chosen && <DfuGuide />}
      {chosen && <FindingsSection />}
      <NextStep label={m.board_next()} href="#/burn" ready={known}>
        {known ? m.board_next_ready() : m.board_next_missing()}
      </NextStep>
    </Page>
  );
}
