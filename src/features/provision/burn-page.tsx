/** From an agreed keystore to proven silicon: rehearse, read and plan, understand, confirm, burn, verify. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useKeystore, useProvision } from '../../state/react.ts';
import { Arrival } from '../../ui/kit/arrival.tsx';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import { ConfirmSection } from './confirm-section.tsx';
import { ConsequenceSheet } from './consequence-sheet.tsx';
import { PlanSection } from './plan-section.tsx';
import { PossibleNotice } from './possible-notice.tsx';
import { PrimerLeftSection } from './primer-left-section.tsx';
import { RehearsalSection } from './rehearsal-section.tsx';
import { RunSection } from './run-section.tsx';
import { VerdictSection } from './verdict-section.tsx';
import { WhatSection } from './what-section.tsx';

export function BurnPage() {
  const slots = useKeystore((state) => state.view.slots.length);
  const bench = useBench((state) => state.bench);
  const burn = useProvision((state) => state.job);
  const planned = useProvision((state) => state.planned);
  useLeaveGuard(burn.kind === 'running');
  if (slots === 0 || bench === undefined) {
    return (
      <Page name={m.page_burn()} lede={m.burn_lede()}>
        <PrimerLeftSection />
        <Missing what={slots === 0 ? 'keystore' : 'board'} />
      </Page>
    );
  }
  const plan = planned?.kind === 'plan' ? planned.plan : undefined;
  const underWay = burn.kind === 'running' || burn.kind === 'done';
  return (
    <Page name={m.page_burn()} lede={m.burn_lede()}>
      <PrimerLeftSection />
      <Outcome />
      <PossibleNotice />
      <WhatSection locked={underWay} />
      <RehearsalSection />
      <PlanSection />
      {plan !== undefined && <ConsequenceSheet consequences={plan.consequences} />}
      {plan !== undefined && !underWay && <ConfirmSection plan={plan} />}
      <NextStep
        label={m.burn_continue()}
        href="#/firmware"
        ready={burn.kind === 'done' && burn.outcome.verification.ok}
      >
        {burn.kind === 'done' ? m.burn_next_done() : m.burn_next_open()}
      </NextStep>
    </Page>
  );
}

/** What happens or has happened stands first; what led to it stays below. */
function Outcome() {
  const burn = useProvision((state) => state.job);
  if (burn.kind === 'none') return null;
  return (
    <Arrival key={burn.kind}>
      {burn.kind === 'done' ? <VerdictSection outcome={burn.outcome} /> : <RunSection />}
    </Arrival>
  );
}

function Missing({ what }: { readonly what: 'keystore' | 'board' }) {
  const keystore = what === 'keystore';
  return (
    <EmptyState
      icon={keystore ? 'key' : 'board'}
      title={keystore ? m.burn_no_keystore() : m.burn_no_board()}
      actions={
        <LinkButton href={keystore ? '#/keystore' : '#/board'} kind="primary">
          {keystore ? m.burn_to_keystore() : m.burn_to_board()}
        </LinkButton>
      }
    >
      <p>{keystore ? m.burn_no_keystore_text() : m.burn_no_board_text()}</p>
    </EmptyState>
  );
}
