/** Asks before a private key is wiped; more plainly when there is no other copy. */
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { Notice } from '../../ui/kit/notice.tsx';

interface RemoveKeyDialogProps {
  readonly entry: KeyEntry;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function RemoveKeyDialog({ entry, opened, onClose }: RemoveKeyDialogProps) {
  const forget = useKeys((state) => state.forget);
  return (
    <ConfirmDialog
      title={m.keys_remove_title({ name: entry.name })}
      opened={opened}
      onClose={onClose}
      onConfirm={() => {
        void forget(entry.id);
      }}
      confirmLabel={m.keys_remove_do()}
    >
      {entry.saved ? (
        <p>{m.keys_remove_saved()}</p>
      ) : (
        <Notice tone="failure">{m.keys_remove_unsaved()}</Notice>
      )}
    </ConfirmDialog>
  );
}
