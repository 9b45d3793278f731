/** Erasing all of the board's flash: folded away, with its own reading, typed confirmation and proof. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import type { MassErasePlan, MassEraseProgress } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes, formatCount, formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { useMassErase, useMassEraseStore } from '../../state/use-flash-project.ts';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { IrreversibleButton } from '../../ui/confirm/irreversible-button.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import { RefusalNotice } from './refusal-notice.tsx';

export function EraseSection() {
  const running = useMassErase((state) => state.job.kind === 'running');
  useLeaveGuard(running);
  return (
    <Section title={m.erase_title()} description={m.erase_text()}>
      <Disclosure label={m.erase_open()} onDemand>
        <Erase />
      </Disclosure>
    </Section>
  );
}

function Erase() {
  const store = useMassEraseStore();
  const planned = useMassErase((state) => state.planned);
  const job = useMassErase((state) => state.job);
  const activity = useMassErase((state) => state.activity);
  const inDfu = useBench((state) => state.usb.length > 0);
  const { plan, cancel, startOver } = store.getState();
  const failure = activity.kind === 'failed' ? activity.error : undefined;
  return (
    <Stack gap={4}>
      {job.kind === 'running' ? (
        <Running progress={job.progress} cancelling={job.cancelling} onCancel={cancel} />
      ) : (
        <Row>
          <Button
            icon="refresh"
            disabled={!inDfu}
            busy={activity.kind === 'busy' && activity.what === 'plan'}
            onClick={() => void plan()}
          >
            {m.erase_plan()}
          </Button>
          {!inDfu && <span>{m.flash_needs_dfu()}</span>}
        </Row>
      )}
      {failure && <ErrorNotice failure={describeFailure(failure)} onDismiss={startOver} />}
      {planned?.kind === 'refused' && <RefusalNotice reasons={planned.reasons} />}
      {job.kind === 'stopped' && <ErrorNotice failure={describeFailure(job.error)} />}
      {planned?.kind === 'plan' && (job.kind === 'none' || job.kind === 'stopped') && (
        <TypedYes plan={planned.plan} />
      )}
      {job.kind === 'done' && (
        <Notice tone="proven" live="status" title={m.erase_done()}>
          <p>
            {m.erase_done_text({
              size: formatBytes(job.outcome.blank.sizeBytes),
              sectors: formatCount(job.outcome.blank.sectors),
              time: formatDuration(job.outcome.eraseMs),
            })}
          </p>
          <p>{job.outcome.otp === 'same' ? m.erase_otp_same() : m.erase_otp_unread()}</p>
        </Notice>
      )}
    </Stack>
  );
}

interface RunningProps {
  readonly progress: MassEraseProgress | undefined;
  readonly cancelling: boolean;
  readonly onCancel: () => void;
}

function Running({ progress, cancelling, onCancel }: RunningProps) {
  const words = {
    inspecting: m.erase_inspecting,
    erasing: m.erase_erasing,
    verifying: m.erase_verifying,
  } as const;
  return (
    <>
      <JobProgress
        label={m.erase_running()}
        doing={words[progress?.stage ?? 'inspecting']()}
        done={progress?.doneBytes ?? 0}
        total={progress?.totalBytes ?? 0}
        tone="irreversible"
        detail={
          progress?.remainingMs === undefined
            ? '…'
            : m.flash_left({ time: formatDuration(progress.remainingMs) })
        }
      />
      <Row>
        <Button icon="stop" disabled={cancelling} onClick={onCancel}>
          {progress?.cancelling === 'finishes-step' ? m.burn_finish_safely() : m.burn_cancel()}
        </Button>
      </Row>
    </>
  );
}

function TypedYes({ plan }: { readonly plan: MassErasePlan }) {
  const { start } = useMassEraseStore().getState();
  const required = useMassErase((state) => state.required);
  const [boardTail, setBoardTail] = useState('');
  const [word, setWord] = useState('');
  if (required === undefined) return null;
  const matches = sameFact(boardTail, required.boardTail) && sameFact(word, required.word);
  return (
    <Stack gap={3}>
      <Facts
        facts={[
          { name: m.burn_board(), value: plan.boardName },
          { name: m.burn_serial(), value: plan.serial, mono: true },
          {
            name: m.erase_range(),
            value: `${hexNumber(plan.address, 8)} – ${hexNumber(plan.address + plan.sizeBytes - 1, 8)}`,
            mono: true,
          },
        ]}
      />
      <Notice tone="irreversible" title={m.erase_means()}>
        <p>{m.erase_means_text({ size: formatBytes(plan.sizeBytes) })}</p>
        {plan.cautions.includes('trustzone-on') && <p>{m.flash_problem_trustzone()}</p>}
        {plan.cautions.includes('state-not-readable') && <p>{m.erase_state_unread()}</p>}
      </Notice>
      <FactField
        label={m.erase_type_board()}
        description={m.burn_confirm_board_text({ serial: plan.serial })}
        expected={required.boardTail}
        value={boardTail}
        onChange={setBoardTail}
      />
      <FactField
        label={m.flash_type_word({ word: required.word })}
        expected={required.word}
        value={word}
        onChange={setWord}
      />
      <IrreversibleButton
        disabled={!matches}
        reason={m.burn_confirm_first()}
        onPress={() => void start({ boardTail, word })}
      >
        {m.erase_start()}
      </IrreversibleButton>
    </Stack>
  );
}
