/** Passkeys for the vault, where the browser has them: made or asked for, handed on, wiped. */
import { useEffect, useState, type ReactNode } from 'react';
import { wipe } from '../../core/bytes/index.ts';
import { toAppError, type AppError } from '../../core/errors.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { VaultSecret } from '../../state/keys.ts';
import { useAppState } from '../../state/react.ts';
import type { Passkeys, PasskeySecret } from '../../state/services.ts';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';

type Take = (secret: VaultSecret) => Promise<boolean>;

interface PasskeyHands {
  readonly available: boolean;
  /** True when `take` said so; a refusal or a failure of the authenticator stands in `failure`. */
  readonly withNew: (label: string, take: Take) => Promise<boolean>;
  readonly withOneOf: (credentialIds: readonly string[], take: Take) => Promise<boolean>;
  readonly failure: ReactNode;
}

export function usePasskeys(): PasskeyHands {
  const { findPasskeys } = useAppState().services;
  const [passkeys, setPasskeys] = useState<Passkeys>();
  const [error, setError] = useState<AppError>();
  useEffect(() => {
    let wanted = true;
    findPasskeys().then(
      (found) => {
        if (wanted) setPasskeys(found);
      },
      () => undefined, // as if there were none
    );
    return () => {
      wanted = false;
    };
  }, [findPasskeys]);

  const through = async (get: () => Promise<PasskeySecret>, take: Take): Promise<boolean> => {
    setError(undefined);
    try {
      const { credentialId, prf } = await get();
      try {
        return await take({ kind: 'passkey', credentialId, prf });
      } finally {
        wipe(prf);
      }
    } catch (thrown) {
      setError(toAppError(thrown));
      return false;
    }
  };
  const missing = (): Promise<never> => Promise.reject(new Error('there are no passkeys'));
  return {
    available: passkeys !== undefined,
    withNew: (label, take) => through(() => passkeys?.create(label) ?? missing(), take),
    withOneOf: (ids, take) => through(() => passkeys?.ask(ids) ?? missing(), take),
    failure:
      error?.code === 'cancelled' ? (
        <Notice tone="info" live="status">
          {m.vault_passkey_cancelled()}
        </Notice>
      ) : (
        error && (
          <ErrorNotice
            failure={describeFailure(error)}
            onDismiss={() => {
              setError(undefined);
            }}
          />
        )
      ),
  };
}
