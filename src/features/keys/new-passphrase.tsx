/** A new passphrase: typed twice, judged in words, or suggested. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, TextField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import {
  passphraseStrength,
  suggestPassphrase,
  type PassphraseStrength,
} from './passphrase-strength.ts';
import { strengthWords } from './vault-words.ts';
import styles from './vault.module.css';

export interface PassphraseDraft {
  readonly value: string;
  readonly again: string;
  readonly setValue: (value: string) => void;
  readonly setAgain: (value: string) => void;
  readonly strength: PassphraseStrength;
  /** Not weak, and typed twice the same. */
  readonly ready: boolean;
}

export function useNewPassphrase(): PassphraseDraft {
  const [value, setValue] = useState('');
  const [again, setAgain] = useState('');
  const strength = passphraseStrength(value);
  return {
    value,
    again,
    setValue,
    setAgain,
    strength,
    ready: strength !== 'weak' && value === again,
  };
}

interface NewPassphraseProps {
  readonly passphrase: PassphraseDraft;
  readonly autoFocus?: boolean;
}

const bars: Readonly<Record<PassphraseStrength, number>> = { weak: 1, fair: 2, strong: 3 };
const strengthTones = { weak: 'failure', fair: 'caution', strong: 'proven' } as const;

export function NewPassphrase({ passphrase, autoFocus = false }: NewPassphraseProps) {
  const { rng } = useAppState().services;
  const { value, again, strength } = passphrase;
  const [shown, setShown] = useState(false);
  return (
    <div className={styles.passphrase}>
      <TextField
        label={m.vault_passphrase()}
        value={value}
        onChange={passphrase.setValue}
        secret={!shown}
        mono={shown}
        autoComplete="new-password"
        autoFocus={autoFocus}
      />
      <p className={styles.strength} data-tone={strengthTones[strength]} role="status">
        {value !== '' && (
          <>
            <span className={styles.bars} aria-hidden="true">
              {[1, 2, 3].map((bar) => (
                <span key={bar} data-filled={bar <= bars[strength]} />
              ))}
            </span>
            {strengthWords[strength]()}
          </>
        )}
      </p>
      <TextField
        label={m.vault_passphrase_again()}
        value={again}
        onChange={passphrase.setAgain}
        secret={!shown}
        mono={shown}
        autoComplete="new-password"
        error={again !== '' && again !== value ? m.vault_passphrase_differs() : undefined}
      />
      <Row spread>
        <CheckField label={m.vault_show()} checked={shown} onChange={setShown} />
        <Button
          size="small"
          kind="quiet"
          icon="refresh"
          onClick={() => {
            passphrase.setValue(suggestPassphrase((length) => rng.bytes(length)));
            passphrase.setAgain('');
            setShown(true);
          }}
        >
          {m.vault_suggest()}
        </Button>
      </Row>
    </div>
  );
}
