/** The parameters of the algorithms that have some; nothing for the others. */
import { xmssMtSetNames, xmssSetNames, type LmsParameters } from '../../core/crypto/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { ChoiceField, SelectField } from '../../ui/kit/fields.tsx';
import { mlDsaAlgorithms, otherAlgorithms, type AlgorithmDraft } from './algorithm-draft.ts';
import { algorithmLabels } from './key-words.ts';
import styles from './new-keys.module.css';

interface ParameterFieldsProps {
  readonly draft: AlgorithmDraft;
  readonly onChange: (draft: AlgorithmDraft) => void;
}

export function ParameterFields({ draft, onChange }: ParameterFieldsProps) {
  switch (draft.kind) {
    case 'ecdsa-p256':
    case 'ed25519':
      return null;
    case 'lms':
      return <LmsFields draft={draft} onChange={onChange} />;
    case 'ml-dsa':
      return (
        <ChoiceField
          label={m.keys_level()}
          value={draft.mlDsa}
          onChange={(mlDsa) => {
            onChange({ ...draft, mlDsa });
          }}
          choices={mlDsaAlgorithms.map((value) => ({ value, label: algorithmLabels[value] }))}
        />
      );
    case 'other':
      return <OtherFields draft={draft} onChange={onChange} />;
  }
}

function OtherFields({ draft, onChange }: ParameterFieldsProps) {
  return (
    <div className={styles.parameters}>
      <SelectField
        label={m.keys_algorithm_which()}
        value={draft.other}
        onChange={(other) => {
          onChange({ ...draft, other });
        }}
        choices={otherAlgorithms.map((value) => ({ value, label: algorithmLabels[value] }))}
      />
      {draft.other === 'xmss' && (
        <SelectField
          label={m.keys_xmss_set()}
          value={draft.xmssSet}
          onChange={(xmssSet) => {
            onChange({ ...draft, xmssSet });
          }}
          choices={xmssSetNames.map((value) => ({ value, label: value }))}
        />
      )}
      {draft.other === 'xmssmt' && (
        <SelectField
          label={m.keys_xmss_set()}
          value={draft.xmssMtSet}
          onChange={(xmssMtSet) => {
            onChange({ ...draft, xmssMtSet });
          }}
          choices={xmssMtSetNames.map((value) => ({ value, label: value }))}
        />
      )}
    </div>
  );
}

const levelChoices = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const heightChoices = [5, 10, 15, 20, 25] as const;
const winternitzChoices = [1, 2, 4, 8] as const;

function LmsFields({ draft, onChange }: ParameterFieldsProps) {
  const change = (part: Partial<LmsParameters>): void => {
    onChange({ ...draft, lms: { ...draft.lms, ...part } });
  };
  return (
    <div>
      <div className={styles.parameters}>
        <NumberChoice
          label={m.keys_lms_levels()}
          value={draft.lms.levels}
          choices={levelChoices}
          onChange={(levels) => {
            change({ levels });
          }}
        />
        <NumberChoice
          label={m.keys_lms_height()}
          value={draft.lms.height}
          choices={heightChoices}
          onChange={(height) => {
            change({ height });
          }}
        />
        <NumberChoice
          label={m.keys_lms_winternitz()}
          value={draft.lms.winternitz}
          choices={winternitzChoices}
          onChange={(winternitz) => {
            change({ winternitz });
          }}
        />
      </div>
      <p className={styles.remark}>{m.keys_lms_hint()}</p>
    </div>
  );
}

interface NumberChoiceProps<T extends number> {
  readonly label: string;
  readonly value: number;
  readonly choices: readonly T[];
  readonly onChange: (value: T) => void;
}

function NumberChoice<T extends number>({ label, value, choices, onChange }: NumberChoiceProps<T>) {
  return (
    <SelectField
      label={label}
      value={String(value)}
      choices={choices.map((each) => ({ value: String(each), label: String(each) }))}
      onChange={(text) => {
        const chosen = choices.find((each) => String(each) === text);
        if (chosen !== undefined) onChange(chosen);
      }}
    />
  );
}
