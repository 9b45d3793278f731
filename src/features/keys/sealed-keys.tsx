/** What is shown of the keys while the vault is locked: nothing secret. */
import { m } from '../../i18n/paraglide/messages.js';
import type { SealedKeyFacts } from '../../state/keys.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { algorithmLabels, keyState } from './key-words.ts';
import styles from './vault.module.css';

export function SealedKeys({ keys }: { readonly keys: readonly SealedKeyFacts[] }) {
  if (keys.length === 0) return <p className={styles.remark}>{m.vault_empty()}</p>;
  return (
    <div>
      <h3 className={styles.small}>{m.vault_sealed_keys({ count: keys.length })}</h3>
      <ul className={styles.sealed} aria-label={m.vault_sealed_list()}>
        {keys.map((key) => {
          const state = keyState({ ...key, origin: 'generated', sealed: true });
          return (
            <li key={key.id}>
              <span className={styles.sealedHead}>
                <strong>{key.name}</strong>
                <span>
                  {algorithmLabels[key.algorithm]} {key.parameters}
                </span>
                <Badge tone={state.tone} icon={state.icon}>
                  {state.word}
                </Badge>
              </span>
              <Fingerprint
                hex={key.fingerprint}
                of={m.keys_fingerprint_of({ name: key.name })}
                short
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
