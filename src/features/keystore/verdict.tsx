/** Whether the bootloader could live with this keystore; if not, why, and what to do. */
import { keystoreWarnings, type KeystoreRefusal } from '../../core/wolfboot/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { Notice } from '../../ui/kit/notice.tsx';
import styles from './keystore.module.css';
import { warningWords } from './warning-words.ts';

export function Verdict() {
  const { refusals, slots, profile } = useKeystore((state) => state.view);
  const warnings = keystoreWarnings(slots, profile);
  return (
    <>
      {refusals.length === 0 ? (
        <Notice tone="proven" title={m.keystore_fits()} live="status">
          {m.keystore_fits_text()}
        </Notice>
      ) : (
        <Notice tone="failure" title={m.keystore_refused()} live="alert">
          <Reasons refusals={refusals} />
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice tone="caution" title={m.keystore_warnings()} live="status">
          <ul className={styles.warnings}>
            {warnings.map((warning) => (
              <li key={warning.message}>{warningWords(warning)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function Reasons({ refusals }: { readonly refusals: readonly KeystoreRefusal[] }) {
  return (
    <ul className={styles.reasons}>
      {refusals.map((refusal) => {
        const { title, cause, nextStep } = describeCode(refusal.code);
        return (
          <li key={`${refusal.code}-${refusal.slot ?? ''}`}>
            <strong>
              {refusal.slot !== undefined && `${m.keystore_slot_n({ index: refusal.slot })}: `}
              {title}
            </strong>
            <span>
              {cause} {nextStep}
            </span>
            <code>{refusal.message}</code>
          </li>
        );
      })}
    </ul>
  );
}
