/** What goes into flash and where: the bootloader and the first signed image. */
import type { ReactNode } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useAppState, useBench, useInstall, useKeystore } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { ImageChoice } from './image-choice.tsx';
import styles from './update.module.css';

const flashStart = 0x08000000;

export function InstallParts({ disabled }: { readonly disabled: boolean }) {
  const { install: store } = useAppState();
  const imageId = useInstall((state) => state.imageId);
  const partitions = useKeystore((state) => state.view.profile.partitions);
  const { chooseImage, openImage } = store.getState();
  return (
    <div className={styles.parts}>
      <Part
        name={m.update_install_title_bootloader()}
        place={partitions && place(flashStart, partitions.bootAddress - flashStart)}
      >
        <Bootloader disabled={disabled} />
      </Part>
      <Part
        name={m.update_install_title_firmware()}
        place={partitions && place(partitions.bootAddress, partitions.sizeBytes)}
      >
        <ImageChoice
          label={m.update_first_image()}
          imageId={imageId}
          disabled={disabled}
          onChoose={chooseImage}
          onFile={openImage}
        />
      </Part>
    </div>
  );
}

function place(address: number, sizeBytes: number): string {
  return m.update_install_at({ address: hexNumber(address), size: formatBytes(sizeBytes) });
}

interface PartProps {
  readonly name: string;
  readonly place: string | undefined;
  readonly children: ReactNode;
}

function Part({ name, place: where, children }: PartProps) {
  return (
    <div className={styles.part}>
      <h3>{name}</h3>
      {where !== undefined && <p className={styles.note}>{where}</p>}
      {children}
    </div>
  );
}

function Bootloader({ disabled }: { readonly disabled: boolean }) {
  const { install: store } = useAppState();
  const chosen = useInstall((state) => state.bootloader);
  const activity = useInstall((state) => state.activity);
  const virtual = useBench((state) => state.bench?.kind === 'virtual');
  const { open, error, dismiss } = useOpenFile();
  const { loadSampleBootloader, openBootloader, dismiss: dismissStore } = store.getState();
  const failure = error ?? (activity.kind === 'failed' ? activity.error : undefined);
  return (
    <Stack gap={2}>
      {chosen === undefined ? (
        <p className={styles.note}>{m.update_bootloader_none()}</p>
      ) : (
        <Row>
          <strong>{chosen.name}</strong>
          <span>{formatBytes(chosen.bytes.length)}</span>
          {chosen.sample && <Badge tone="virtual">{m.update_sample()}</Badge>}
          <Fingerprint hex={chosen.sha256} of={chosen.name} short />
        </Row>
      )}
      <Row>
        {virtual && (
          <Button icon="virtual" disabled={disabled} onClick={() => void loadSampleBootloader()}>
            {m.update_use_sample_bootloader()}
          </Button>
        )}
        <Button
          icon="open"
          disabled={disabled}
          onClick={() => {
            open('.bin,.hex,.ihex,.srec,.s19,.s37,.elf,.dfu', openBootloader);
          }}
        >
          {m.update_open_bootloader()}
        </Button>
      </Row>
      {failure && (
        <ErrorNotice
          failure={describeFailure(failure)}
          onDismiss={() => {
            dismiss();
            dismissStore();
          }}
        />
      )}
    </Stack>
  );
}
