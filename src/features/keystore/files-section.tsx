/** The keystore as files. One of them is secret, and says so before it is saved. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './keystore.module.css';
import { OtpDialog } from './otp-dialog.tsx';

export function FilesSection() {
  const saveC = useKeystore((state) => state.saveC);
  const saveDer = useKeystore((state) => state.saveDer);
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
      <OtpDialog
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
      />
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
