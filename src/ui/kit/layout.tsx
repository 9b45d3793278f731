/** Rows, stacks and facts: the little layout that the pages share. */
import type { ReactNode } from 'react';
import styles from './layout.module.css';

interface RowProps {
  readonly children: ReactNode;
  readonly align?: 'center' | 'end' | 'start';
  readonly spread?: boolean;
}

/** Side by side, wrapping. */
export function Row({ children, align = 'center', spread = false }: RowProps) {
  return (
    <div className={styles.row} data-align={align} data-spread={spread}>
      {children}
    </div>
  );
}

export function Stack({
  children,
  gap = 3,
}: {
  readonly children: ReactNode;
  readonly gap?: 1 | 2 | 3 | 4 | 5;
}) {
  return (
    <div className={styles.stack} style={{ gap: `var(--kf-space-${gap})` }}>
      {children}
    </div>
  );
}

interface FactsProps {
  readonly facts: readonly {
    readonly name: string;
    readonly value: ReactNode;
    readonly mono?: boolean;
  }[];
  /** One below the other instead of side by side. */
  readonly narrow?: boolean;
}

/** Names and values: a description list in columns. */
export function Facts({ facts, narrow = false }: FactsProps) {
  return (
    <dl className={narrow ? styles.factsNarrow : styles.facts}>
      {facts.map(({ name, value, mono = false }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={mono ? 'kf-mono' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
