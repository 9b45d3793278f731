/** The file byte by byte, with the names of its fields; secrets stay out of sight. */
import { useMemo } from 'react';
import { describeField, describeImageField } from '../../i18n/field-names.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Examined } from '../../state/examine.ts';
import { isImagePart, type ExaminedPart } from '../../state/examined-part.ts';
import { HexView } from '../../ui/hex/hex-view.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './examine.module.css';

/** The browser cannot scroll through more rows than this makes. */
const MOST_SHOWN_BYTES = 8 * 1024 * 1024;

interface BytesSectionProps {
  readonly examined: Examined;
  readonly part: ExaminedPart;
}

export function BytesSection({ examined, part }: BytesSectionProps) {
  const { shown, hidden, examination } = part;
  const bytes = useMemo(() => shown.subarray(0, MOST_SHOWN_BYTES), [shown]);
  const { name } = examined.file;
  return (
    <Section title={m.examine_bytes_title()}>
      {examination.secret && <Notice tone="caution">{m.examine_bytes_secret()}</Notice>}
      {examined.decryptedWith !== undefined && (
        <p className={styles.note}>{m.examine_bytes_plain()}</p>
      )}
      <HexView
        key={`${name}-${examined.partIndex}-${examined.decryptedWith ?? ''}`}
        label={m.examine_bytes({ name })}
        bytes={bytes}
        spans={examination.spans}
        baseAddress={part.address ?? 0}
        secret={hidden}
        describe={isImagePart(part) ? describeImageField : describeField}
      />
      {bytes.length < shown.length && (
        <p className={styles.note}>
          {m.examine_bytes_cut({
            shown: formatBytes(bytes.length),
            total: formatBytes(shown.length),
          })}
        </p>
      )}
    </Section>
  );
}
