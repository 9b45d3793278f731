/** What happens, where it stopped, or what was done and what was not; it stays until something else begins. */
import { hexNumber } from '../../core/bytes/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { FlashJob } from '../../state/flash-project.ts';
import { useBench } from '../../state/react.ts';
import { useFlashProject, useFlashProjectStore } from '../../state/use-flash-project.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { BurnHands } from './burn-hands.tsx';
import { doingWords, omissionWords, paceWords } from './flash-words.ts';
import { StepLines } from './step-lines.tsx';
import styles from './flash.module.css';

export function OutcomeSection() {
  const job = useFlashProject((state) => state.job);
  switch (job.kind) {
    case 'none':
      return null;
    case 'running':
      return <Running job={job} />;
    case 'stopped':
      return <Stopped job={job} />;
    case 'done':
      return <Done job={job} />;
  }
}

type Job<Kind extends FlashJob['kind']> = { readonly job: Extract<FlashJob, { kind: Kind }> };

function Running({ job: { plan, progress, cancelling } }: Job<'running'>) {
  const { cancel } = useFlashProjectStore().getState();
  const counted = progress !== undefined && 'doneBytes' in progress ? progress : undefined;
  const burning = progress?.stage === 'burning' ? progress.burn : undefined;
  const safely = burning?.cancelling === 'finishes-step';
  return (
    <Section title={m.flash_running()}>
      <Stack gap={4}>
        <JobProgress
          label={m.flash_running()}
          doing={doingWords(progress, plan.project.parts)}
          done={counted?.doneBytes ?? 0}
          total={counted?.totalBytes ?? 0}
          detail={paceWords(progress) ?? '…'}
          tone={burning === undefined ? 'info' : 'irreversible'}
        />
        <BurnHands progress={burning} />
        <StepLines plan={plan} state={{ kind: 'running', step: progress?.step ?? 0 }} />
        <Row>
          <Button icon="stop" disabled={cancelling} onClick={cancel}>
            {safely ? m.burn_finish_safely() : m.burn_cancel()}
          </Button>
          {cancelling && <span role="status">{m.burn_cancelling()}</span>}
        </Row>
      </Stack>
    </Section>
  );
}

function Stopped({ job: { plan, step, error } }: Job<'stopped'>) {
  return (
    <Section title={m.flash_stopped()} description={m.flash_stopped_text()}>
      <Stack gap={4}>
        {error.code === 'cancelled' ? (
          <Notice tone="caution" live="status" title={m.flash_cancelled()} actions={<GoOn />}>
            {m.flash_cancelled_text()}
          </Notice>
        ) : (
          <ErrorNotice failure={describeFailure(error)} actions={<GoOn />} />
        )}
        <StepLines plan={plan} state={{ kind: 'stopped', step }} />
      </Stack>
    </Section>
  );
}

function GoOn() {
  const { resume, startOver } = useFlashProjectStore().getState();
  const inDfu = useBench((state) => state.usb.length > 0);
  return (
    <>
      <Button kind="primary" icon="play" disabled={!inDfu} onClick={() => void resume()}>
        {m.flash_resume()}
      </Button>
      {!inDfu && <LinkButton href="#/board">{m.flash_into_dfu()}</LinkButton>}
      <Button kind="quiet" onClick={startOver}>
        {m.flash_plan_anew()}
      </Button>
    </>
  );
}

function Done({ job: { outcome, report } }: Job<'done'>) {
  const { startOver } = useFlashProjectStore().getState();
  const { plan, runs, resumed } = outcome;
  const nothing = report.writtenSectors === 0 && outcome.burn?.kind !== 'burned';
  return (
    <Section title={m.flash_done()}>
      <Stack gap={4}>
        <Notice
          tone="proven"
          live="status"
          title={nothing ? m.flash_done_nothing() : m.flash_done_title()}
        >
          <p>
            {m.flash_done_text({
              written: formatCount(report.writtenSectors),
              size: formatBytes(report.writtenBytes),
              kept: formatCount(report.keptSectors),
            })}
          </p>
          {resumed && <p>{m.flash_done_resumed()}</p>}
          {plan.benchKind === 'virtual' && <p>{m.flash_done_virtual()}</p>}
        </Notice>
        <StepLines plan={plan} state={{ kind: 'done', runs }} />
        <div>
          <h3>{m.flash_not_done()}</h3>
          <ul className={styles.omissions}>
            {report.notDone.map((word) => (
              <li key={word}>{omissionWords(word)}</li>
            ))}
          </ul>
        </div>
        {(report.cleared.length > 0 || report.paddingBytes > 0) && (
          <Disclosure label={m.flash_cleared()}>
            <p>{m.flash_cleared_text({ padding: formatBytes(report.paddingBytes) })}</p>
            <ul className={styles.plain}>
              {report.cleared.map(({ address, lengthBytes }) => (
                <li key={address} className="kf-mono">
                  {hexNumber(address, 8)} – {hexNumber(address + lengthBytes - 1, 8)}
                </li>
              ))}
            </ul>
          </Disclosure>
        )}
        <Row>
          <Button icon="refresh" onClick={startOver}>
            {m.flash_again()}
          </Button>
        </Row>
      </Stack>
    </Section>
  );
}
