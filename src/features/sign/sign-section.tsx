/** What goes into the header, and the signature over all of it. */
import { useMemo, useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { signaturesWords } from '../../i18n/signatures.ts';
import type { KeyEntry } from '../../state/keys.ts';
import { useFirmware, useKeys, useKeystore } from '../../state/react.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { KeyRemark, maySign } from './key-remark.tsx';
import { MoreOptions } from './more-options.tsx';
import { PlanSummary } from './plan-summary.tsx';
import { RunningHeaderRemark } from './running-header.tsx';
import { firstDraft, requestOf, withoutGone, type SignDraft } from './sign-draft.ts';
import styles from './sign.module.css';
import { usePlan } from './use-plan.ts';

const largestVersion = 0xffffffff;
const nothing = [{ value: '', label: '–' }];

export function SignSection() {
  const files = useFirmware((state) => state.files);
  const keys = useKeys((state) => state.keys);
  const chosen = useKeystore((state) => state.view.chosen);
  const profile = useKeystore((state) => state.view.profile);
  const images = useFirmware((state) => state.images);
  const encryptionKeys = useFirmware((state) => state.encryptionKeys);
  const sign = useFirmware((state) => state.sign);
  const activity = useFirmware((state) => state.activity);

  const [fileId, setFileId] = useState<string>();
  const [keyId, setKeyId] = useState<string>();
  const [typedVersion, setVersion] = useState<number | undefined | 'next'>('next');
  const [typed, setDraft] = useState<SignDraft>(firstDraft);

  const file = files.find(({ id }) => id === fileId) ?? files[files.length - 1];
  const inKeystore = new Set(chosen.map(({ id }) => id));
  const key =
    keys.find(({ id }) => id === keyId) ?? keys.find(({ id }) => inKeystore.has(id)) ?? keys[0];
  const newest = images.reduce((most, { image }) => Math.max(most, image.version), 0);
  const version = typedVersion === 'next' ? newest + 1 : typedVersion;
  const firmwareId = file?.id;
  const primaryId = key?.id;

  const draft = useMemo(
    () => withoutGone(typed, { keys, images, encryptionKeys }),
    [typed, keys, images, encryptionKeys],
  );
  const request = useMemo(
    () =>
      requestOf(draft, {
        firmwareId,
        keyId: primaryId,
        version,
        profileHeaderBytes: profile.headerSizeBytes,
        profileSectorBytes: profile.partitions?.sectorBytes,
      }),
    [draft, firmwareId, primaryId, version, profile],
  );
  const { plan, error } = usePlan(request);
  const ready =
    request !== undefined &&
    error === undefined &&
    (draft.unsigned || (key !== undefined && maySign(key)));

  const submit = (): void => {
    if (!ready) return;
    void sign(request);
    setVersion('next');
  };

  return (
    <Section
      title={m.firmware_sign()}
      description={m.firmware_sign_text()}
      aside={
        <LinkButton href="#/external" kind="quiet" size="small">
          {m.sign_external_link()}
        </LinkButton>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SelectField
          label={m.firmware_file()}
          value={firmwareId ?? ''}
          onChange={setFileId}
          disabled={files.length === 0}
          choices={
            files.length === 0 ? nothing : files.map(({ id, name }) => ({ value: id, label: name }))
          }
        />
        <SelectField
          label={m.firmware_key()}
          description={key?.signatures && signaturesWords(key.signatures)}
          value={primaryId ?? ''}
          onChange={setKeyId}
          disabled={keys.length === 0 || draft.unsigned}
          choices={
            keys.length === 0
              ? nothing
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
        {key !== undefined && !draft.unsigned && <KeyRemark entry={key} />}
        <div className={styles.wide}>
          <MoreOptions
            draft={draft}
            keyId={primaryId}
            onChange={(change) => {
              setDraft({ ...draft, ...change });
            }}
          />
        </div>
        {request !== undefined && (
          <div className={styles.wide}>
            <PlanSummary plan={plan} error={error} />
            {plan && <RunningHeaderRemark headerSizeBytes={plan.layout.headerSizeBytes} />}
          </div>
        )}
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

function keyLabel({ id, name }: KeyEntry, inKeystore: ReadonlySet<string>): string {
  return inKeystore.has(id) ? name : `${name} (${m.firmware_key_absent()})`;
}
