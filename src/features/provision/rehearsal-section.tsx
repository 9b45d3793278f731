/** The same burn on a blank virtual board first. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useProvision } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { share, stageWords } from './progress-words.ts';

export function RehearsalSection() {
  const rehearsal = useProvision((state) => state.rehearsal);
  const route = useProvision((state) => state.route);
  const primer = useProvision((state) => state.primer);
  const burning = useProvision((state) => state.job.kind === 'running');
  const { provision } = useAppState();
  const running = rehearsal.kind === 'running';
  return (
    <Section
      title={m.burn_rehearsal()}
      description={m.burn_rehearsal_text()}
      aside={rehearsal.kind === 'green' && <Badge tone="proven">{m.burn_rehearsed()}</Badge>}
    >
      <Stack gap={3}>
        <div>
          <Button
            icon="virtual"
            busy={running}
            disabled={burning || (route === 'primer' && primer === undefined)}
            onClick={() => {
              void provision.getState().rehearse();
            }}
          >
            {m.burn_rehearse()}
          </Button>
        </div>
        {running && (
          <JobProgress
            label={m.burn_rehearsal()}
            doing={stageWords(rehearsal.progress)}
            {...share(rehearsal.progress)}
          />
        )}
        {rehearsal.kind === 'green' && (
          <Notice tone="virtual" title={m.burn_rehearsal_green()} live="status">
            {m.burn_rehearsal_green_text({
              halfwords: String(rehearsal.outcome.plan.summary.counts.new),
              slots: String(rehearsal.outcome.verification.slots.length),
            })}
          </Notice>
        )}
        {rehearsal.kind === 'red' && <ErrorNotice failure={describeFailure(rehearsal.error)} />}
      </Stack>
    </Section>
  );
}
