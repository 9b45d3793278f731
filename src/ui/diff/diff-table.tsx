/** What burning would change, run by run: state as icon and word, before, after, meaning. */
import { hexNumber, toHex } from '../../core/bytes/index.ts';
import { Icon, type IconName } from '../kit/icons.tsx';
import { Table } from '../kit/table.tsx';
import { useKitTexts, type DiffTexts } from '../kit/texts.ts';
import styles from './diff-table.module.css';

export type DiffState = keyof DiffTexts['states'];

export interface DiffRun {
  readonly address: number;
  readonly state: DiffState;
  /** Present content. */
  readonly before: Uint8Array;
  /** Undefined where nothing is intended, or where it must not be shown. */
  readonly after: Uint8Array | undefined;
  readonly meaning: string;
  /** Instead of the bytes, such as "random" or "secret". */
  readonly beforeWords?: string;
  readonly afterWords?: string;
}

interface DiffTableProps {
  readonly label: string;
  readonly runs: readonly DiffRun[];
}

const stateIcons: Readonly<Record<DiffState, IconName>> = {
  new: 'fuse',
  equal: 'equal',
  conflict: 'failure',
  untouched: 'minus',
  locked: 'lock',
};

const shownBytes = 16;

function hexWords(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, shownBytes)).toUpperCase().match(/.{4}/g) ?? [];
  return shown.join(' ') + (bytes.length > shownBytes ? ' …' : '');
}

export function DiffTable({ label, runs }: DiffTableProps) {
  const texts = useKitTexts().diff;
  return (
    <Table
      caption={label}
      columns={[texts.address, texts.state, texts.before, texts.after, texts.meaning]}
    >
      {runs.map((run) => (
        <tr key={run.address} data-state={run.state} className={styles.run}>
          <th scope="row" className={styles.address}>
            <code>{hexNumber(run.address)}</code>
            <span>{texts.halfwords(run.before.length / 2)}</span>
          </th>
          <td>
            <span className={styles.state}>
              <Icon name={stateIcons[run.state]} size={16} />
              {texts.states[run.state]}
            </span>
          </td>
          <td className={styles.bytes}>{run.beforeWords ?? hexWords(run.before)}</td>
          <td className={styles.bytes}>
            {run.afterWords ?? (run.after === undefined ? '–' : hexWords(run.after))}
          </td>
          <td>{run.meaning}</td>
        </tr>
      ))}
    </Table>
  );
}

interface DiffSummaryProps {
  /** Halfwords in each state. */
  readonly counts: Readonly<Record<DiffState, number>>;
}

/** The same in five numbers. */
export function DiffSummary({ counts }: DiffSummaryProps) {
  const texts = useKitTexts().diff;
  const states = Object.keys(stateIcons) as DiffState[];
  return (
    <ul className={styles.summary}>
      {states.map((state) => (
        <li key={state} data-state={state} data-zero={counts[state] === 0}>
          <Icon name={stateIcons[state]} size={16} />
          <strong>{counts[state]}</strong> {texts.states[state]}
        </li>
      ))}
    </ul>
  );
}
