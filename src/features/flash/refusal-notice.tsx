/** Why an act at the board is refused, each reason with its way out. */
import type { PlanRefusal } from '../../core/provisioning/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import styles from './flash.module.css';

export function RefusalNotice({ reasons }: { readonly reasons: readonly PlanRefusal[] }) {
  return (
    <Notice tone="failure" live="alert" title={m.flash_act_refused()}>
      <ul className={styles.plain}>
        {reasons.map(({ code, message }) => {
          const { title, nextStep } = describeCode(code);
          return (
            <li key={message}>
              <strong>{title}</strong> {nextStep}
              <Disclosure label={m.burn_refusal_details()}>
                <code>{message}</code>
              </Disclosure>
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}
