/** The choice between the virtual board and a real one. Nothing is chosen beforehand. */
import { useState, type ReactNode } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { describeFailure } from '../../i18n/failure.ts';
import { useAppState, useBench } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { NumberField } from '../../ui/kit/fields.tsx';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './inspect.module.css';

const usualSeed = 1;
const largestSeed = 2 ** 32 - 1;

export function BenchChoice() {
  const { bench: store } = useAppState();
  const kind = useBench((state) => state.bench?.kind);
  const activity = useBench((state) => state.activity);
  const currentSeed = useBench((state) => state.seed);
  const [seed, setSeed] = useState<number | undefined>(usualSeed);
  const { useVirtual: openVirtual, useReal: openReal, leave, dismiss } = store.getState();
  const failed =
    activity.kind === 'failed' && activity.what.startsWith('open-') ? activity.error : undefined;
  const leaveButton = (
    <Button kind="quiet" icon="cross" onClick={leave}>
      {m.board_leave()}
    </Button>
  );

  return (
    <Section title={m.board_bench()} description={m.board_bench_lede()}>
      <div className={styles.benches}>
        <BenchCard
          icon="virtual"
          name={m.board_virtual()}
          text={m.board_virtual_text()}
          used={kind === 'virtual'}
        >
          {kind === 'virtual' ? (
            <>
              <span
                className={styles.note}
              >{`${m.board_seed()}: ${currentSeed ?? usualSeed}`}</span>
              {leaveButton}
            </>
          ) : (
            <>
              <NumberField
                label={m.board_seed()}
                description={m.board_seed_note()}
                min={0}
                max={largestSeed}
                value={seed}
                onChange={setSeed}
              />
              <Button
                kind={kind === undefined ? 'primary' : 'default'}
                icon="virtual"
                disabled={seed === undefined}
                onClick={() => {
                  if (seed !== undefined) void openVirtual(seed);
                }}
              >
                {m.board_use_virtual()}
              </Button>
            </>
          )}
        </BenchCard>
        <BenchCard
          icon="usb"
          name={m.board_real()}
          text={m.board_real_text()}
          used={kind === 'real'}
        >
          {kind === 'real' ? (
            leaveButton
          ) : (
            <Button icon="usb" onClick={() => void openReal()}>
              {m.board_use_real()}
            </Button>
          )}
        </BenchCard>
      </div>
      {failed && <ErrorNotice failure={describeFailure(failed)} onDismiss={dismiss} />}
    </Section>
  );
}

interface BenchCardProps {
  readonly icon: IconName;
  readonly name: string;
  readonly text: string;
  readonly used: boolean;
  readonly children: ReactNode;
}

function BenchCard({ icon, name, text, used, children }: BenchCardProps) {
  return (
    <div className={styles.bench} data-used={used}>
      <h3>
        <Icon name={icon} /> {name} {used && <Badge tone="info">{m.board_in_use()}</Badge>}
      </h3>
      <p>{text}</p>
      <div className={styles.benchActions}>{children}</div>
    </div>
  );
}
