/** Reading the board, the plan, and the yes that it takes. */
import { useState } from 'react';
import type { FlashPlan } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { useFlashProject, useFlashProjectStore } from '../../state/use-flash-project.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { IrreversibleButton } from '../../ui/confirm/irreversible-button.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { SwitchField } from '../../ui/kit/fields.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { ProblemList } from './problem-list.tsx';
import { StepLines } from './step-lines.tsx';

export function PlanSection() {
  const store = useFlashProjectStore();
  const planned = useFlashProject((state) => state.planned);
  const parts = useFlashProject((state) => state.parts);
  const activity = useFlashProject((state) => state.activity);
  const readFirst = useFlashProject((state) => state.readFirst);
  const done = useFlashProject((state) => state.job.kind !== 'none');
  const inDfu = useBench((state) => state.usb.length > 0);
  const { plan, setReadFirst, dismiss } = store.getState();
  if (done) return null;
  const failure =
    activity.kind === 'failed' && activity.what !== 'open' ? activity.error : undefined;
  return (
    <Section title={m.flash_plan()} description={m.flash_plan_text()}>
      <Stack gap={4}>
        <SwitchField
          label={m.flash_read_first()}
          description={m.flash_read_first_text()}
          checked={readFirst}
          onChange={setReadFirst}
        />
        <Row>
          <Button
            kind={parts.length > 0 && planned === undefined ? 'primary' : 'default'}
            icon="refresh"
            busy={activity.kind === 'busy' && activity.what === 'plan'}
            disabled={!inDfu || parts.length === 0}
            onClick={() => void plan()}
          >
            {m.flash_make_plan()}
          </Button>
          {!inDfu && <LinkButton href="#/board">{m.flash_into_dfu()}</LinkButton>}
        </Row>
        {failure && <ErrorNotice failure={describeFailure(failure)} onDismiss={dismiss} />}
        {planned?.kind === 'refused' && (
          <Notice tone="failure" live="alert" title={m.flash_refused()}>
            <ProblemList problems={planned.problems} parts={parts} />
          </Notice>
        )}
        {planned?.kind === 'plan' && <Planned plan={planned.plan} />}
      </Stack>
    </Section>
  );
}

function Planned({ plan }: { readonly plan: FlashPlan }) {
  return (
    <Stack gap={4}>
      {plan.continues && (
        <Notice tone="info" title={m.flash_continues()}>
          {m.flash_continues_text()}
        </Notice>
      )}
      <Facts
        facts={[
          { name: m.burn_board(), value: plan.boardName },
          { name: m.burn_serial(), value: plan.serial, mono: true },
        ]}
      />
      <Facts
        narrow
        facts={[
          {
            name: m.burn_plan_hash(),
            value: <Fingerprint hex={plan.hash} of={m.burn_plan_hash()} />,
          },
        ]}
      />
      <StepLines plan={plan} state={{ kind: 'planned' }} />
      <ProblemList
        problems={plan.warnings.filter((one) => !plan.project.problems.includes(one))}
        parts={plan.project.parts}
      />
      {plan.burn?.work === 'write' ? <TypedYes plan={plan} /> : <PlainYes plan={plan} />}
    </Stack>
  );
}

function sectorCount(plan: FlashPlan): number {
  return plan.project.runs.reduce((sum, { sectors }) => sum + sectors.length, 0);
}

/** Flash can be written again; what lies there now cannot be had back. */
function PlainYes({ plan }: { readonly plan: FlashPlan }) {
  const { start } = useFlashProjectStore().getState();
  const [asking, setAsking] = useState(false);
  const sectors = formatCount(sectorCount(plan));
  return (
    <Row>
      <Button
        kind="primary"
        icon="download"
        onClick={() => {
          setAsking(true);
        }}
      >
        {m.flash_start()}
      </Button>
      <ConfirmDialog
        kind="care"
        title={m.flash_confirm({ serial: plan.serial })}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        confirmLabel={m.flash_confirm_yes()}
        onConfirm={() => void start()}
      >
        <p>{m.flash_confirm_text({ sectors })}</p>
        <p>{m.flash_confirm_keeps()}</p>
      </ConfirmDialog>
    </Row>
  );
}

/** What goes into OTP stays there: it is typed what board and which keystore. */
function TypedYes({ plan }: { readonly plan: FlashPlan }) {
  const { start } = useFlashProjectStore().getState();
  const required = useFlashProject((state) => state.required);
  const [keystoreTail, setKeystoreTail] = useState('');
  const [boardTail, setBoardTail] = useState('');
  if (required === undefined || plan.burn === undefined) return null;
  const matches =
    sameFact(keystoreTail, required.keystoreTail) && sameFact(boardTail, required.boardTail);
  return (
    <Stack gap={3}>
      <Notice tone="irreversible" title={m.flash_otp_confirm()}>
        {m.flash_otp_confirm_text()}
      </Notice>
      <Facts
        narrow
        facts={[
          {
            name: m.flash_keystore(),
            value: (
              <Fingerprint
                hex={plan.burn.keystoreFingerprint}
                of={m.flash_keystore()}
                markedGroups={2}
              />
            ),
          },
        ]}
      />
      <FactField
        label={m.burn_confirm_keystore()}
        expected={required.keystoreTail}
        value={keystoreTail}
        onChange={setKeystoreTail}
      />
      <FactField
        label={m.burn_confirm_board()}
        description={m.burn_confirm_board_text({ serial: plan.serial })}
        expected={required.boardTail}
        value={boardTail}
        onChange={setBoardTail}
      />
      <IrreversibleButton
        disabled={!matches}
        reason={m.burn_confirm_first()}
        onPress={() => void start({ keystoreTail, boardTail })}
      >
        {m.flash_start_burn()}
      </IrreversibleButton>
    </Stack>
  );
}
