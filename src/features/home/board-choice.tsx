/** The two ways in: the virtual board or a real one. Nothing virtual is chosen by itself. */
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import styles from './home.module.css';

export function BoardChoice() {
  const { services } = useAppState();
  const kind = useBench(({ bench }) => bench?.kind);
  const busy = useBench(({ activity }) => activity.kind === 'busy');
  const chooseVirtual = useBench((state) => state.useVirtual);
  const chooseReal = useBench((state) => state.useReal);
  const possible = services.benches.real !== undefined;

  /** A new board each time, as from a fresh package. */
  const openVirtual = (): void => {
    const [high = 0, low = 0] = services.rng.bytes(2);
    void chooseVirtual(high * 256 + low);
  };

  return (
    <section aria-labelledby="home-start">
      <h2 id="home-start" className="kf-hidden">
        {m.home_start()}
      </h2>
      <div className={styles.entries}>
        <div className={styles.entry} data-kind="virtual">
          <h3>
            <Icon name="virtual" size={20} />
            {m.home_virtual_title()}
          </h3>
          <p>{m.home_virtual_text()}</p>
          <div className={styles.action}>
            {kind === 'virtual' ? (
              <Badge tone="virtual">{m.home_virtual_in_use()}</Badge>
            ) : (
              <Button
                kind={kind === undefined ? 'primary' : 'default'}
                disabled={busy}
                onClick={openVirtual}
              >
                {m.home_virtual_use()}
              </Button>
            )}
          </div>
        </div>
        <div className={styles.entry}>
          <h3>
            <Icon name="board" size={20} />
            {m.home_real_title()}
          </h3>
          <p>{m.home_real_text()}</p>
          {!possible && <p className={styles.missing}>{m.home_real_unavailable()}</p>}
          <div className={styles.action}>
            {kind === 'real' ? (
              <Badge tone="info" icon="board">
                {m.home_real_in_use()}
              </Badge>
            ) : (
              <Button
                disabled={busy || !possible}
                onClick={() => {
                  void chooseReal();
                }}
              >
                {m.home_real_use()}
              </Button>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}
