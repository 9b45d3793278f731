/**
 * Guidance at the board: numbered steps, each to do, to do now, or seen to be done, beside a
 * picture that points at the part in question. Who sees that a step is done is the caller.
 */
import { Badge } from '../kit/badge.tsx';
import { Icon } from '../kit/icons.tsx';
import { BoardPicture, type BoardPart, type BoardView } from './board-picture.tsx';
import styles from './board-steps.module.css';
import type { ReactNode } from 'react';

export interface BoardStep {
  readonly id: string;
  readonly title: string;
  readonly detail?: ReactNode;
  readonly part?: BoardPart;
  /** `seen`: the program noticed it by itself. */
  readonly state: 'seen' | 'now' | 'todo';
}

interface BoardStepsProps {
  /** What the list is for; its accessible name. */
  readonly label: string;
  readonly steps: readonly BoardStep[];
  readonly view: BoardView;
  readonly pictureLabel: string;
  /** Words of the states that are shown beside a step. */
  readonly words: { readonly seen: string; readonly now: string };
}

export function BoardSteps({ label, steps, view, pictureLabel, words }: BoardStepsProps) {
  const current = steps.find((step) => step.state === 'now');
  return (
    <div className={styles.guide}>
      <div className={styles.picture}>
        <BoardPicture
          view={view}
          label={pictureLabel}
          highlight={current?.part}
          marks={marksOf(steps)}
        />
      </div>
      <ol className={styles.steps} aria-label={label}>
        {steps.map((step, index) => (
          <li key={step.id} data-state={step.state} aria-current={step === current && 'step'}>
            <span className={styles.number} aria-hidden="true">
              {step.state === 'seen' ? <Icon name="check" size={16} /> : index + 1}
            </span>
            <div className={styles.words}>
              <p className={styles.title}>
                {step.title} {step.state === 'seen' && <Badge tone="proven">{words.seen}</Badge>}
                {step.state === 'now' && <Badge tone="info">{words.now}</Badge>}
              </p>
              {step.detail !== undefined && <div className={styles.detail}>{step.detail}</div>}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A part keeps the number of the first step that is about it. */
function marksOf(steps: readonly BoardStep[]): { part: BoardPart; number: number }[] {
  const marks: { part: BoardPart; number: number }[] = [];
  for (const [index, { part }] of steps.entries()) {
    if (part === undefined || marks.some((mark) => mark.part === part)) continue;
    marks.push({ part, number: index + 1 });
  }
  return marks;
}
