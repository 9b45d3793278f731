/** What speaks against the project and what is only to be known; read out politely when it changes. */
import {
  isFlashWarning,
  type FlashProblem,
  type ProjectPart,
} from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Icon } from '../../ui/kit/icons.tsx';
import { problemWords } from './problem-words.ts';
import styles from './flash.module.css';

interface ProblemListProps {
  readonly problems: readonly FlashProblem[];
  readonly parts: readonly ProjectPart[];
}

export function ProblemList({ problems, parts }: ProblemListProps) {
  const sorted = [...problems].sort(
    (a, b) => Number(isFlashWarning(a)) - Number(isFlashWarning(b)),
  );
  return (
    <div role="status">
      {sorted.length > 0 && (
        <ul className={styles.problems}>
          {sorted.map((problem) => {
            const warning = isFlashWarning(problem);
            const words = problemWords(problem, parts);
            return (
              <li key={`${problem.kind} ${words}`} data-warning={warning}>
                <Icon name={warning ? 'warning' : 'failure'} size={18} />
                <span>
                  <strong>{warning ? m.flash_note() : m.flash_stop()}</strong> {words}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
