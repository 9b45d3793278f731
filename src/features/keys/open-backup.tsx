/** Opening a private key file: an encrypted one asks for its passphrase first. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { AppError } from '../../core/errors.ts';
import { useOpenFile } from '../../state/open-file.ts';
import type { NamedFile } from '../../state/services.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';

type TakeBackup = (file: NamedFile, agePassphrase?: string) => Promise<void>;

interface OpenBackup {
  readonly open: (accept: string) => void;
  /** An age file that waits for its passphrase. */
  readonly sealed: NamedFile | undefined;
  readonly unseal: (passphrase: string) => void;
  readonly giveUp: () => void;
  readonly error: AppError | undefined;
  readonly dismiss: () => void;
}

export function useOpenBackup(take: TakeBackup): OpenBackup {
  const openFile = useOpenFile();
  const [sealed, setSealed] = useState<NamedFile>();
  return {
    open: (accept) => {
      openFile.open(accept, async (file) => {
        if (isAgeFile(file.bytes)) setSealed(file);
        else await take(file);
      });
    },
    sealed,
    unseal: (passphrase) => {
      setSealed(undefined);
      if (sealed !== undefined) void take(sealed, passphrase);
    },
    giveUp: () => {
      setSealed(undefined);
    },
    error: openFile.error,
    dismiss: openFile.dismiss,
  };
}

const ageMarks = ['age-encryption.org/v1', '-----BEGIN AGE ENCRYPTED FILE-----'];

function isAgeFile(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart();
  return ageMarks.some((mark) => start.startsWith(mark));
}

export function AgePassphraseDialog({ backup }: { readonly backup: OpenBackup }) {
  return (
    <Dialog
      title={m.keys_age_title({ file: backup.sealed?.name ?? '' })}
      opened={backup.sealed !== undefined}
      onClose={backup.giveUp}
    >
      <AgeForm backup={backup} />
    </Dialog>
  );
}

function AgeForm({ backup }: { readonly backup: OpenBackup }) {
  const texts = useKitTexts();
  const [passphrase, setPassphrase] = useState('');
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (passphrase !== '') backup.unseal(passphrase);
      }}
    >
      <TextField
        label={m.keys_age_passphrase()}
        description={m.keys_age_hint()}
        value={passphrase}
        onChange={setPassphrase}
        secret
        autoFocus
      />
      <div className="kf-actions">
        <Button onClick={backup.giveUp}>{texts.cancel}</Button>
        <Button type="submit" kind="primary" disabled={passphrase === ''}>
          {m.keys_age_open()}
        </Button>
      </div>
    </form>
  );
}
