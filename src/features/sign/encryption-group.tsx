/** Encryption: which key, which nonce, and the key files that the board must be given. */
import { useState } from 'react';
import { imageCiphers, type ImageCipher } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useAppState, useFirmware } from '../../state/react.ts';
import type { EncryptionKeyInfo } from '../../state/sign-request.ts';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { ChoiceField, SelectField } from '../../ui/kit/fields.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { OptionGroupBox, type GroupProps } from './option-parts.tsx';
import styles from './options.module.css';
import { changesOf } from './sign-draft.ts';

const none = '';
const ciphers: readonly ImageCipher[] = ['chacha20', 'aes128-ctr', 'aes256-ctr'];
const noncePreviewDigits = 8;

export function EncryptionGroup({ draft, onChange }: GroupProps) {
  const all = useFirmware((state) => state.encryptionKeys);
  // Those with a nonce of one image's own are that image's.
  const keys = all.filter(({ origin }) => origin !== 'image');
  const chosen = keys.find(({ id }) => id === draft.encryptionKeyId);
  return (
    <OptionGroupBox
      title={m.sign_encryption()}
      changes={changesOf(draft).encryption}
      text={m.sign_encryption_text()}
      needs={m.sign_encryption_needs()}
    >
      <NewKey
        onMade={(encryptionKeyId) => {
          onChange({ encryptionKeyId });
        }}
      />
      {keys.length > 0 && (
        <>
          <SelectField
            label={m.sign_encryption_key()}
            value={chosen?.id ?? none}
            choices={[
              { value: none, label: m.sign_encryption_off() },
              ...keys.map(({ id, name, cipher, nonce }) => ({
                value: id,
                label: `${name} · ${imageCiphers[cipher].label} · ${m.sign_nonce_starts({ nonce: nonce.slice(0, noncePreviewDigits) })}`,
              })),
            ]}
            onChange={(id) => {
              onChange({ encryptionKeyId: id === none ? undefined : id });
            }}
          />
          <KeyList keys={keys} />
        </>
      )}
      {chosen && (
        <ChoiceField
          label={m.sign_nonce()}
          description={
            draft.nonce === 'fresh' ? m.sign_nonce_fresh_hint() : m.sign_nonce_keep_hint()
          }
          value={draft.nonce}
          choices={[
            { value: 'fresh', label: m.sign_nonce_fresh() },
            { value: 'keep', label: m.sign_nonce_keep() },
          ]}
          onChange={(nonce) => {
            onChange({ nonce });
          }}
        />
      )}
      {chosen && draft.nonce === 'keep' && (
        <Notice
          tone="caution"
          title={chosen.uses > 0 ? m.sign_nonce_reuse({ count: chosen.uses }) : m.sign_nonce_kept()}
        >
          {m.sign_nonce_reuse_text()}
        </Notice>
      )}
    </OptionGroupBox>
  );
}

function NewKey({ onMade }: { readonly onMade: (id: string) => void }) {
  const { firmware } = useAppState();
  const makeKey = useFirmware((state) => state.makeEncryptionKey);
  const openKey = useFirmware((state) => state.openEncryptionKey);
  const busy = useFirmware(({ activity }) => activity.kind === 'busy');
  const openFile = useOpenFile();
  const [cipher, setCipher] = useState<ImageCipher>('chacha20');
  const choosing = async (work: Promise<void>): Promise<void> => {
    const before = new Set(firmware.getState().encryptionKeys.map(({ id }) => id));
    await work;
    const made = firmware.getState().encryptionKeys.find(({ id }) => !before.has(id));
    if (made) onMade(made.id);
  };
  return (
    <>
      <div className={styles.newKey}>
        <SelectField
          label={m.sign_cipher()}
          value={cipher}
          choices={ciphers.map((value) => ({ value, label: imageCiphers[value].label }))}
          onChange={setCipher}
        />
        <Button icon="plus" disabled={busy} onClick={() => void choosing(makeKey(cipher))}>
          {m.sign_encryption_make()}
        </Button>
        <Button
          icon="open"
          kind="quiet"
          disabled={busy}
          onClick={() => {
            openFile.open('.bin,.key,*/*', (file) => choosing(openKey(file, cipher)));
          }}
        >
          {m.sign_encryption_open()}
        </Button>
      </div>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </>
  );
}

/** The key files: whoever loses one cannot read the image, and neither can the board. */
function KeyList({ keys }: { readonly keys: readonly EncryptionKeyInfo[] }) {
  const save = useFirmware((state) => state.saveEncryptionKey);
  const remove = useFirmware((state) => state.removeEncryptionKey);
  const openImage = useFirmware((state) => state.openEncrypted);
  const openFile = useOpenFile();
  return (
    <>
      <ul className={styles.keys} aria-label={m.sign_encryption_keys()}>
        {keys.map(({ id, name, cipher, uses, saved, notes }) => (
          <li key={id}>
            <code>{name}</code>
            <span>{imageCiphers[cipher].label}</span>
            <span>
              {uses === 0 ? m.sign_encryption_unused() : m.sign_encryption_uses({ count: uses })}
            </span>
            {!saved && <span className={styles.unsaved}>{m.sign_encryption_unsaved()}</span>}
            {notes.map((note) => (
              <code key={note} className={styles.hint}>
                {note}
              </code>
            ))}
            <span className={styles.keyButtons}>
              <Button
                size="small"
                icon="download"
                label={m.sign_encryption_save_of({ name })}
                onClick={() => void save(id)}
              >
                {m.sign_encryption_save()}
              </Button>
              <Button
                size="small"
                kind="quiet"
                icon="open"
                label={m.sign_encryption_image_of({ name })}
                onClick={() => {
                  openFile.open('.bin,.img,*/*', (file) => openImage(file, id));
                }}
              >
                {m.sign_encryption_image()}
              </Button>
              <IconButton
                icon="trash"
                label={m.sign_encryption_remove({ name })}
                onClick={() => void remove(id)}
              />
            </span>
          </li>
        ))}
      </ul>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </>
  );
}
