/** The ways that open the vault: a second one is a second chance. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { UnlockWay } from '../../state/keys.ts';
import { useAppState, useKeys } from '../../state/react.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';
import { NewPassphrase, useNewPassphrase } from './new-passphrase.tsx';
import { usePasskeys } from './use-passkeys.tsx';
import { wayWords } from './vault-words.ts';
import styles from './vault.module.css';

type OpenDialog = 'none' | 'passphrase' | 'passkey';

export function UnlockWays({ ways }: { readonly ways: readonly UnlockWay[] }) {
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const passkeys = usePasskeys();
  const [dialog, setDialog] = useState<OpenDialog>('none');
  const close = (): void => {
    setDialog('none');
  };
  const hasPassphrase = ways.some(({ kind }) => kind === 'passphrase');
  return (
    <div>
      <h3 className={styles.small}>{m.vault_ways()}</h3>
      <ul className={styles.ways} aria-label={m.vault_ways()}>
        {ways.map((way) => (
          <Way
            key={way.kind === 'passkey' ? way.credentialId : way.kind}
            way={way}
            last={ways.length === 1}
          />
        ))}
      </ul>
      <Row>
        <Button
          size="small"
          icon={hasPassphrase ? 'pencil' : 'plus'}
          disabled={working}
          onClick={() => {
            setDialog('passphrase');
          }}
        >
          {hasPassphrase ? m.vault_change_passphrase() : m.vault_add_passphrase()}
        </Button>
        {passkeys.available && (
          <Button
            size="small"
            icon="plus"
            disabled={working}
            onClick={() => {
              setDialog('passkey');
            }}
          >
            {m.vault_add_passkey()}
          </Button>
        )}
      </Row>
      <Dialog
        title={hasPassphrase ? m.vault_change_passphrase() : m.vault_add_passphrase()}
        opened={dialog === 'passphrase'}
        onClose={close}
        careful
      >
        <PassphraseForm onClose={close} />
      </Dialog>
      <Dialog title={m.vault_add_passkey()} opened={dialog === 'passkey'} onClose={close}>
        <PasskeyForm onClose={close} />
      </Dialog>
    </div>
  );
}

function Way({ way, last }: { readonly way: UnlockWay; readonly last: boolean }) {
  const remove = useKeys((state) => state.removeUnlockWay);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const [asking, setAsking] = useState(false);
  const words = wayWords(way);
  return (
    <li>
      <Icon name={way.kind === 'passphrase' ? 'keyboard' : 'key'} size={16} />
      <span>{words}</span>
      <IconButton
        icon="trash"
        label={m.vault_remove_way({ way: words })}
        disabled={last || working}
        onClick={() => {
          setAsking(true);
        }}
      />
      <ConfirmDialog
        title={m.vault_remove_way_title()}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => void remove(way)}
        confirmLabel={m.vault_remove_way_do()}
      >
        <p>{m.vault_remove_way_text({ way: words })}</p>
      </ConfirmDialog>
    </li>
  );
}

interface FormProps {
  readonly onClose: () => void;
}

function PassphraseForm({ onClose }: FormProps) {
  const texts = useKitTexts();
  const { keys } = useAppState();
  const add = useKeys((state) => state.addUnlockWay);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const passphrase = useNewPassphrase();
  const submit = async (): Promise<void> => {
    const done = await add({ kind: 'passphrase', passphrase: passphrase.value }, '');
    if (done || keys.getState().activity.kind === 'failed') onClose();
  };
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (passphrase.ready && !working) void submit();
      }}
    >
      <NewPassphrase passphrase={passphrase} autoFocus />
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" busy={working} disabled={!passphrase.ready}>
          {m.vault_take_passphrase()}
        </Button>
      </div>
    </form>
  );
}

function PasskeyForm({ onClose }: FormProps) {
  const texts = useKitTexts();
  const { keys } = useAppState();
  const add = useKeys((state) => state.addUnlockWay);
  const passkeys = usePasskeys();
  const [label, setLabel] = useState<string>(m.vault_passkey_label_default());
  const name = label.trim();
  const submit = async (): Promise<void> => {
    const done = await passkeys.withNew(name, (secret) => add(secret, name));
    if (done || keys.getState().activity.kind === 'failed') onClose();
  };
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== '') void submit();
      }}
    >
      <TextField
        label={m.vault_passkey_label()}
        description={m.vault_passkey_hint()}
        value={label}
        onChange={setLabel}
        maxLength={40}
      />
      {passkeys.failure}
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" disabled={name === ''}>
          {m.vault_add_passkey_do()}
        </Button>
      </div>
    </form>
  );
}
