/** Gives up the whole vault, also without what opens it; says first which keys are lost. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { DamagedKey, SealedKeyFacts } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { TypedRemovalDialog } from './typed-removal.tsx';

interface DeleteVaultProps {
  readonly keys: readonly Pick<SealedKeyFacts, 'name' | 'proven'>[];
  readonly damaged: readonly DamagedKey[];
}

export function DeleteVault({ keys, damaged }: DeleteVaultProps) {
  const deleteVault = useKeys((state) => state.deleteVault);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const [asking, setAsking] = useState(false);
  const lost = [...keys.filter(({ proven }) => !proven), ...damaged].map(({ name }) => name);
  const proven = keys.filter((key) => key.proven).map(({ name }) => name);
  return (
    <div>
      <Button
        kind="quiet"
        icon="trash"
        disabled={working}
        onClick={() => {
          setAsking(true);
        }}
      >
        {m.vault_delete()}
      </Button>
      <TypedRemovalDialog
        title={m.vault_delete_title()}
        consequence={
          <>
            <p>{m.vault_delete_text()}</p>
            {lost.length > 0 && <p>{m.vault_delete_lost({ keys: lost.join(', ') })}</p>}
            {proven.length > 0 && <p>{m.vault_delete_proven({ keys: proven.join(', ') })}</p>}
            {lost.length + proven.length === 0 && <p>{m.vault_delete_empty()}</p>}
          </>
        }
        label={m.vault_delete_type({ word: m.vault_delete_word() })}
        expected={m.vault_delete_word()}
        confirmLabel={m.vault_delete_do()}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          void deleteVault(lost.length > 0);
        }}
      />
    </div>
  );
}
