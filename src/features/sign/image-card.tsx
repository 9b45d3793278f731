/** One signed image: facts of its header, the verdict, its bytes. */
import { useMemo, useState } from 'react';
import { describeCode } from '../../i18n/failure.ts';
import { describeImageField } from '../../i18n/field-names.ts';
import { formatBytes, formatTime } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { SignedImage } from '../../state/firmware.ts';
import { useFirmware, useKeystore } from '../../state/react.ts';
import { HexView } from '../../ui/hex/hex-view.tsx';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { FormBadge, FormNotes } from './image-forms.tsx';
import { SaveAs } from './save-as.tsx';
import styles from './sign.module.css';
import { warningWords } from './warning-words.ts';

export function ImageCard({ entry }: { readonly entry: SignedImage }) {
  const [open, setOpen] = useState(false);
  const { image, name } = entry;
  return (
    <li className={styles.image}>
      <div className={styles.imageHead}>
        <h3>{m.firmware_version_n({ version: image.version })}</h3>
        <code>{name}</code>
        <Badge tone="neutral" icon={entry.origin === 'opened' ? 'open' : 'pencil'}>
          {entry.origin === 'opened' ? m.firmware_opened() : m.firmware_signed_here()}
        </Badge>
        <FormBadge entry={entry} />
        {entry.sample && <Badge tone="virtual">{m.firmware_sample()}</Badge>}
      </div>
      <Verdict entry={entry} />
      <FormNotes entry={entry} />
      <Facts
        facts={[
          { name: m.firmware_partition(), value: String(image.partitionId) },
          { name: m.firmware_header(), value: formatBytes(image.headerSizeBytes) },
          { name: m.firmware_size(), value: formatBytes(entry.bytes.length) },
          {
            name: m.firmware_time(),
            value:
              image.timestamp === undefined
                ? m.firmware_no_time()
                : `${formatTime(image.timestamp)} UTC`,
          },
        ]}
      />
      <div>
        <span className={styles.label}>{m.firmware_sha()}</span>
        <Fingerprint hex={entry.sha256} of={m.firmware_sha()} />
      </div>
      <ImageButtons
        entry={entry}
        open={open}
        onToggle={() => {
          setOpen(!open);
        }}
      />
      {open && <HeaderBytes entry={entry} />}
    </li>
  );
}

function Verdict({ entry }: { readonly entry: SignedImage }) {
  const chosen = useKeystore((state) => state.view.chosen);
  const { verdict } = entry;
  if (verdict === undefined || chosen.length === 0) {
    return <Notice tone="neutral">{m.firmware_no_keystore()}</Notice>;
  }
  if (verdict.ok) {
    const source = chosen[verdict.slotIndex]?.source;
    const signer = source?.kind === 'key' ? source.key.name : source?.imported.name;
    return (
      <Notice tone="proven" title={m.firmware_accepted()}>
        <p>
          {m.firmware_accepted_text({
            slot: verdict.slotIndex,
            partition: verdict.partitionId,
          })}{' '}
          {signer !== undefined && m.firmware_accepted_key({ name: signer })}
        </p>
        {verdict.warnings.map(({ code, message }) => (
          <p key={message}>
            {warningWords[code]()} <code className={styles.reason}>{message}</code>
          </p>
        ))}
      </Notice>
    );
  }
  const { title, cause, nextStep } = describeCode(verdict.code);
  return (
    <Notice tone="failure" title={`${m.firmware_refused()}: ${title}`}>
      <p>
        {cause} {nextStep}
      </p>
      <code className={styles.reason}>{verdict.message}</code>
    </Notice>
  );
}

interface ImageButtonsProps {
  readonly entry: SignedImage;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function ImageButtons({ entry, open, onToggle }: ImageButtonsProps) {
  const { id, name } = entry;
  const save = useFirmware((state) => state.save);
  const verify = useFirmware((state) => state.verify);
  const removeImage = useFirmware((state) => state.removeImage);
  return (
    <Row spread>
      <Row>
        <Button
          size="small"
          icon="download"
          label={m.firmware_save_of({ name })}
          onClick={() => {
            save(id);
          }}
        >
          {m.firmware_save()}
        </Button>
        <SaveAs image={entry} />
        <Button
          size="small"
          icon="refresh"
          label={m.firmware_verify_of({ name })}
          onClick={() => void verify(id)}
        >
          {m.firmware_verify()}
        </Button>
        <Button
          size="small"
          kind="quiet"
          icon="chevron"
          expanded={open}
          label={m.firmware_show_of({ name })}
          onClick={onToggle}
        >
          {m.firmware_show()}
        </Button>
      </Row>
      <IconButton
        icon="trash"
        label={m.firmware_remove({ name })}
        onClick={() => {
          removeImage(id);
        }}
      />
    </Row>
  );
}

function HeaderBytes({ entry: { name, bytes, image } }: { readonly entry: SignedImage }) {
  const header = useMemo(
    () => bytes.subarray(0, image.headerSizeBytes),
    [bytes, image.headerSizeBytes],
  );
  const spans = useMemo(
    () => image.spans.filter(({ endBytes }) => endBytes <= image.headerSizeBytes),
    [image],
  );
  return (
    <HexView
      label={m.firmware_show_of({ name })}
      bytes={header}
      spans={spans}
      describe={describeImageField}
    />
  );
}
