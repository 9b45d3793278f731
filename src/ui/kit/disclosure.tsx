/** More for those who want it: a native `details` element. */
import { useState, type ReactNode } from 'react';
import styles from './disclosure.module.css';
import { Icon } from './icons.tsx';

interface DisclosureProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly open?: boolean;
  /** What is inside is made when it is unfolded, and gone when it is folded. */
  readonly onDemand?: boolean;
}

export function Disclosure({ label, children, open = false, onDemand = false }: DisclosureProps) {
  const [shown, setShown] = useState(open);
  return (
    <details
      className={styles.disclosure}
      open={open}
      onToggle={(event) => {
        setShown(event.currentTarget.open);
      }}
    >
      <summary>
        <Icon name="chevron" size={14} />
        {label}
      </summary>
      <div className={styles.content}>{(shown || !onDemand) && children}</div>
    </details>
  );
}
