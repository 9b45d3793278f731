/** What a boot proof takes: a console, and a rightly signed image that is newer than what runs. */
import type { ReactNode } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useFirmware, useUpdate } from '../../state/react.ts';
import { useBootProof, useBootProofActions } from '../../state/use-boot-proof.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './boot-proof.module.css';

export function NeedsSection() {
  const connected = useUpdate((state) => state.link.kind === 'open');
  const chosen = useBootProof((state) => state.imageId !== undefined);
  return (
    <Section title={m.proof_needs()}>
      <ul className={styles.needs}>
        <Need met={connected} words={m.proof_need_console()}>
          {!connected && <Connect />}
        </Need>
        <Need met={chosen} words={m.proof_need_image()}>
          <ImageChoice />
        </Need>
      </ul>
    </Section>
  );
}

interface NeedProps {
  readonly met: boolean;
  readonly words: string;
  readonly children: ReactNode;
}

function Need({ met, words, children }: NeedProps) {
  return (
    <li data-met={met}>
      <p>
        <Icon name={met ? 'check' : 'dot'} size={18} />
        <span>{words}</span>
        {met && <Badge tone="proven">{m.proof_step_did()}</Badge>}
      </p>
      {children}
    </li>
  );
}

function Connect() {
  const { bench, update } = useAppState();
  const ports = useBench((state) => state.serial.length);
  const opening = useUpdate(
    ({ link, activity }) =>
      link.kind === 'opening' || (activity.kind === 'busy' && activity.what === 'connect'),
  );
  const failed = useUpdate(({ activity }) =>
    activity.kind === 'failed' && activity.what === 'connect' ? activity.error : undefined,
  );
  const { connect, dismiss } = update.getState();
  const chooseAndConnect = async (): Promise<void> => {
    if (await bench.getState().chooseSerial()) await connect();
  };
  return (
    <Stack gap={2}>
      <Row>
        <Button
          kind="primary"
          icon="usb"
          busy={opening}
          onClick={() => void (ports > 0 ? connect() : chooseAndConnect())}
        >
          {m.proof_connect()}
        </Button>
        {ports > 1 && (
          <Button kind="quiet" onClick={() => void chooseAndConnect()}>
            {m.proof_choose_port()}
          </Button>
        )}
        <LinkButton kind="quiet" href="#/update">
          {m.proof_to_update()}
        </LinkButton>
      </Row>
      {failed && <ErrorNotice failure={describeFailure(failed)} onDismiss={dismiss} />}
    </Stack>
  );
}

const none = '';

function ImageChoice() {
  const images = useFirmware((state) => state.images);
  const imageId = useBootProof((state) => state.imageId);
  const running = useBootProof((state) => state.job.kind === 'running');
  const { chooseImage } = useBootProofActions();
  // A patch or ciphertext has no place of its own for a wrong signature.
  const plain = images.filter(({ form }) => form === 'plain');
  const image = plain.find(({ id }) => id === imageId);
  return (
    <Stack gap={2}>
      <Row align="end">
        <SelectField
          label={m.proof_image()}
          value={imageId ?? none}
          disabled={running}
          onChange={(id) => {
            chooseImage(id === none ? undefined : id);
          }}
          choices={[
            { value: none, label: m.proof_choose_image() },
            ...plain.map(({ id, name, image: { version } }) => ({
              value: id,
              label: m.proof_image_option({ name, version }),
            })),
          ]}
        />
        <LinkButton kind="quiet" icon="firmware" href="#/firmware">
          {m.proof_sign()}
        </LinkButton>
      </Row>
      {image !== undefined && image.verdict?.ok !== true && (
        <Notice tone="caution" live="status">
          {m.proof_image_refused()}
        </Notice>
      )}
      <p className={styles.note}>{m.proof_wrong_note()}</p>
    </Stack>
  );
}
