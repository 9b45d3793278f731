/** A place to drop a file on, with the button that does the same for everybody else. */
import { useEffect, useRef, useState, type DragEvent, type ReactNode } from 'react';
import styles from './drop-zone.module.css';
import { Icon, type IconName } from './icons.tsx';

interface DropZoneProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  /** The button that opens a file. */
  readonly actions: ReactNode;
  readonly onFile: (file: File) => void;
  /** Lower, for a second file or when one is open. */
  readonly small?: boolean;
  /** Takes what is dropped beside it or pasted, too: at most one zone of a page. */
  readonly wholePage?: boolean;
}

export function DropZone({
  icon,
  title,
  children,
  actions,
  onFile,
  small = false,
  wholePage = false,
}: DropZoneProps) {
  const [over, setOver] = useState(false);
  const overPage = usePageDrop(wholePage, onFile);
  const takes = (event: DragEvent): boolean => {
    if (!holdsFiles(event.dataTransfer)) return false;
    event.preventDefault();
    return true;
  };
  return (
    <div
      className={styles.zone}
      data-small={small}
      data-over={over || overPage || undefined}
      onDragOver={(event) => {
        if (takes(event)) setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!takes(event)) return;
        event.stopPropagation();
        const [file] = event.dataTransfer.files;
        if (file !== undefined) onFile(file);
      }}
    >
      <span className={styles.icon}>
        <Icon name={icon} size={small ? 20 : 26} />
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children !== undefined && <div className={styles.text}>{children}</div>}
      </div>
      <div className={styles.actions}>{actions}</div>
    </div>
  );
}

/** A file dropped beside the zone would otherwise replace the page. True while one is over the page. */
function usePageDrop(active: boolean, onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  }, [onFile]);
  useEffect(() => {
    if (!active) return;
    const onDragOver = (event: globalThis.DragEvent): void => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: globalThis.DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const take = (event: Event, transfer: DataTransfer | null): void => {
      setOver(false);
      const file = transfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      latest.current(file);
    };
    const onDrop = (event: globalThis.DragEvent): void => {
      take(event, event.dataTransfer);
    };
    const onPaste = (event: ClipboardEvent): void => {
      take(event, event.clipboardData);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
      window.removeEventListener('paste', onPaste);
    };
  }, [active]);
  return over;
}

function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false;
}
