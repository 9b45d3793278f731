/** Burning, installing and proving with the ST-LINK cable alone, in five steps. */
import { useEffect } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { OneCableMemory } from '../../core/provisioning/index.ts';
import { useBench } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import { BurnStep } from './burn-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import { FactoryStep } from './factory-step.tsx';
import { ProveStep } from './prove-step.tsx';
import { ReadStep } from './read-step.tsx';
import { stepStates } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

export function OneCablePage() {
  const bench = useBench((state) => state.bench);
  if (bench === undefined) {
    return (
      <Page name={m.cable_title()} lede={m.cable_lede()}>
        <EmptyState
          icon="board"
          title={m.cable_no_bench()}
          actions={
            <LinkButton kind="primary" href="#/board">
              {m.cable_to_board()}
            </LinkButton>
          }
        >
          {m.cable_no_bench_text()}
        </EmptyState>
      </Page>
    );
  }
  return <Steps virtual={bench.kind === 'virtual'} />;
}

function Steps({ virtual }: { readonly virtual: boolean }) {
  const store = useOneCableStore();
  const known = useOneCable((state) => state);
  const hasPort = useBench((state) => state.serial.length > 0);
  useLeaveGuard(known.job.kind === 'running');
  useEffect(() => {
    void store.getState().open();
  }, [store]);
  const steps = stepStates(known, hasPort);
  const booted = known.factory?.kind === 'booted';
  return (
    <Page
      name={m.cable_title()}
      lede={m.cable_lede()}
      aside={virtual && <Badge tone="virtual">{m.cable_virtual()}</Badge>}
    >
      {known.reading === undefined && known.factory === undefined && known.last !== undefined && (
        <LeftBoard last={known.last} />
      )}
      <ConnectStep state={steps.connect} />
      <ReadStep state={steps.read} hasPort={hasPort} />
      <BurnStep state={steps.burn} />
      <FactoryStep state={steps.factory} />
      <ProveStep state={steps.prove} />
      <NextStep label={m.cable_next()} href="#/update" ready={booted}>
        {booted ? m.cable_next_ready() : m.cable_next_open()}
      </NextStep>
    </Page>
  );
}

/** What an earlier tab left; nothing is lost, the journal and the board know. */
function LeftBoard({ last: { serial, factory } }: { readonly last: OneCableMemory }) {
  if (factory?.phase === 'proven') return null;
  const words =
    factory === undefined
      ? m.cable_last_read()
      : factory.phase === 'writing'
        ? m.cable_last_factory()
        : m.cable_last_prove();
  return (
    <Notice tone="info" title={m.cable_last({ serial })}>
      {words}
    </Notice>
  );
}
