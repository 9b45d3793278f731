/** Breaking the virtual board on purpose. */
import { useState } from 'react';
import type { BoardFault, BoardPanel } from '../../core/ports/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Button } from '../../ui/kit/button.tsx';
import { NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import styles from './board-panel.module.css';
import { faultDrafts, type FaultDraft } from './fault-drafts.ts';
import { faultWords } from './panel-words.ts';

interface FaultFormProps {
  readonly panel: BoardPanel;
  readonly armed: readonly BoardFault[];
}

export function FaultForm({ panel, armed }: FaultFormProps) {
  const [draft, setDraft] = useState<FaultDraft>(faultDrafts[0]);
  const [values, setValues] = useState<Readonly<Record<string, number | undefined>>>({});
  const valueOf = (id: string): number =>
    values[id] ?? draft.numbers.find((number) => number.id === id)?.initial ?? 0;
  const choose = (id: string): void => {
    setDraft(faultDrafts.find((candidate) => candidate.id === id) ?? faultDrafts[0]);
    setValues({});
  };

  return (
    <Stack gap={3}>
      <p className={styles.note}>{m.panel_faults_lede()}</p>
      <SelectField
        label={m.panel_fault()}
        value={draft.id}
        onChange={choose}
        choices={faultDrafts.map(({ id, label }) => ({ value: id, label: label() }))}
      />
      <div className={styles.numbers}>
        {draft.numbers.map((number) => (
          <NumberField
            key={`${draft.id}-${number.id}`}
            label={number.label()}
            min={number.min}
            max={number.max}
            value={valueOf(number.id)}
            onChange={(value) => {
              setValues({ ...values, [number.id]: value });
            }}
          />
        ))}
      </div>
      <Row>
        <Button
          size="small"
          onClick={() => {
            panel.armFault(draft.build(valueOf));
          }}
        >
          {m.panel_fault_arm()}
        </Button>
        <Button
          size="small"
          kind="quiet"
          disabled={armed.length === 0}
          onClick={() => {
            panel.clearFaults();
          }}
        >
          {m.panel_fault_clear()}
        </Button>
      </Row>
      {armed.length === 0 ? (
        <p className={styles.note}>{m.panel_faults_none()}</p>
      ) : (
        <ul className={styles.armed} aria-label={m.panel_faults_armed()}>
          {armed.map((fault, index) => (
            <li key={index}>{faultWords(fault)}</li>
          ))}
        </ul>
      )}
    </Stack>
  );
}
