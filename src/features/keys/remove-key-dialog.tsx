/** Asks before a private key is wiped; more plainly, and by its typed name, when there is no other copy. */
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { TypedRemovalDialog } from './typed-removal.tsx';

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
      // Sealed, and nobody has shown that a backup works.
      <TypedRemovalDialog
        title={title}
        consequence={entry.saved ? m.keys_remove_unproven() : m.keys_remove_unsaved()}
        label={m.keys_type_name({ name: entry.name })}
        expected={entry.name}
        confirmLabel={m.keys_remove_do()}
        opened={opened}
        onClose={onClose}
        onConfirm={() => {
          void forget(entry.id, entry.name);
        }}
      />
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
