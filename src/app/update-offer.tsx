/** A new version waits until the person takes it; it never takes over a running job. */
import { useEffect, useState } from 'react';
import { registerSW } from 'virtual:pwa-register';
import { m } from '../i18n/paraglide/messages.js';
import { Button } from '../ui/kit/button.tsx';
import { Notice } from '../ui/kit/notice.tsx';
import styles from './update-offer.module.css';

type Offer = { readonly kind: 'none' } | { readonly kind: 'ready'; readonly take: () => void };

function useOffer(): readonly [Offer, () => void] {
  const [offer, setOffer] = useState<Offer>({ kind: 'none' });
  useEffect(() => {
    const take = registerSW({
      onNeedRefresh: () => {
        setOffer({ kind: 'ready', take: () => void take(true) });
      },
    });
  }, []);
  return [
    offer,
    () => {
      setOffer({ kind: 'none' });
    },
  ];
}

interface UpdateOfferProps {
  readonly running: boolean;
  readonly unsavedKeys: number;
}

export function UpdateOffer({ running, unsavedKeys }: UpdateOfferProps) {
  const [offer, postpone] = useOffer();
  if (offer.kind === 'none') return null;
  const obstacle = running
    ? m.app_update_busy()
    : unsavedKeys > 0
      ? m.app_update_unsaved()
      : undefined;
  return (
    <div className={styles.offer}>
      <Notice
        tone="info"
        title={m.app_update_title()}
        live="status"
        actions={
          <>
            <Button size="small" onClick={offer.take} disabled={obstacle !== undefined}>
              {m.app_update_take()}
            </Button>
            <Button size="small" kind="quiet" onClick={postpone}>
              {m.app_update_later()}
            </Button>
          </>
        }
      >
        {obstacle ?? m.app_update_text()}
      </Notice>
    </div>
  );
}
