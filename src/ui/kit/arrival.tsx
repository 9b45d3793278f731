/**
 * Brings what has just begun or ended before the eyes, and the focus with it: the button that led here is
 * gone, and the page is long.
 */
import { useEffect, useRef, type ReactNode } from 'react';
import styles from './arrival.module.css';

export function Arrival({ children }: { readonly children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.focus({ preventScroll: true });
    place.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <div ref={place} tabIndex={-1} className={styles.arrival}>
      {children}
    </div>
  );
}
