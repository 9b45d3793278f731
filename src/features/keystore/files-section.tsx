/** The keystore as files. One of them is secret, and says so before it is saved. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { ConfirmDialog } from '../../ui/confirm/confirm-dialog.tsx';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './keystore.module.css';

export function FilesSection() {
  const saveC = useKeystore((state) => state.saveC);
  const saveDer = useKeystore((state) => state.saveDer);
  const saveOtp = useKeystore((state) => state.saveOtp);
  const [asking, setAsking] = useState(false);
  return (
    <Section title={m.keystore_files()} description={m.keystore_files_text()}>
      <ul className={styles.files}>
        <FileRow name="keystore.c" text={m.keystore_file_c()} onSave={() => void saveC()} />
        <FileRow name="keystore.der" text={m.keystore_file_der()} onSave={() => void saveDer()} />
        <FileRow
          name="otp.bin"
          text={m.keystore_file_otp()}
          secret
          onSave={() => {
            setAsking(true);
          }}
        />
      </ul>
      <ConfirmDialog
        title={m.keystore_otp_title()}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => void saveOtp()}
        confirmLabel={m.keystore_otp_do()}
        kind="care"
      >
        <Notice tone="caution">{m.keystore_otp_text()}</Notice>
        <p>{m.keystore_otp_once()}</p>
      </ConfirmDialog>
    </Section>
  );
}

interface FileRowProps {
  readonly name: string;
  readonly text: string;
  readonly onSave: () => void;
  readonly secret?: boolean;
}

function FileRow({ name, text, onSave, secret = false }: FileRowProps) {
  return (
    <li>
      <code>{name}</code>
      <span>{text}</span>
      {secret ? (
        <Badge tone="caution" icon="secret">
          {m.hex_secret()}
        </Badge>
      ) : (
        <span />
      )}
      <Button size="small" icon="download" onClick={onSave}>
        {m.keystore_save({ file: name })}
      </Button>
    </li>
  );
}
