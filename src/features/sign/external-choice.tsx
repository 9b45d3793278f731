/** Step one: firmware, whose signature it will be, and the options; then the digest is there. */
import { useMemo, useState } from 'react';
import type { AuthKeyName } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { ExternalKey } from '../../state/external.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useFirmware, useKeystore } from '../../state/react.ts';
import { useExternal } from '../../state/use-external.ts';
import type { NamedFile } from '../../state/services.ts';
import { Button } from '../../ui/kit/button.tsx';
import { NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { MoreOptions } from './more-options.tsx';
import { FileField } from './option-parts.tsx';
import { firstDraft, requestOf, type SignDraft } from './sign-draft.ts';
import styles from './sign.module.css';

const largestVersion = 0xffffffff;
const fromFile = 'file';
const publicKeyFiles = '.der,.pem,.pub,.crt,.cer,.jwk,.json,.key,.bin';
const asFound = '';
const pssTypes: readonly { readonly value: AuthKeyName; readonly label: string }[] = [
  { value: 'RSAPSS2048', label: 'RSA-PSS-2048' },
  { value: 'RSAPSS3072', label: 'RSA-PSS-3072' },
  { value: 'RSAPSS4096', label: 'RSA-PSS-4096' },
];

export function ExternalChoice() {
  const profile = useKeystore((state) => state.view.profile);
  const images = useFirmware((state) => state.images);
  const prepare = useExternal((state) => state.prepare);
  const job = useExternal((state) => state.job);
  const activity = useExternal((state) => state.activity);
  const [typedVersion, setVersion] = useState<number | undefined | 'next'>('next');
  const [draft, setDraft] = useState<SignDraft>(firstDraft);
  const firmware = useFirmwareChoice();
  const key = useKeyChoice();
  const newest = images.reduce((most, { image }) => Math.max(most, image.version), 0);
  const version = typedVersion === 'next' ? newest + 1 : typedVersion;
  const request = useMemo(
    () =>
      requestOf(draft, {
        firmwareId: firmware.id,
        keyId: 'external',
        version,
        profileHeaderBytes: profile.headerSizeBytes,
        profileSectorBytes: undefined,
      }),
    [draft, firmware.id, version, profile],
  );
  const ready = request !== undefined && key.chosen !== undefined;

  return (
    <Section title={m.external_step_one()} description={m.external_step_one_text()}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (request && key.chosen) void prepare({ ...request, key: key.chosen });
        }}
      >
        {firmware.field}
        {key.field}
        <NumberField
          label={m.firmware_version()}
          description={m.firmware_version_hint()}
          value={version}
          onChange={setVersion}
          min={1}
          max={largestVersion}
        />
        {key.more && <div className={styles.wide}>{key.more}</div>}
        <div className={styles.wide}>
          <MoreOptions
            draft={draft}
            keyId={undefined}
            external
            onChange={(change) => {
              setDraft({ ...draft, ...change });
            }}
          />
        </div>
        <div className={styles.submit}>
          <Button
            type="submit"
            kind={job === undefined ? 'primary' : 'default'}
            icon="right"
            busy={activity.kind === 'busy' && activity.what === 'prepare'}
            disabled={!ready || activity.kind === 'busy'}
          >
            {m.external_prepare()}
          </Button>
          {!ready && <span className={styles.missing}>{m.external_missing()}</span>}
        </div>
      </form>
    </Section>
  );
}

function useFirmwareChoice() {
  const files = useFirmware((state) => state.files);
  const openFirmware = useFirmware((state) => state.openFirmware);
  const openFile = useOpenFile();
  const [fileId, setFileId] = useState<string>();
  const file = files.find(({ id }) => id === fileId) ?? files[files.length - 1];
  const field =
    files.length === 0 ? (
      <div>
        <Button
          icon="open"
          onClick={() => {
            openFile.open('.bin,.hex,.elf,.srec,.dfu', openFirmware);
          }}
        >
          {m.firmware_open()}
        </Button>
      </div>
    ) : (
      <SelectField
        label={m.firmware_file()}
        value={file?.id ?? ''}
        onChange={setFileId}
        choices={files.map(({ id, name }) => ({ value: id, label: name }))}
      />
    );
  return { id: file?.id, field };
}

function useKeyChoice() {
  const slots = useKeystore((state) => state.view.chosen);
  const [chosenId, setChosenId] = useState<string>();
  const [file, setFile] = useState<NamedFile>();
  const [type, setType] = useState<AuthKeyName>();
  const slot = slots.find(({ id }) => id === chosenId);
  const chosen: ExternalKey | undefined = slot
    ? { from: 'keystore', id: slot.id }
    : file && { from: 'file', file, type };
  const field = (
    <SelectField
      label={m.external_key()}
      description={m.external_key_hint()}
      value={slot?.id ?? fromFile}
      onChange={setChosenId}
      choices={[
        { value: fromFile, label: m.external_key_file() },
        ...slots.map(({ id, slot: { slotId }, source }) => ({
          value: id,
          label: m.external_key_slot({
            slot: slotId,
            name: source.kind === 'key' ? source.key.name : source.imported.name,
          }),
        })),
      ]}
    />
  );
  const more = slot ? undefined : (
    <div className={styles.externalKey}>
      <FileField
        label={m.external_public_key()}
        description={m.external_public_key_hint()}
        accept={publicKeyFiles}
        file={file}
        onChange={setFile}
      />
      <SelectField
        label={m.external_rsa()}
        description={m.external_rsa_hint()}
        value={type ?? asFound}
        choices={[{ value: asFound, label: m.external_rsa_found() }, ...pssTypes]}
        onChange={(value) => {
          setType(value === asFound ? undefined : value);
        }}
      />
    </div>
  );
  return { chosen, field, more };
}
