/** What the virtual board's bootloader was built with, and the key of its encrypted updates. */
import type { BoardBuild, BoardPanel } from '../../core/ports/index.ts';
import {
  imageCiphers,
  parseEncryptionKeyFile,
  type EncryptionKey,
  type ImageCipher,
} from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { Button } from '../../ui/kit/button.tsx';
import { SelectField, SwitchField } from '../../ui/kit/fields.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import styles from './board-panel.module.css';

interface BuildFormProps {
  readonly panel: BoardPanel;
  readonly build: BoardBuild;
  readonly keyHanded: boolean;
}

const ciphers = Object.keys(imageCiphers) as ImageCipher[];
const headerSizes = ['256', '512', '1024', '2048', '4096', '8192', '16384', '32768'] as const;

export function BuildForm({ panel, build, keyHanded }: BuildFormProps) {
  return (
    <Stack gap={2}>
      <p className={styles.note}>{m.panel_build_lede()}</p>
      <SwitchField
        label={m.panel_build_one_bank()}
        description={m.panel_build_one_bank_note()}
        checked={build.oneBank}
        onChange={(oneBank) => {
          panel.setBuild({ oneBank });
        }}
      />
      <SwitchField
        label={m.panel_build_delta()}
        description={m.panel_build_delta_note()}
        checked={build.deltaUpdates}
        onChange={(deltaUpdates) => {
          panel.setBuild({ deltaUpdates });
        }}
      />
      <SwitchField
        label={m.panel_build_unchecked()}
        description={m.panel_build_unchecked_note()}
        checked={!build.checksSignatures}
        onChange={(unchecked) => {
          panel.setBuild({ checksSignatures: !unchecked });
        }}
      />
      <SelectField<ImageCipher | 'none'>
        label={m.panel_build_cipher()}
        value={build.cipher ?? 'none'}
        choices={[
          { value: 'none', label: m.panel_build_cipher_none() },
          ...ciphers.map((cipher) => ({ value: cipher, label: imageCiphers[cipher].label })),
        ]}
        onChange={(cipher) => {
          panel.setBuild({ cipher: cipher === 'none' ? undefined : cipher });
        }}
      />
      <SelectField
        label={m.panel_build_header()}
        description={m.panel_build_header_note()}
        value={build.headerSizeBytes === undefined ? 'usual' : String(build.headerSizeBytes)}
        choices={[
          { value: 'usual', label: m.panel_build_header_usual() },
          ...headerSizes.map((size) => ({
            value: size,
            label: m.panel_build_header_bytes({ size }),
          })),
        ]}
        onChange={(size) => {
          panel.setBuild({ headerSizeBytes: size === 'usual' ? undefined : Number(size) });
        }}
      />
      {build.cipher !== undefined && (
        <UpdateKey panel={panel} cipher={build.cipher} handed={keyHanded} />
      )}
    </Stack>
  );
}

interface UpdateKeyProps {
  readonly panel: BoardPanel;
  readonly cipher: ImageCipher;
  readonly handed: boolean;
}

function UpdateKey({ panel, cipher, handed }: UpdateKeyProps) {
  const { open, error, dismiss } = useOpenFile();
  return (
    <>
      <p className={styles.note} role="status">
        {handed ? m.panel_key_there() : m.panel_key_none()}
      </p>
      <Row>
        <Button
          size="small"
          icon="open"
          onClick={() => {
            open('', ({ name, bytes }) => {
              handOver(panel, parseEncryptionKeyFile(bytes, name, cipher));
              bytes.fill(0);
              return Promise.resolve();
            });
          }}
        >
          {m.panel_key_hand()}
        </Button>
        <Button
          size="small"
          kind="quiet"
          disabled={!handed}
          onClick={() => {
            panel.handUpdateKey(undefined);
          }}
        >
          {m.panel_key_take()}
        </Button>
      </Row>
      <p className={styles.note}>{m.panel_key_note()}</p>
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
    </>
  );
}

function handOver(panel: BoardPanel, key: EncryptionKey): void {
  panel.handUpdateKey(key);
  key.key.fill(0);
}
