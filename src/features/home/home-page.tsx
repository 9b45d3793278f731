/** The guide: what Keyfuse is, which board to begin with, the seven steps, what to know before. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { nextStep, usePath } from '../../state/path.ts';
import { useBench } from '../../state/react.ts';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { NextStep, Page, Section } from '../../ui/kit/page.tsx';
import { BoardChoice } from './board-choice.tsx';
import { stepLinks, StepList } from './step-list.tsx';

export function HomePage() {
  const steps = usePath();
  const chosen = useBench(({ bench }) => bench !== undefined);
  const activity = useBench((state) => state.activity);
  const dismiss = useBench((state) => state.dismiss);
  const next = stepLinks[nextStep(steps)];
  return (
    <Page name={m.nav_guide()} lede={m.home_lede()}>
      {activity.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
      <BoardChoice />
      <Section title={m.home_path()} description={m.home_path_text()}>
        <StepList steps={steps} />
        <p>
          {m.cable_only_one()} <a href="#/one-cable">{m.cable_go()}</a>
        </p>
      </Section>
      <Section title={m.home_learn()}>
        <Stack gap={2}>
          <Disclosure label={m.home_learn_undo()}>{m.home_learn_undo_text()}</Disclosure>
          <Disclosure label={m.home_learn_lose()}>{m.home_learn_lose_text()}</Disclosure>
          <Disclosure label={m.home_learn_where()}>{m.home_learn_where_text()}</Disclosure>
        </Stack>
      </Section>
      <NextStep label={m.continue_to({ page: next.name() })} href={`#${next.path}`} ready={chosen}>
        {next.text()}
      </NextStep>
    </Page>
  );
}
