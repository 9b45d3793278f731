/** Says to screen readers what has just happened; politely, without moving the focus. */
import { useEffect, useState } from 'react';

/** A region that must exist before its text changes; `text` is read out whenever it changes. */
export function Polite({ text }: { readonly text: string }) {
  return (
    <div role="status" className="kf-hidden">
      {text}
    </div>
  );
}

const settleMs = 150;

/** `text` once it has rested for a moment, so that quick changes are not all read out. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setSettled(text);
    }, settleMs);
    return () => {
      window.clearTimeout(timer);
    };
  }, [text]);
  return settled;
}
