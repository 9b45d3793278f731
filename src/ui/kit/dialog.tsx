/** A dialog: takes the focus, keeps it, gives it back to whoever opened it. Escape closes. */
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';
import { useKitTexts } from './texts.ts';

interface DialogProps {
  readonly title: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The row of buttons at the bottom. */
  readonly actions?: ReactNode;
  readonly size?: 'narrow' | 'wide';
  /** A dialog that asks for care does not close by a stray click. */
  readonly careful?: boolean;
}

const widths = { narrow: 480, wide: 720 } as const;

export function Dialog({
  title,
  opened,
  onClose,
  children,
  actions,
  size = 'narrow',
  careful = false,
}: DialogProps) {
  const texts = useKitTexts();
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={widths[size]}
      centered
      closeOnClickOutside={!careful}
      transitionProps={{ duration: 100 }}
      classNames={{
        overlay: styles.overlay ?? '',
        content: styles.content ?? '',
        body: styles.body ?? '',
        title: styles.title ?? '',
        close: styles.close ?? '',
      }}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: its <header> would be a second banner of the page. */}
        <div className={styles.header}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={texts.close} />
        </div>
        <Modal.Body>
          <div className={styles.stack}>{children}</div>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
