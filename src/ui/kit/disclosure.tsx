/** More for those who want it: a native `details` element. */
import type { ReactNode } from 'react';
import styles from './disclosure.module.css';
import { Icon } from './icons.tsx';

interface DisclosureProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly open?: boolean;
}

export function Disclosure({ label, children, open = false }: DisclosureProps) {
  return (
    <details className={styles.disclosure} open={open}>
      <summary>
        <Icon name="chevron" size={14} />
        {label}
      </summary>
      <div className={styles.content}>{children}</div>
    </details>
  );
}
