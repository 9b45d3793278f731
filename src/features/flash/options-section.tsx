/** Option bytes: read and explained; the walkthrough's own set may be written, the product state never. */
import { useState } from 'react';
import {
  optionPresetIds,
  type OptionPlan,
  type OptionProgress,
} from '../../core/provisioning/index.ts';
import type { OptionField } from '../../core/stm32/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { useOptionBytes, useOptionBytesStore } from '../../state/use-flash-project.ts';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { IrreversibleButton } from '../../ui/confirm/irreversible-button.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { RadioCards } from '../../ui/kit/radio-cards.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import {
  cautionWords,
  meaningWords,
  placeOfField,
  presetWords,
  purposeWords,
  valueWords,
} from './option-words.ts';
import { RefusalNotice } from './refusal-notice.tsx';
import styles from './flash.module.css';

export function OptionsSection() {
  const running = useOptionBytes((state) => state.job.kind === 'running');
  useLeaveGuard(running);
  return (
    <Section title={m.option_title()} description={m.option_text()}>
      <Disclosure label={m.option_open()} onDemand>
        <Options />
      </Disclosure>
    </Section>
  );
}

function Options() {
  const store = useOptionBytesStore();
  const presetId = useOptionBytes((state) => state.presetId);
  const planned = useOptionBytes((state) => state.planned);
  const fields = useOptionBytes((state) => state.fields);
  const job = useOptionBytes((state) => state.job);
  const activity = useOptionBytes((state) => state.activity);
  const inDfu = useBench((state) => state.usb.length > 0);
  const { plan, setPreset, startOver } = store.getState();
  const running = job.kind === 'running';
  const failure = activity.kind === 'failed' ? activity.error : undefined;
  return (
    <Stack gap={4}>
      <RadioCards
        label={m.option_presets()}
        value={presetId}
        onChange={setPreset}
        disabled={running}
        cards={optionPresetIds.map((value) => ({ value, ...presetWords(value) }))}
      />
      <Row>
        <Button
          icon="refresh"
          disabled={!inDfu || running}
          busy={activity.kind === 'busy' && activity.what === 'plan'}
          onClick={() => void plan()}
        >
          {m.option_read()}
        </Button>
        {!inDfu && <span>{m.flash_needs_dfu()}</span>}
      </Row>
      {failure && <ErrorNotice failure={describeFailure(failure)} onDismiss={startOver} />}
      {fields?.length === 0 && <Notice tone="caution">{m.option_none()}</Notice>}
      {fields !== undefined && fields.length > 0 && <Fields fields={fields} />}
      {planned?.kind === 'refused' && <RefusalNotice reasons={planned.reasons} />}
      {planned?.kind === 'already' && (
        <Notice tone="proven" live="status">
          {m.option_already()}
        </Notice>
      )}
      {running && <Running progress={job.progress} />}
      {job.kind === 'stopped' && <ErrorNotice failure={describeFailure(job.error)} />}
      {planned?.kind === 'plan' && (job.kind === 'none' || job.kind === 'stopped') && (
        <TypedYes plan={planned.plan} />
      )}
      {job.kind === 'done' && (
        <Notice
          tone={job.outcome.proof === 'proven' ? 'proven' : 'caution'}
          live="status"
          title={m.option_done()}
        >
          {job.outcome.proof === 'proven' ? m.option_done_proven() : m.option_done_unread()}
        </Notice>
      )}
    </Stack>
  );
}

function Fields({ fields }: { readonly fields: readonly OptionField[] }) {
  return (
    <Table
      caption={m.option_table()}
      columns={[
        m.option_column_field(),
        m.option_column_value(),
        m.option_column_meaning(),
        m.option_column_bits(),
      ]}
    >
      {fields.map((field) => (
        <tr key={field.name}>
          <th scope="row">
            <span className="kf-mono">{field.name}</span>
            <small className={styles.purpose}>{purposeWords(field.name)}</small>
          </th>
          <td className="kf-mono">{valueWords(field)}</td>
          <td>{meaningWords(field)}</td>
          <td className="kf-mono">{placeOfField(field)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Running({ progress }: { readonly progress: OptionProgress | undefined }) {
  const words = {
    inspecting: m.erase_inspecting,
    writing: m.option_writing,
    'waiting-for-board': m.option_waiting,
    verifying: m.option_verifying,
  } as const;
  const stages = ['inspecting', 'writing', 'waiting-for-board', 'verifying'] as const;
  const stage = progress?.stage ?? 'inspecting';
  return (
    <JobProgress
      label={m.option_running()}
      doing={words[stage]()}
      done={stages.indexOf(stage)}
      total={stages.length}
      tone="irreversible"
    />
  );
}

function TypedYes({ plan }: { readonly plan: OptionPlan }) {
  const { start } = useOptionBytesStore().getState();
  const required = useOptionBytes((state) => state.required);
  const [boardTail, setBoardTail] = useState('');
  const [word, setWord] = useState('');
  const [changeTail, setChangeTail] = useState('');
  if (required === undefined) return null;
  const matches =
    sameFact(boardTail, required.boardTail) &&
    sameFact(word, required.word) &&
    sameFact(changeTail, required.changeTail);
  return (
    <Stack gap={3}>
      <Table
        caption={m.option_changes()}
        columns={[m.option_column_field(), m.option_column_before(), m.option_column_after()]}
      >
        {plan.changes.map(({ before, after }) => (
          <tr key={before.name}>
            <th scope="row" className="kf-mono">
              {before.name}
            </th>
            <td>
              <span className="kf-mono">{valueWords(before)}</span> {meaningWords(before)}
            </td>
            <td>
              <span className="kf-mono">{valueWords(after)}</span> {meaningWords(after)}
            </td>
          </tr>
        ))}
      </Table>
      <Notice tone="irreversible" title={m.option_means()}>
        <ul className={styles.plain}>
          {plan.cautions.map((caution) => (
            <li key={caution}>{cautionWords(caution)}</li>
          ))}
        </ul>
      </Notice>
      <Facts
        narrow
        facts={[
          {
            name: m.burn_plan_hash(),
            value: <Fingerprint hex={plan.hash} of={m.burn_plan_hash()} markedGroups={2} />,
          },
        ]}
      />
      <FactField
        label={m.option_type_board()}
        description={m.burn_confirm_board_text({ serial: plan.serial })}
        expected={required.boardTail}
        value={boardTail}
        onChange={setBoardTail}
      />
      <FactField
        label={m.option_type_change()}
        description={m.option_type_change_text()}
        expected={required.changeTail}
        value={changeTail}
        onChange={setChangeTail}
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
        onPress={() => void start({ boardTail, word, changeTail })}
      >
        {m.option_start()}
      </IrreversibleButton>
    </Stack>
  );
}
