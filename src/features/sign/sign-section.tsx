/** What goes into the header, and the signature over all of it. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { signaturesWords } from '../../i18n/signatures.ts';
import type { KeyEntry } from '../../state/keys.ts';
import { useFirmware, useKeys, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { KeyRemark, maySign } from './key-remark.tsx';
import styles from './sign.module.css';

const largestVersion = 0xffffffff;
const largestPartitionId = 15;
const headerSizes = [256, 512, 1024, 2048, 4096, 8192] as const;

export function SignSection() {
  const files = useFirmware((state) => state.files);
  const keys = useKeys((state) => state.keys);
  const chosen = useKeystore((state) => state.view.chosen);
  const profileHeader = useKeystore((state) => state.view.profile.headerSizeBytes);
  const images = useFirmware((state) => state.images);
  const sign = useFirmware((state) => state.sign);
  const activity = useFirmware((state) => state.activity);

  const [fileId, setFileId] = useState<string>();
  const [keyId, setKeyId] = useState<string>();
  const [typedVersion, setVersion] = useState<number | undefined | 'next'>('next');
  const [partitionId, setPartitionId] = useState<number | undefined>(1);
  const [typedHeader, setHeader] = useState<number>();
  const [timestamp, setTimestamp] = useState(true);

  const file = files.find(({ id }) => id === fileId) ?? files[files.length - 1];
  const inKeystore = new Set(chosen.map(({ id }) => id));
  const key =
    keys.find(({ id }) => id === keyId) ?? keys.find(({ id }) => inKeystore.has(id)) ?? keys[0];
  const newest = images.reduce((most, { image }) => Math.max(most, image.version), 0);
  const version = typedVersion === 'next' ? newest + 1 : typedVersion;
  const headerSizeBytes = typedHeader ?? profileHeader;
  const ready =
    file !== undefined &&
    key !== undefined &&
    maySign(key) &&
    version !== undefined &&
    partitionId !== undefined;

  const submit = (): void => {
    if (!ready) return;
    void sign({
      firmwareId: file.id,
      keyId: key.id,
      version,
      partitionId,
      headerSizeBytes,
      timestamp,
    });
    setVersion('next');
  };

  return (
    <Section title={m.firmware_sign()} description={m.firmware_sign_text()}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SelectField
          label={m.firmware_file()}
          value={file?.id ?? ''}
          onChange={setFileId}
          disabled={files.length === 0}
          choices={
            files.length === 0
              ? [{ value: '', label: '–' }]
              : files.map(({ id, name }) => ({ value: id, label: name }))
          }
        />
        <SelectField
          label={m.firmware_key()}
          description={key?.signatures && signaturesWords(key.signatures)}
          value={key?.id ?? ''}
          onChange={setKeyId}
          disabled={keys.length === 0}
          choices={
            keys.length === 0
              ? [{ value: '', label: '–' }]
              : keys.map((entry) => ({ value: entry.id, label: keyLabel(entry, inKeystore) }))
          }
        />
        <NumberField
          label={m.firmware_version()}
          description={m.firmware_version_hint()}
          value={version}
          onChange={setVersion}
          min={1}
          max={largestVersion}
        />
        <NumberField
          label={m.firmware_partition()}
          description={m.firmware_partition_hint()}
          value={partitionId}
          onChange={setPartitionId}
          min={0}
          max={largestPartitionId}
        />
        <SelectField
          label={m.firmware_header()}
          description={m.firmware_header_hint({ size: profileHeader })}
          value={String(headerSizeBytes)}
          onChange={(value) => {
            setHeader(Number(value));
          }}
          choices={headerChoices(profileHeader).map((size) => ({
            value: String(size),
            label: String(size),
          }))}
        />
        <div className={styles.wide}>
          <CheckField
            label={m.firmware_timestamp()}
            description={m.firmware_timestamp_hint()}
            checked={timestamp}
            onChange={setTimestamp}
          />
        </div>
        {key !== undefined && <KeyRemark entry={key} />}
        <div className={styles.submit}>
          <Button
            type="submit"
            kind={file !== undefined && newest < 2 ? 'primary' : 'default'}
            icon="firmware"
            busy={activity.kind === 'busy' && activity.what === 'sign'}
            disabled={!ready || activity.kind === 'busy'}
          >
            {m.firmware_sign_do({ version: version ?? '–' })}
          </Button>
          {(file === undefined || key === undefined) && (
            <span className={styles.missing}>{m.firmware_sign_missing()}</span>
          )}
        </div>
      </form>
    </Section>
  );
}

/** Keys with large signatures need more than what is usual. */
function headerChoices(ofProfile: number): readonly number[] {
  return [...new Set([...headerSizes, ofProfile])].sort((a, b) => a - b);
}

function keyLabel({ id, name }: KeyEntry, inKeystore: ReadonlySet<string>): string {
  return inKeystore.has(id) ? name : `${name} (${m.firmware_key_absent()})`;
}
