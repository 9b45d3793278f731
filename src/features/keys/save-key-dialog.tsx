/** Says what the private key file is and what its loss means, then saves it: plain, or encrypted. */
import { useState } from 'react';
import { backupForms } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { BackupForm, KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { ChoiceField } from '../../ui/kit/fields.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { formHints, formLabels } from './backup-forms.ts';
import { NewPassphrase, useNewPassphrase } from './new-passphrase.tsx';

interface KeyDialogProps {
  readonly entry: KeyEntry;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function SaveKeyDialog({ entry, opened, onClose }: KeyDialogProps) {
  return (
    <Dialog title={m.keys_save_title({ name: entry.name })} opened={opened} onClose={onClose}>
      <SaveKeyForm entry={entry} onClose={onClose} />
    </Dialog>
  );
}

type Form = BackupForm | 'age';

/** Made anew with every opening: no passphrase stays in it. */
function SaveKeyForm({ entry, onClose }: Omit<KeyDialogProps, 'opened'>) {
  const texts = useKitTexts();
  const save = useKeys((state) => state.savePrivate);
  const saveAge = useKeys((state) => state.saveAge);
  const passphrase = useNewPassphrase();
  const forms: readonly Form[] = [...backupForms(entry.algorithm), 'age'];
  const [form, setForm] = useState<Form>(forms[0] ?? 'age');
  const ready = form !== 'age' || passphrase.ready;
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        if (form === 'age') void saveAge(entry.id, passphrase.value);
        else void save(entry.id, form);
        onClose();
      }}
    >
      <p>{form === 'age' ? m.keys_save_what_age() : m.keys_save_what()}</p>
      <ChoiceField
        label={m.keys_save_form()}
        value={form}
        onChange={setForm}
        choices={forms.map((value) => ({ value, label: formLabels[value]() }))}
        description={formHints[form]()}
      />
      {form === 'age' && <NewPassphrase passphrase={passphrase} />}
      <Notice tone="irreversible">
        {form === 'age' ? m.keys_save_lose_age() : m.keys_save_lose()}
      </Notice>
      {entry.signatures !== undefined && (
        <Notice tone="caution" title={m.keys_save_stateful()}>
          {m.keys_save_stateful_text()}
        </Notice>
      )}
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" icon="download" autoFocus disabled={!ready}>
          {m.keys_save_do()}
        </Button>
      </div>
    </form>
  );
}
