/**
 * A short remark on hover and focus, in the browser's top layer so that nothing clips it. Never the
 * only place where something is said: where the browser cannot anchor it, it does not appear.
 */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import styles from './hint.module.css';

const openDelayMs = 350;
const anchorsWork = 'CSS' in globalThis && CSS.supports('position-area: bottom');

export function Hint({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  const anchor = `--hint${useId().replace(/\W/g, '-')}`;
  const [wanted, setWanted] = useState(false);
  const bubble = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const element = bubble.current;
    if (!wanted || !anchorsWork || element === null) return;
    const close = (): void => {
      setWanted(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    const timer = window.setTimeout(() => {
      element.showPopover();
    }, openDelayMs);
    window.addEventListener('keydown', onKey);
    window.addEventListener('pointerdown', close);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('pointerdown', close);
      element.hidePopover();
    };
  }, [wanted]);

  return (
    <span
      className={styles.anchor}
      style={{ anchorName: anchor }}
      onMouseEnter={() => {
        setWanted(true);
      }}
      onMouseLeave={() => {
        setWanted(false);
      }}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) setWanted(true);
      }}
      onBlur={() => {
        setWanted(false);
      }}
    >
      {children}
      <span
        ref={bubble}
        popover="manual"
        aria-hidden="true"
        className={styles.hint}
        style={{ positionAnchor: anchor }}
      >
        {text}
      </span>
    </span>
  );
}
