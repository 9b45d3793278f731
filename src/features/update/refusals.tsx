/** What still stands in the way, as a list; read out politely when it changes. */
import { Icon } from '../../ui/kit/icons.tsx';
import styles from './update.module.css';

interface RefusalsProps {
  readonly title: string;
  readonly reasons: readonly string[];
}

export function Refusals({ title, reasons }: RefusalsProps) {
  return (
    <div role="status">
      {reasons.length > 0 && (
        <>
          <p className={styles.refusalsTitle}>{title}</p>
          <ul className={styles.refusals}>
            {reasons.map((reason) => (
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
