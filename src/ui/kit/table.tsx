/** A plain table that scrolls inside itself where the screen is narrow. */
import type { ReactNode } from 'react';
import styles from './table.module.css';

interface TableProps {
  readonly caption: string;
  /** Column headings; an empty one is for a column of buttons. */
  readonly columns: readonly string[];
  readonly children: ReactNode;
}

export function Table({ caption, columns, children }: TableProps) {
  return (
    // A group, not a region: a page of tables would otherwise be a page of landmarks.
    <div className={styles.scroll} role="group" aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption className="kf-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) =>
              column === '' ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col">
                  {column}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
