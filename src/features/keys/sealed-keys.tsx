/** What is shown of the keys while the vault is locked: nothing secret. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import type { DamagedKey, SealedKeyFacts } from '../../state/keys.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { IconButton } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { algorithmLabels, keyState } from './key-words.ts';
import { TypedRemovalDialog } from './typed-removal.tsx';
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
                <RemoveByName entry={key} consequence={consequenceOf(key)} />
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

/** Records that are not what was sealed: the others open without them. */
export function DamagedKeys({ keys }: { readonly keys: readonly DamagedKey[] }) {
  if (keys.length === 0) return null;
  return (
    <div>
      <h3 className={styles.small}>{m.vault_damaged_keys({ count: keys.length })}</h3>
      <p className={styles.remark}>{m.vault_damaged_text()}</p>
      <ul className={styles.sealed} aria-label={m.vault_damaged_list()}>
        {keys.map((key) => (
          <li key={key.id}>
            <span className={styles.sealedHead}>
              <strong>{key.name}</strong>
              <Badge tone="failure">{m.vault_damaged()}</Badge>
              <RemoveByName entry={key} consequence={m.vault_damaged_remove()} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface RemoveByNameProps {
  readonly entry: Pick<SealedKeyFacts, 'id' | 'name'>;
  readonly consequence: string;
}

function RemoveByName({ entry: { id, name }, consequence }: RemoveByNameProps) {
  const forget = useKeys((state) => state.forget);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const [asking, setAsking] = useState(false);
  return (
    <>
      <IconButton
        icon="trash"
        label={m.keys_remove_of({ name })}
        disabled={working}
        onClick={() => {
          setAsking(true);
        }}
      />
      <TypedRemovalDialog
        title={m.keys_remove_title({ name })}
        consequence={consequence}
        label={m.keys_type_name({ name })}
        expected={name}
        confirmLabel={m.keys_remove_do()}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          void forget(id, name);
        }}
      />
    </>
  );
}

function consequenceOf({ saved, proven }: SealedKeyFacts): string {
  if (proven) return m.keys_remove_sealed();
  return saved ? m.keys_remove_unproven() : m.keys_remove_unsaved();
}
