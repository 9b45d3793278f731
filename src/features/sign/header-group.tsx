/** Header: hash, size, partition, time, and what is written at all. */
import type { HashId } from '../../core/crypto/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { CheckField, ChoiceField, NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { OptionGroupBox, type GroupProps } from './option-parts.tsx';
import styles from './options.module.css';
import { changesOf, type SignDraft } from './sign-draft.ts';

const largestPartitionId = 15;
const headerSizes = [256, 512, 1024, 2048, 4096, 8192, 16384] as const;
const hashes: readonly { readonly value: HashId; readonly label: string }[] = [
  { value: 'sha256', label: 'SHA-256' },
  { value: 'sha384', label: 'SHA-384' },
  { value: 'sha3-384', label: 'SHA3-384' },
];

export function HeaderGroup({
  draft,
  onChange,
  external = false,
}: GroupProps & { readonly external?: boolean }) {
  return (
    <OptionGroupBox
      title={m.sign_header()}
      changes={changesOf(draft).header}
      open
      text={m.sign_header_text()}
      needs={m.sign_header_needs()}
    >
      <div className={styles.fields}>
        <ChoiceField
          label={m.sign_hash()}
          description={m.sign_hash_hint()}
          value={draft.hash}
          choices={hashes}
          onChange={(hash) => {
            onChange({ hash });
          }}
        />
        <HeaderSize draft={draft} onChange={onChange} />
        <NumberField
          label={m.firmware_partition()}
          description={m.firmware_partition_hint()}
          value={draft.partitionId}
          onChange={(partitionId) => {
            onChange({ partitionId });
          }}
          min={0}
          max={largestPartitionId}
        />
        {!external && (
          <ChoiceField
            label={m.sign_output()}
            description={m.sign_output_hint()}
            value={draft.output}
            choices={[
              { value: 'image', label: m.sign_output_image() },
              { value: 'header', label: m.sign_output_header() },
            ]}
            onChange={(output) => {
              onChange({ output });
            }}
          />
        )}
      </div>
      <CheckField
        label={m.firmware_timestamp()}
        description={m.firmware_timestamp_hint()}
        checked={draft.timestamp}
        onChange={(timestamp) => {
          onChange({ timestamp });
        }}
      />
      {!external && (
        <CheckField
          label={m.sign_unsigned()}
          description={m.sign_unsigned_hint()}
          checked={draft.unsigned}
          onChange={(unsigned) => {
            onChange({ unsigned });
          }}
        />
      )}
    </OptionGroupBox>
  );
}

function HeaderSize({ draft, onChange }: GroupProps) {
  const ofProfile = useKeystore((state) => state.view.profile.headerSizeBytes);
  const sizes = [...new Set([...headerSizes, ofProfile])].sort((a, b) => a - b);
  const value = draft.header === 'profile' ? String(ofProfile) : String(draft.header);
  return (
    <SelectField
      label={m.firmware_header()}
      description={m.firmware_header_hint({ size: ofProfile })}
      value={value}
      onChange={(chosen) => {
        onChange({ header: headerOf(chosen, ofProfile) });
      }}
      choices={[
        ...sizes.map((size) => ({ value: String(size), label: String(size) })),
        { value: 'rules', label: m.sign_header_rules({ least: formatBytes(256) }) },
      ]}
    />
  );
}

function headerOf(chosen: string, ofProfile: number): SignDraft['header'] {
  if (chosen === 'rules') return 'rules';
  return Number(chosen) === ofProfile ? 'profile' : Number(chosen);
}
