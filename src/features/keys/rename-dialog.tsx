/** A new name for a key; the key itself stays as it is. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { keyNameProblem } from './key-words.ts';

interface RenameDialogProps {
  readonly entry: KeyEntry;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function RenameDialog({ entry, opened, onClose }: RenameDialogProps) {
  return (
    <Dialog title={m.keys_rename_title()} opened={opened} onClose={onClose}>
      <RenameForm entry={entry} onClose={onClose} />
    </Dialog>
  );
}

/** Made anew with every opening, so that it starts from the present name. */
function RenameForm({ entry, onClose }: Omit<RenameDialogProps, 'opened'>) {
  const texts = useKitTexts();
  const rename = useKeys((state) => state.rename);
  const [name, setName] = useState(entry.name);
  const problem = keyNameProblem(name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem !== undefined) return;
        void rename(entry.id, name.trim());
        onClose();
      }}
    >
      <TextField
        label={m.keys_name()}
        value={name}
        onChange={setName}
        error={problem}
        maxLength={60}
        mono
      />
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" disabled={problem !== undefined}>
          {m.keys_rename_do()}
        </Button>
      </div>
    </form>
  );
}
