/** Words that stay on the screen: remarks, warnings, and failures with their way out. */
import type { ReactNode } from 'react';
import type { Tone } from './badge.tsx';
import { Button } from './button.tsx';
import { Disclosure } from './disclosure.tsx';
import { Icon, type IconName } from './icons.tsx';
import styles from './notice.module.css';
import { useKitTexts } from './texts.ts';

const toneIcons: Readonly<Record<Tone, IconName>> = {
  neutral: 'info',
  info: 'info',
  proven: 'proven',
  caution: 'warning',
  failure: 'failure',
  irreversible: 'fuse',
  virtual: 'virtual',
};

interface NoticeProps {
  readonly tone: Tone;
  readonly title?: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** `status` is read out politely when it appears, `alert` at once; a note is only read in passing. */
  readonly live?: 'note' | 'status' | 'alert';
}

export function Notice({ tone, title, children, actions, live = 'note' }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={live}>
      <Icon name={toneIcons[tone]} size={20} />
      <div className={styles.body}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children !== undefined && <div className={styles.text}>{children}</div>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}

export interface FailureWords {
  readonly title: string;
  readonly cause: string;
  readonly nextStep: string;
  /** For whoever helps: code, technical message, facts. */
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly help?: { readonly href: string; readonly label: string } | undefined;
  readonly diagnostics?: { readonly href: string; readonly label: string } | undefined;
}

interface ErrorNoticeProps {
  readonly failure: FailureWords;
  readonly onDismiss?: () => void;
  readonly actions?: ReactNode;
}

/** A failure: what happened, why, what to do; technical facts folded away. Read out at once. */
export function ErrorNotice({ failure, onDismiss, actions }: ErrorNoticeProps) {
  const texts = useKitTexts();
  return (
    <Notice
      tone="failure"
      title={failure.title}
      live="alert"
      actions={
        (actions !== undefined ||
          onDismiss !== undefined ||
          failure.help !== undefined ||
          failure.diagnostics !== undefined) && (
          <>
            {actions}
            {failure.help && <a href={failure.help.href}>{failure.help.label}</a>}
            {failure.diagnostics && (
              <a href={failure.diagnostics.href}>{failure.diagnostics.label}</a>
            )}
            {onDismiss && (
              <Button kind="quiet" size="small" onClick={onDismiss}>
                {texts.dismiss}
              </Button>
            )}
          </>
        )
      }
    >
      <dl className={styles.remedy}>
        <dt>{texts.cause}</dt>
        <dd>{failure.cause}</dd>
        <dt>{texts.nextStep}</dt>
        <dd>{failure.nextStep}</dd>
      </dl>
      <Disclosure label={texts.details}>
        <dl className={styles.details}>
          {failure.details.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Disclosure>
    </Notice>
  );
}
