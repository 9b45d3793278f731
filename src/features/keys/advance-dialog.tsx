/** Moves a suspended key forward: past every index that may have been used. Never back. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { offeredIndex, readIndex } from './advance-index.ts';

interface AdvanceDialogProps {
  readonly entry: KeyEntry;
  readonly suspension: NonNullable<KeyEntry['suspended']>;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function AdvanceDialog({ entry, suspension, opened, onClose }: AdvanceDialogProps) {
  return (
    <Dialog
      title={m.keys_advance_title({ name: entry.name })}
      opened={opened}
      onClose={onClose}
      careful
    >
      <AdvanceForm entry={entry} suspension={suspension} onClose={onClose} />
    </Dialog>
  );
}

function AdvanceForm({ entry, suspension, onClose }: Omit<AdvanceDialogProps, 'opened'>) {
  const texts = useKitTexts();
  const advance = useKeys((state) => state.advanceState);
  const [typed, setTyped] = useState(() => offeredIndex(suspension));
  const [name, setName] = useState('');
  const lowest = suspension.lowestSafeIndex;
  const most = entry.signatures?.capacity ?? lowest;
  const index = readIndex(typed, lowest, most);
  const named = sameFact(name, entry.name);
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (index === undefined || !named) return;
        void advance(entry.id, index);
        onClose();
      }}
    >
      <p>{m.keys_advance_what()}</p>
      <TextField
        label={m.keys_advance_index()}
        description={m.keys_advance_index_hint({
          lowest: lowest.toString(),
          most: most.toString(),
        })}
        value={typed}
        onChange={setTyped}
        error={
          index !== undefined || typed.trim() === ''
            ? undefined
            : m.keys_advance_index_bad({ lowest: lowest.toString(), most: most.toString() })
        }
        mono
      />
      <Notice tone="irreversible">{m.keys_advance_lost()}</Notice>
      <FactField
        label={m.keys_type_name({ name: entry.name })}
        expected={entry.name}
        value={name}
        onChange={setName}
      />
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="danger" disabled={index === undefined || !named}>
          {m.keys_advance_do()}
        </Button>
      </div>
    </form>
  );
}
