/** Opens a locked vault, by any of its ways. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { VaultStatus } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { usePasskeys } from './use-passkeys.tsx';
import styles from './vault.module.css';

export function UnlockForm({
  vault,
}: {
  readonly vault: Extract<VaultStatus, { kind: 'locked' }>;
}) {
  const byPassphrase = vault.ways.some(({ kind }) => kind === 'passphrase');
  const credentialIds = vault.ways.flatMap((way) =>
    way.kind === 'passkey' ? [way.credentialId] : [],
  );
  return (
    <div className={styles.unlock}>
      {byPassphrase && <PassphraseForm />}
      {credentialIds.length > 0 && (
        <PasskeyButton credentialIds={credentialIds} only={!byPassphrase} />
      )}
    </div>
  );
}

function PassphraseForm() {
  const unlock = useKeys((state) => state.unlock);
  const unlocking = useKeys(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'unlock',
  );
  const [passphrase, setPassphrase] = useState('');
  return (
    <form
      className={styles.unlockForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (passphrase === '' || unlocking) return;
        setPassphrase('');
        void unlock({ kind: 'passphrase', passphrase });
      }}
    >
      <TextField
        label={m.vault_passphrase()}
        value={passphrase}
        onChange={setPassphrase}
        secret
        autoComplete="current-password"
      />
      <Button
        type="submit"
        kind="primary"
        icon="unlocked"
        busy={unlocking}
        disabled={passphrase === ''}
      >
        {m.vault_unlock()}
      </Button>
    </form>
  );
}

interface PasskeyButtonProps {
  readonly credentialIds: readonly string[];
  readonly only: boolean;
}

function PasskeyButton({ credentialIds, only }: PasskeyButtonProps) {
  const unlock = useKeys((state) => state.unlock);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const passkeys = usePasskeys();
  return (
    <>
      <Button
        kind={only ? 'primary' : 'default'}
        icon="key"
        disabled={!passkeys.available || working}
        onClick={() => void passkeys.withOneOf(credentialIds, unlock)}
      >
        {m.vault_unlock_passkey()}
      </Button>
      {passkeys.failure}
    </>
  );
}
