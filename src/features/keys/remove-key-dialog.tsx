/** Asks before a private key is wiped; more plainly, and by its typed name, when there is no other copy. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';

interface RemoveKeyDialogProps {
  readonly entry: KeyEntry;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function RemoveKeyDialog({ entry, opened, onClose }: RemoveKeyDialogProps) {
  const forget = useKeys((state) => state.forget);
  const title = m.keys_remove_title({ name: entry.name });
  if (entry.sealed && !entry.proven) {
    return (
      <Dialog title={title} opened={opened} onClose={onClose} careful>
        <UnprovenForm entry={entry} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={title}
      opened={opened}
      onClose={onClose}
      onConfirm={() => {
        void forget(entry.id);
      }}
      confirmLabel={m.keys_remove_do()}
    >
      {entry.saved ? (
        <p>{entry.sealed ? m.keys_remove_sealed() : m.keys_remove_saved()}</p>
      ) : (
        <Notice tone="failure">{m.keys_remove_unsaved()}</Notice>
      )}
    </ConfirmDialog>
  );
}

/** Sealed, and nobody has shown that a backup works: the name is typed. */
function UnprovenForm({ entry, onClose }: Omit<RemoveKeyDialogProps, 'opened'>) {
  const texts = useKitTexts();
  const forget = useKeys((state) => state.forget);
  const [name, setName] = useState('');
  const ready = sameFact(name, entry.name);
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        void forget(entry.id, entry.name);
        onClose();
      }}
    >
      <Notice tone="failure">
        {entry.saved ? m.keys_remove_unproven() : m.keys_remove_unsaved()}
      </Notice>
      <FactField
        label={m.keys_type_name({ name: entry.name })}
        expected={entry.name}
        value={name}
        onChange={setName}
      />
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="danger" disabled={!ready}>
          {m.keys_remove_do()}
        </Button>
      </div>
    </form>
  );
}
