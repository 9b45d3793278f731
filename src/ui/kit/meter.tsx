/** How much of something is used, how far a job is: both in words as well. */
import type { ReactNode } from 'react';
import { useId } from 'react';
import styles from './meter.module.css';

interface CapacityProps {
  readonly label: string;
  readonly used: number;
  readonly most: number;
  /** The same in words, such as "2 of 24 slots". */
  readonly words: string;
  readonly detail?: ReactNode;
}

/** One cell per place while they are few, a bar when they are many. */
const mostCells = 48;

export function Capacity({ label, used, most, words, detail }: CapacityProps) {
  const id = useId();
  const over = used > most;
  return (
    <div className={styles.capacity}>
      <div className={styles.captions}>
        <span id={id} className={styles.label}>
          {label}
        </span>
        <span className={styles.words}>{words}</span>
      </div>
      <div
        role="meter"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={most}
        aria-valuenow={Math.min(used, most)}
        aria-valuetext={words}
        className={styles.track}
        data-over={over}
      >
        {most <= mostCells ? (
          Array.from({ length: most }, (_, index) => (
            <span key={index} className={styles.cell} data-used={index < used} />
          ))
        ) : (
          <span
            className={styles.fill}
            style={{ width: `${Math.min(100, (used / most) * 100)}%` }}
          />
        )}
      </div>
      {detail !== undefined && <div className={styles.detail}>{detail}</div>}
    </div>
  );
}

interface JobProgressProps {
  /** What the job is. */
  readonly label: string;
  /** What it is doing now; read out politely. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
  /** Rate, remaining time and the like; not read out. */
  readonly detail?: ReactNode;
  readonly tone?: 'info' | 'irreversible';
}

export function JobProgress({
  label,
  doing,
  done,
  total,
  detail,
  tone = 'info',
}: JobProgressProps) {
  const percent = total === 0 ? 0 : Math.min(100, Math.floor((done / total) * 100));
  return (
    <div className={styles.job}>
      <div className={styles.captions}>
        <span role="status" className={styles.label}>
          {doing}
        </span>
        <span className={styles.words}>{percent} %</span>
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className={styles.bar}
        data-tone={tone}
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      {detail !== undefined && <div className={styles.detail}>{detail}</div>}
    </div>
  );
}

interface ShareProps {
  readonly label: string;
  /** In parts of `total`; the words tell the real numbers. */
  readonly used: number;
  readonly total: number;
  readonly words: string;
}

/** A thin bar for what is used up of something that cannot be refilled. */
export function Share({ label, used, total, words }: ShareProps) {
  const percent = Math.min(100, (used / total) * 100);
  return (
    <div className={styles.share}>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={used}
        aria-valuetext={words}
        className={styles.bar}
        data-tone="irreversible"
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      <span className={styles.words}>{words}</span>
    </div>
  );
}
