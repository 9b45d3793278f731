/** One of the five steps: its number, its tense, and the job that runs in it. */
import type { ReactNode } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { OneCableStep } from '../../state/one-cable.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { RunningJob } from './running-job.tsx';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

interface CableStepProps {
  readonly number: number;
  readonly title: string;
  readonly text: string;
  readonly state: StepState;
  /** The jobs that belong here. */
  readonly jobs?: readonly OneCableStep[];
  readonly children: ReactNode;
}

export function CableStep({ number, title, text, state, jobs = [], children }: CableStepProps) {
  const store = useOneCableStore();
  const job = useOneCable((now) => now.job);
  const mine = job.kind !== 'none' && jobs.includes(job.step) ? job : undefined;
  return (
    <Section title={`${number}. ${title}`} description={text} aside={<StateBadge state={state} />}>
      <Stack gap={4}>
        {children}
        {mine?.kind === 'running' && <RunningJob job={mine} />}
        {mine?.kind === 'failed' && (
          <ErrorNotice failure={describeFailure(mine.error)} onDismiss={store.getState().dismiss} />
        )}
      </Stack>
    </Section>
  );
}

function StateBadge({ state }: { readonly state: StepState }) {
  switch (state) {
    case 'done':
      return <Badge tone="proven">{m.cable_done()}</Badge>;
    case 'now':
      return <Badge tone="info">{m.cable_now()}</Badge>;
    case 'later':
      return <Badge tone="neutral">{m.cable_later()}</Badge>;
  }
}
