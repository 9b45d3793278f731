/** Bootloader and signed application as one file on the drive, where the primer was. */
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { InstallRefusal } from '../../state/install.ts';
import { refuseFactory } from '../../state/one-cable-factory.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useAppState, useBench, useFirmware, useInstall, useKeystore } from '../../state/react.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { CableStep } from './cable-step.tsx';
import styles from './one-cable.module.css';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

export function FactoryStep({ state }: { readonly state: StepState }) {
  const store = useOneCableStore();
  const factory = useOneCable((now) => now.factory);
  const running = useOneCable((now) => now.job.kind === 'running');
  const refusals = useRefusals();
  const ready = state !== 'later' && refusals.length === 0 && !running;
  return (
    <CableStep
      number={4}
      title={m.cable_factory()}
      text={m.cable_factory_text()}
      state={state}
      jobs={['install']}
    >
      {factory !== undefined && (
        <Notice tone="proven" title={m.cable_factory_written()} live="status" />
      )}
      <Bootloader disabled={running} />
      <Image disabled={running} />
      {state !== 'later' && <Refusals refusals={refusals} />}
      <Row>
        <Button
          kind={state === 'now' ? 'primary' : 'default'}
          icon="download"
          disabled={!ready}
          onClick={() => void store.getState().install()}
        >
          {m.cable_factory_now()}
        </Button>
      </Row>
    </CableStep>
  );
}

/** Asked again whenever something changed that the answer rests on. */
function useRefusals(): readonly InstallRefusal[] {
  const app = useAppState();
  useInstall((now) => now.bootloader);
  useInstall((now) => now.imageId);
  useFirmware((now) => now.images);
  useKeystore((now) => now.view);
  useBench((now) => now.bench);
  return refuseFactory(app);
}

function Bootloader({ disabled }: { readonly disabled: boolean }) {
  const { install } = useAppState();
  const chosen = useInstall((now) => now.bootloader);
  const activity = useInstall((now) => now.activity);
  const virtual = useBench((now) => now.bench?.kind === 'virtual');
  const { open, error, dismiss } = useOpenFile();
  const { loadSampleBootloader, openBootloader, dismiss: dismissStore } = install.getState();
  const failure = error ?? (activity.kind === 'failed' ? activity.error : undefined);
  return (
    <Stack gap={2}>
      <Row>
        <strong>{m.cable_bootloader()}</strong>
        {chosen && (
          <span>
            {chosen.name} · {formatBytes(chosen.bytes.length)}
          </span>
        )}
      </Row>
      <Row>
        {virtual && (
          <Button icon="virtual" disabled={disabled} onClick={() => void loadSampleBootloader()}>
            {m.cable_bootloader_sample()}
          </Button>
        )}
        <Button
          icon="open"
          disabled={disabled}
          onClick={() => {
            open('.bin,.hex,.ihex,.srec,.s19,.s37,.elf,.dfu', openBootloader);
          }}
        >
          {m.cable_bootloader_open()}
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

const none = '';

function Image({ disabled }: { readonly disabled: boolean }) {
  const { install } = useAppState();
  const images = useFirmware((now) => now.images);
  const imageId = useInstall((now) => now.imageId);
  return (
    <Row align="end">
      <SelectField
        label={m.cable_image()}
        value={imageId ?? none}
        disabled={disabled}
        onChange={(id) => {
          install.getState().chooseImage(id === none ? undefined : id);
        }}
        choices={[
          { value: none, label: m.cable_image_choose() },
          ...images.map(({ id, name, image }) => ({
            value: id,
            label: m.update_image_option({ name, version: image.version }),
          })),
        ]}
      />
      {images.length === 0 && (
        <LinkButton href="#/firmware" kind="quiet">
          {m.cable_image_sign()}
        </LinkButton>
      )}
    </Row>
  );
}

function Refusals({ refusals }: { readonly refusals: readonly InstallRefusal[] }) {
  const words = [...new Set(refusals.map(refusalWords))];
  return (
    <div role="status">
      {words.length > 0 && (
        <>
          <p className={styles.before}>{m.cable_factory_before()}</p>
          <ul className={styles.reasons}>
            {words.map((reason) => (
              <li key={reason}>
                <Icon name="dot" size={16} />
                {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function refusalWords({ kind }: InstallRefusal): string {
  switch (kind) {
    case 'no-bootloader':
      return m.cable_factory_no_bootloader();
    case 'no-image':
      return m.cable_factory_no_image();
    case 'no-partitions':
      return m.cable_factory_no_partitions();
    case 'sample-on-real-board':
      return m.cable_factory_sample();
    case 'too-large':
      return m.cable_factory_too_large();
    case 'not-accepted':
      return m.cable_factory_not_accepted();
    case 'not-plain':
      return m.cable_factory_not_plain();
    case 'no-board':
    case 'primer-in-flash':
      return m.cable_no_bench_text();
  }
}
