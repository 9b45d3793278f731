/** Firmware that is not signed yet: the sample, or one's own. */
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useFirmware } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { FirmwareSourceNote } from './firmware-source.tsx';
import styles from './sign.module.css';

export function InputsSection() {
  const files = useFirmware((state) => state.files);
  const removeFirmware = useFirmware((state) => state.removeFirmware);
  const empty = files.length === 0;
  return (
    <Section
      title={m.firmware_inputs()}
      description={m.firmware_inputs_text()}
      aside={!empty && <Openers first={false} />}
    >
      {empty ? (
        <EmptyState icon="firmware" title={m.firmware_inputs_empty()} actions={<Openers first />}>
          {m.firmware_inputs_empty_text()}
        </EmptyState>
      ) : (
        <ul className={styles.inputs} aria-label={m.firmware_inputs()}>
          {files.map(({ id, name, bytes, sample, source }) => (
            <li key={id}>
              <code>{name}</code>
              <span>{formatBytes(bytes.length)}</span>
              {sample && (
                <Badge tone="virtual" icon="virtual">
                  {m.firmware_sample()}
                </Badge>
              )}
              <IconButton
                icon="trash"
                label={m.firmware_remove({ name })}
                onClick={() => {
                  removeFirmware(id);
                }}
              />
              {source !== undefined && <FirmwareSourceNote name={name} source={source} />}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const firmwareFiles = '.bin,.hex,.ihex,.elf,.axf,.srec,.s19,.s28,.s37,.mot,.dfu';

function Openers({ first }: { readonly first: boolean }) {
  const loadSample = useFirmware((state) => state.loadSample);
  const openFirmware = useFirmware((state) => state.openFirmware);
  const busy = useFirmware(({ activity }) => activity.kind === 'busy');
  const openFile = useOpenFile();
  return (
    <>
      <Button
        icon="virtual"
        kind={first ? 'primary' : 'default'}
        disabled={busy}
        onClick={() => void loadSample()}
      >
        {m.firmware_load_sample()}
      </Button>
      <Button
        icon="open"
        disabled={busy}
        onClick={() => {
          openFile.open(firmwareFiles, openFirmware);
        }}
      >
        {m.firmware_open()}
      </Button>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </>
  );
}
