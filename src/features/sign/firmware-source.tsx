/** Where a firmware file says it belongs, and whether that is where the bootloader will put it. */
import { hexNumber } from '../../core/bytes/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { expectedAddress, isSamePlace, type FirmwareSource } from '../../state/firmware-files.ts';
import { useKeystore } from '../../state/react.ts';
import { Notice } from '../../ui/kit/notice.tsx';
import styles from './firmware-source.module.css';

interface FirmwareSourceProps {
  readonly name: string;
  readonly source: FirmwareSource;
}

const formatNames: Readonly<Record<FirmwareSource['format'], string>> = {
  bin: 'BIN',
  'intel-hex': 'Intel HEX',
  's-record': 'S-record',
  elf: 'ELF',
  dfuse: 'DfuSe',
};

export function FirmwareSourceNote({ name, source }: FirmwareSourceProps) {
  const profile = useKeystore(({ view }) => view.profile);
  const expected = expectedAddress(profile);
  const { address, format, filledBytes, notes } = source;
  const misplaced =
    address !== undefined && expected !== undefined && !isSamePlace(address, expected);
  return (
    <div className={styles.source}>
      <p className={styles.facts}>
        <span>{formatNames[format]}</span>
        {address !== undefined && <span>{m.source_at({ address: hexNumber(address, 8) })}</span>}
        {filledBytes > 0 && <span>{m.source_filled({ size: formatBytes(filledBytes) })}</span>}
        {notes.map((note) => (
          <span key={note} lang="en">
            {note}
          </span>
        ))}
      </p>
      {misplaced && (
        <Notice tone="caution" title={m.source_misplaced({ name })} live="status">
          {m.source_misplaced_text({
            address: hexNumber(address, 8),
            expected: hexNumber(expected, 8),
            header: formatBytes(profile.headerSizeBytes),
          })}
        </Notice>
      )}
    </div>
  );
}
