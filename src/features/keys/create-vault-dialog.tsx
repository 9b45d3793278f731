/** Makes the vault: by a passphrase or a passkey, with what its loss means said before. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { ChoiceField, SelectField, TextField } from '../../ui/kit/fields.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { NewPassphrase, useNewPassphrase } from './new-passphrase.tsx';
import { usePasskeys } from './use-passkeys.tsx';
import { autoLockChoices, firstAutoLockMinutes } from './vault-words.ts';

interface CreateVaultDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function CreateVaultDialog({ opened, onClose }: CreateVaultDialogProps) {
  return (
    <Dialog title={m.vault_create_title()} opened={opened} onClose={onClose} careful>
      <CreateVaultForm onClose={onClose} />
    </Dialog>
  );
}

type Way = 'passphrase' | 'passkey';

/** Made anew with every opening: no passphrase stays in it. */
function CreateVaultForm({ onClose }: Omit<CreateVaultDialogProps, 'opened'>) {
  const texts = useKitTexts();
  const { keys } = useAppState();
  const create = useKeys((state) => state.createVault);
  const creating = useKeys(({ activity }) => activity.kind === 'busy');
  const passkeys = usePasskeys();
  const passphrase = useNewPassphrase();
  const [way, setWay] = useState<Way>('passphrase');
  const [label, setLabel] = useState<string>(m.vault_passkey_label_default());
  const [minutes, setMinutes] = useState(String(firstAutoLockMinutes));
  const ready = way === 'passphrase' ? passphrase.ready : label.trim() !== '';

  const submit = async (): Promise<void> => {
    const options = { autoLockMinutes: Number(minutes) };
    const done =
      way === 'passphrase'
        ? await create({ kind: 'passphrase', passphrase: passphrase.value }, options)
        : await passkeys.withNew(label.trim(), (secret) =>
            create(secret, { ...options, label: label.trim() }),
          );
    if (done || keys.getState().activity.kind === 'failed') onClose();
  };
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !creating) void submit();
      }}
    >
      <p>{m.vault_create_what()}</p>
      {passkeys.available && (
        <ChoiceField
          label={m.vault_way()}
          value={way}
          onChange={setWay}
          choices={[
            { value: 'passphrase', label: m.vault_passphrase() },
            { value: 'passkey', label: m.vault_way_passkey() },
          ]}
        />
      )}
      {way === 'passphrase' ? (
        <NewPassphrase passphrase={passphrase} autoFocus />
      ) : (
        <TextField
          label={m.vault_passkey_label()}
          description={m.vault_passkey_hint()}
          value={label}
          onChange={setLabel}
          maxLength={40}
        />
      )}
      <SelectField
        label={m.vault_auto_lock()}
        value={minutes}
        choices={autoLockChoices(Number(minutes))}
        onChange={setMinutes}
      />
      <Notice tone="irreversible" title={m.vault_lost_title()}>
        {m.vault_lost_text()}
      </Notice>
      {passkeys.failure}
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" icon="lock" busy={creating} disabled={!ready}>
          {m.vault_create_do()}
        </Button>
      </div>
    </form>
  );
}
