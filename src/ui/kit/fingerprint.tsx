/** Fingerprints: monospace, in groups of four, to be read aloud and compared; with a copy button. */
import { groupHex } from '../../core/bytes/index.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './fingerprint.module.css';

interface FingerprintProps {
  /** Hex digits without spaces. */
  readonly hex: string;
  /** What it is the fingerprint of; for the copy button's name. */
  readonly of: string;
  /** Only the first and last groups; the whole is copied all the same. */
  readonly short?: boolean;
  /** How many of the last groups stand out, because they will have to be typed. */
  readonly markedGroups?: number;
}

const shownGroups = 4;

export function Fingerprint({ hex, of, short = false, markedGroups = 0 }: FingerprintProps) {
  const groups = groupHex(hex).split(' ');
  const folded = short && groups.length > shownGroups * 2;
  const shown = folded
    ? [...groups.slice(0, shownGroups), '…', ...groups.slice(-shownGroups)]
    : groups;
  return (
    <span className={styles.fingerprint}>
      <span className={styles.groups}>
        {shown.map((group, index) => (
          <span
            key={`${index}-${group}`}
            className={index >= shown.length - markedGroups ? styles.marked : undefined}
          >
            {group}{' '}
          </span>
        ))}
      </span>
      <CopyButton text={groups.join(' ')} of={of} />
    </span>
  );
}
