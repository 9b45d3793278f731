/** The vault: keys sealed in this browser. None, locked or open. */
import { useState } from 'react';
import type { VaultStatus } from '../../state/keys.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { CreateVaultDialog } from './create-vault-dialog.tsx';
import { DeleteVault } from './delete-vault.tsx';
import { DamagedKeys, SealedKeys } from './sealed-keys.tsx';
import { UnlockForm } from './unlock-form.tsx';
import { UnlockWays } from './unlock-ways.tsx';
import { autoLockChoices } from './vault-words.ts';
import styles from './vault.module.css';

export function VaultSection() {
  const vault = useKeys((state) => state.vault);
  return (
    <Section
      title={m.vault_title()}
      description={descriptionOf(vault)}
      aside={<State vault={vault} />}
    >
      {vault.kind === 'none' ? <NoVault /> : <StoragePromise />}
      {vault.kind === 'locked' && (
        <>
          <Notice tone="info">
            {vault.ways.length === 0 ? m.vault_head_damaged() : m.vault_locked_no_keys()}
          </Notice>
          <UnlockForm vault={vault} />
          <SealedKeys keys={vault.keys} />
          <DamagedKeys keys={vault.damaged ?? []} />
          <DeleteVault keys={vault.keys} damaged={vault.damaged ?? []} />
        </>
      )}
      {vault.kind === 'open' && <OpenVault vault={vault} />}
    </Section>
  );
}

function descriptionOf(vault: VaultStatus): string {
  switch (vault.kind) {
    case 'none':
      return m.vault_none_text();
    case 'locked':
      return m.vault_locked_text();
    case 'open':
      return m.vault_open_text();
  }
}

function State({ vault }: { readonly vault: VaultStatus }) {
  if (vault.kind === 'none') return <Badge tone="neutral">{m.vault_state_none()}</Badge>;
  return vault.kind === 'locked' ? (
    <Badge tone="info" icon="lock">
      {m.vault_state_locked()}
    </Badge>
  ) : (
    <Badge tone="proven" icon="unlocked">
      {m.vault_state_open()}
    </Badge>
  );
}

/** Nothing is said of a promise that was made: it is what one expects. */
function StoragePromise() {
  const kept = useKeys((state) => state.storageKept);
  return kept === false && <Notice tone="caution">{m.vault_not_kept()}</Notice>;
}

function NoVault() {
  const [creating, setCreating] = useState(false);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  return (
    <Row>
      <Button
        icon="lock"
        disabled={working}
        onClick={() => {
          setCreating(true);
        }}
      >
        {m.vault_create()}
      </Button>
      <CreateVaultDialog
        opened={creating}
        onClose={() => {
          setCreating(false);
        }}
      />
    </Row>
  );
}

function OpenVault({ vault }: { readonly vault: Extract<VaultStatus, { kind: 'open' }> }) {
  const lock = useKeys((state) => state.lock);
  const keys = useKeys((state) => state.keys);
  const sealed = keys.filter((key) => key.sealed);
  const setAutoLock = useKeys((state) => state.setAutoLock);
  const locking = useKeys(({ activity }) => activity.kind === 'busy' && activity.what === 'lock');
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  return (
    <>
      <div className={styles.open}>
        <Button icon="lock" busy={locking} disabled={working} onClick={() => void lock()}>
          {m.vault_lock()}
        </Button>
        <SelectField
          label={m.vault_auto_lock()}
          value={String(vault.autoLockMinutes)}
          choices={autoLockChoices(vault.autoLockMinutes)}
          disabled={working}
          onChange={(minutes) => void setAutoLock(Number(minutes))}
        />
      </div>
      <UnlockWays ways={vault.ways} />
      <DamagedKeys keys={vault.damaged ?? []} />
      <DeleteVault keys={sealed} damaged={vault.damaged ?? []} />
    </>
  );
}
