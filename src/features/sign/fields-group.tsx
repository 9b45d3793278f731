/** Fields of one's own: what the application or the operating system reads from the signed header. */
import { m } from '../../i18n/paraglide/messages.js';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { SelectField, TextField } from '../../ui/kit/fields.tsx';
import { FileField, OptionGroupBox, type GroupProps } from './option-parts.tsx';
import styles from './options.module.css';
import {
  changesOf,
  newCustomDraft,
  readWhole,
  type CustomDraft,
  type CustomKind,
} from './sign-draft.ts';

const mostCustom = 16;
const anyFile = '*/*';
const lengths = [1, 2, 4, 8] as const;

export function FieldsGroup({ draft, onChange }: GroupProps) {
  const { custom } = draft;
  const change = (id: number, part: Partial<CustomDraft>): void => {
    onChange({ custom: custom.map((entry) => (entry.id === id ? { ...entry, ...part } : entry)) });
  };
  return (
    <OptionGroupBox
      title={m.sign_fields()}
      changes={changesOf(draft).fields}
      text={m.sign_fields_text()}
      needs={m.sign_fields_needs()}
    >
      <TextField
        label={m.sign_cmdline()}
        description={m.sign_cmdline_hint()}
        value={draft.cmdline}
        maxLength={255}
        mono
        onChange={(cmdline) => {
          onChange({ cmdline });
        }}
      />
      <div className={styles.fields}>
        <FileField
          label={m.sign_device_tree()}
          description={m.sign_device_tree_hint()}
          accept=".dtb"
          file={draft.deviceTree}
          onChange={(deviceTree) => {
            onChange({ deviceTree });
          }}
        />
        <FileField
          label={m.sign_chain()}
          description={m.sign_chain_hint()}
          accept=".der,.cer,.crt,.bin"
          file={draft.certificateChain}
          onChange={(certificateChain) => {
            onChange({ certificateChain });
          }}
        />
      </div>
      {custom.length > 0 && (
        <ul className={styles.custom} aria-label={m.sign_custom()}>
          {custom.map((entry, index) => (
            <li key={entry.id}>
              <CustomRow
                entry={entry}
                number={index + 1}
                onChange={(part) => {
                  change(entry.id, part);
                }}
              />
              <IconButton
                icon="trash"
                label={m.sign_custom_remove({ number: index + 1 })}
                onClick={() => {
                  onChange({ custom: custom.filter(({ id }) => id !== entry.id) });
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button
          size="small"
          icon="plus"
          disabled={custom.length >= mostCustom}
          onClick={() => {
            onChange({ custom: [...custom, newCustomDraft(custom)] });
          }}
        >
          {m.sign_custom_add()}
        </Button>
      </div>
    </OptionGroupBox>
  );
}

interface CustomRowProps {
  readonly entry: CustomDraft;
  readonly number: number;
  readonly onChange: (part: Partial<CustomDraft>) => void;
}

function CustomRow({ entry, number, onChange }: CustomRowProps) {
  const kinds: readonly { readonly value: CustomKind; readonly label: string }[] = [
    { value: 'text', label: m.sign_kind_text() },
    { value: 'number', label: m.sign_kind_number() },
    { value: 'hex', label: m.sign_kind_hex() },
    { value: 'file', label: m.sign_kind_file() },
    { value: 'public-key', label: m.sign_kind_key() },
  ];
  return (
    <div className={styles.customRow}>
      <TextField
        label={m.sign_custom_tag({ number })}
        value={entry.tag}
        error={readWhole(entry.tag) === undefined ? m.sign_custom_tag_problem() : undefined}
        mono
        onChange={(tag) => {
          onChange({ tag });
        }}
      />
      <SelectField
        label={m.sign_custom_kind({ number })}
        value={entry.kind}
        choices={kinds}
        onChange={(kind) => {
          onChange({ kind });
        }}
      />
      {entry.kind === 'number' && (
        <SelectField
          label={m.sign_custom_length({ number })}
          value={String(entry.lengthBytes)}
          choices={lengths.map((length) => ({ value: String(length), label: String(length) }))}
          onChange={(chosen) => {
            onChange({ lengthBytes: lengths.find((length) => String(length) === chosen) ?? 4 });
          }}
        />
      )}
      {entry.kind === 'file' || entry.kind === 'public-key' ? (
        <FileField
          label={m.sign_custom_file({ number })}
          accept={anyFile}
          file={entry.file}
          onChange={(file) => {
            onChange({ file });
          }}
        />
      ) : (
        <TextField
          label={m.sign_custom_value({ number })}
          value={entry.text}
          error={valueProblem(entry)}
          mono
          onChange={(text) => {
            onChange({ text });
          }}
        />
      )}
    </div>
  );
}

function valueProblem({ kind, text }: CustomDraft): string | undefined {
  if (kind === 'number' && readWhole(text) === undefined) return m.sign_custom_number_problem();
  if (kind === 'hex' && !/^(\s*[0-9a-f]\s*[0-9a-f])+\s*$/i.test(text)) {
    return m.sign_custom_hex_problem();
  }
  return undefined;
}
