/** Small parts that the groups of options share. */
import type { ReactNode } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import type { NamedFile } from '../../state/services.ts';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import styles from './options.module.css';
import type { SignDraft } from './sign-draft.ts';

export interface GroupProps {
  readonly draft: SignDraft;
  readonly onChange: (change: Partial<SignDraft>) => void;
}

interface OptionGroupProps {
  readonly title: string;
  /** How many of its options are set. */
  readonly changes: number;
  readonly open?: boolean;
  /** What it is for, in a sentence. */
  readonly text: string;
  /** What the bootloader must be built with. */
  readonly needs?: string;
  readonly children: ReactNode;
}

export function OptionGroupBox({
  title,
  changes,
  open = false,
  text,
  needs,
  children,
}: OptionGroupProps) {
  return (
    <div className={styles.group}>
      <Disclosure
        label={changes === 0 ? title : m.sign_group_changed({ group: title, count: changes })}
        open={open}
      >
        <div className={styles.body}>
          <p className={styles.text}>
            {text}
            {needs !== undefined && <span className={styles.needs}>{needs}</span>}
          </p>
          {children}
        </div>
      </Disclosure>
    </div>
  );
}

interface FileFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly accept: string;
  readonly file: NamedFile | undefined;
  readonly onChange: (file: NamedFile | undefined) => void;
}

/** A file that is chosen, shown by name, and taken out again. */
export function FileField({ label, description, accept, file, onChange }: FileFieldProps) {
  const openFile = useOpenFile();
  return (
    <div className={styles.file}>
      <span className={styles.fileLabel}>{label}</span>
      <span className={styles.fileRow}>
        <Button
          size="small"
          icon="open"
          label={m.sign_choose_file_of({ what: label })}
          onClick={() => {
            openFile.open(accept, (chosen) => {
              onChange(chosen);
              return Promise.resolve();
            });
          }}
        >
          {m.sign_choose_file()}
        </Button>
        {file && (
          <>
            <code>{file.name}</code>
            <span>{formatBytes(file.bytes.length)}</span>
            <IconButton
              icon="cross"
              label={m.sign_take_out({ what: label })}
              onClick={() => {
                onChange(undefined);
              }}
            />
          </>
        )}
      </span>
      {description !== undefined && <span className={styles.hint}>{description}</span>}
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </div>
  );
}
