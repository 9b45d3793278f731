/** What must be true on the board for a delta or an encrypted image, and what is known of it. */
import { imageCiphers } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useUpdate } from '../../state/react.ts';
import type { UpdateCondition } from '../../state/update-conditions.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import styles from './update.module.css';

/** Digits of a digest that tell images apart at a glance. */
const shownDigits = 16;

export function Conditions() {
  const conditions = useUpdate((state) => state.conditions);
  const virtual = useBench((state) => state.bench?.kind === 'virtual');
  if (conditions.length === 0) return null;
  return (
    <section aria-label={m.update_conditions()}>
      <p className={styles.refusalsTitle}>{m.update_conditions()}</p>
      <ul className={styles.conditions}>
        {conditions.map((condition) => (
          <li key={condition.kind}>
            <HoldsBadge holds={condition.holds} />
            <span>
              {conditionWords(condition)}
              {condition.kind === 'key-set' && virtual && ` ${m.update_condition_key_panel()}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HoldsBadge({ holds }: { readonly holds: boolean | undefined }) {
  if (holds === undefined) return <Badge tone="caution">{m.update_condition_unknown()}</Badge>;
  return holds ? (
    <Badge tone="proven">{m.update_condition_holds()}</Badge>
  ) : (
    <Badge tone="failure">{m.update_condition_fails()}</Badge>
  );
}

function conditionWords(condition: UpdateCondition): string {
  switch (condition.kind) {
    case 'one-bank':
      return m.update_condition_one_bank();
    case 'delta-build':
      return m.update_condition_delta_build();
    case 'base-runs':
      return m.update_condition_base_runs({ version: condition.baseVersion });
    case 'base-digest':
      return condition.digest === undefined
        ? m.update_condition_no_base_digest()
        : m.update_condition_base_digest({ digest: `${condition.digest.slice(0, shownDigits)}…` });
    case 'cipher-build':
      return condition.cipher === undefined
        ? m.update_condition_cipher_build_unknown()
        : m.update_condition_cipher_build({ cipher: imageCiphers[condition.cipher].label });
    case 'key-set':
      return condition.nonce === undefined
        ? m.update_condition_key_set_unknown()
        : m.update_condition_key_set({ nonce: condition.nonce });
  }
}
