/** Says what the private key file is and what its loss means, then saves it. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { ChoiceField } from '../../ui/kit/fields.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';

interface KeyDialogProps {
  readonly entry: KeyEntry;
  readonly opened: boolean;
  readonly onClose: () => void;
}

type Form = 'raw' | 'der';

export function SaveKeyDialog({ entry, opened, onClose }: KeyDialogProps) {
  const texts = useKitTexts();
  const save = useKeys((state) => state.savePrivate);
  const [form, setForm] = useState<Form>('raw');
  return (
    <Dialog
      title={m.keys_save_title({ name: entry.name })}
      opened={opened}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button
            kind="primary"
            icon="download"
            autoFocus
            onClick={() => {
              void save(entry.id, form);
              onClose();
            }}
          >
            {m.keys_save_do()}
          </Button>
        </>
      }
    >
      <p>{m.keys_save_what()}</p>
      <Notice tone="irreversible">{m.keys_save_lose()}</Notice>
      <ChoiceField
        label={m.keys_save_form()}
        value={form}
        onChange={setForm}
        choices={[
          { value: 'raw', label: m.keys_form_raw() },
          { value: 'der', label: m.keys_form_der() },
        ]}
        description={form === 'raw' ? m.keys_form_raw_hint() : m.keys_form_der_hint()}
      />
    </Dialog>
  );
}
