/** Asks once more before something is thrown away. The safe answer has the focus. */
import type { ReactNode } from 'react';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { useKitTexts } from '../kit/texts.ts';

interface ConfirmDialogProps {
  readonly title: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** What will be done, as the button's words. */
  readonly confirmLabel: string;
  readonly children: ReactNode;
  /** `danger` destroys something; `care` only wants to be understood. */
  readonly kind?: 'danger' | 'care';
}

export function ConfirmDialog({
  title,
  opened,
  onClose,
  onConfirm,
  confirmLabel,
  children,
  kind = 'danger',
}: ConfirmDialogProps) {
  const texts = useKitTexts();
  return (
    <Dialog
      title={title}
      opened={opened}
      onClose={onClose}
      careful
      actions={
        <>
          <Button onClick={onClose} autoFocus>
            {texts.cancel}
          </Button>
          <Button
            kind={kind === 'danger' ? 'danger' : 'default'}
            onClick={() => {
              onConfirm();
              onClose();
            }}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
