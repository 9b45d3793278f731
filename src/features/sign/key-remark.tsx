/** What the chosen key has to say before it signs: few signatures left, or a state nobody can trust. */
import { m } from '../../i18n/paraglide/messages.js';
import { signaturesWarning } from '../../i18n/signatures.ts';
import type { KeyEntry } from '../../state/keys.ts';
import { Notice } from '../../ui/kit/notice.tsx';
import styles from './sign.module.css';

export function KeyRemark({
  entry: { name, signatures, suspended },
}: {
  readonly entry: KeyEntry;
}) {
  if (suspended !== undefined) {
    return (
      <div className={styles.wide}>
        <Notice
          tone="caution"
          title={m.keys_suspended()}
          actions={<a href="#/keys">{m.keys_advance_of({ name })}</a>}
        />
      </div>
    );
  }
  const warning = signatures && signaturesWarning(signatures);
  return (
    warning && (
      <div className={styles.wide}>
        <Notice tone={warning.tone}>{warning.words}</Notice>
      </div>
    )
  );
}

/** A key that counts its signatures: not without one that is surely free. */
export function maySign({ signatures, suspended }: KeyEntry): boolean {
  return (
    suspended === undefined &&
    (signatures === undefined || signatures.nextIndex < signatures.capacity)
  );
}
