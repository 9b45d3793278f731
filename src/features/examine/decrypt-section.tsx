/** Opens an encrypted image with the key file it was encrypted with. */
import { useState } from 'react';
import { imageCiphers, type ImageCipher } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useExamine, useExamineStore } from '../../state/use-examine.ts';
import { Button } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';

const ciphers = Object.keys(imageCiphers) as readonly ImageCipher[];

export function DecryptSection() {
  const store = useExamineStore();
  const activity = useExamine((state) => state.activity);
  const [cipher, setCipher] = useState<ImageCipher>('chacha20');
  const { open, error, dismiss } = useOpenFile();
  return (
    <Section title={m.examine_decrypt()} description={m.examine_decrypt_text()}>
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
      <Row align="end">
        <SelectField
          label={m.examine_cipher()}
          value={cipher}
          onChange={setCipher}
          choices={ciphers.map((value) => ({ value, label: imageCiphers[value].label }))}
        />
        <Button
          icon="unlocked"
          kind="primary"
          busy={activity.kind === 'busy' && activity.what === 'decrypt'}
          onClick={() => {
            open('', (file) => store.getState().decrypt(cipher, file));
          }}
        >
          {m.examine_decrypt_do()}
        </Button>
      </Row>
    </Section>
  );
}
