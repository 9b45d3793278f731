/** Whole projects into flash: what, where, the plan, the confirmation, what happened. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { useFlashProject } from '../../state/use-flash-project.ts';
import { Arrival } from '../../ui/kit/arrival.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import { EraseSection } from './erase-section.tsx';
import { MapSection } from './map-section.tsx';
import { OptionsSection } from './options-section.tsx';
import { OutcomeSection } from './outcome-section.tsx';
import { PartsSection } from './parts-section.tsx';
import { PlanSection } from './plan-section.tsx';

export function FlashPage() {
  const job = useFlashProject((state) => state.job.kind);
  const chosen = useBench((state) => state.bench !== undefined);
  useLeaveGuard(job === 'running');
  return (
    <Page name={m.flash_title()} lede={m.flash_lede()}>
      {job !== 'none' && (
        <Arrival key={job}>
          <OutcomeSection />
        </Arrival>
      )}
      <PartsSection />
      <MapSection />
      {chosen && job !== 'running' && <PlanSection />}
      {chosen && <OptionsSection />}
      {chosen && <EraseSection />}
      <NextStep
        label={chosen ? m.flash_next() : m.flash_to_board()}
        href={chosen ? '#/update' : '#/board'}
        ready={job === 'done'}
      >
        {chosen ? m.flash_next_text() : m.flash_no_board()}
      </NextStep>
    </Page>
  );
}
