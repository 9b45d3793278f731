/** Says, while a job is at the board, that its tab was in the background: in the tab's title, and on return. */
import { useEffect, useState } from 'react';
import { m } from '../i18n/paraglide/messages.js';
import { Notice } from '../ui/kit/notice.tsx';
import styles from './update-offer.module.css';

/** Shown for the length of the job: it starts anew with the next one. */
export function HiddenTab() {
  const [hidden, setHidden] = useState(document.hidden);
  const [wasHidden, setWasHidden] = useState(document.hidden);
  useEffect(() => {
    const look = (): void => {
      setHidden(document.hidden);
      if (document.hidden) setWasHidden(true);
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  useEffect(() => {
    if (!hidden) return;
    const { title } = document;
    document.title = m.app_job_title({ title });
    return () => {
      document.title = title;
    };
  }, [hidden]);
  if (!wasHidden) return null;
  return (
    <div className={styles.offer}>
      <Notice tone="caution" title={m.app_job_hidden()} live="status">
        {m.app_job_hidden_text()}
      </Notice>
    </div>
  );
}
