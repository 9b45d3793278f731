/** The board starts from its flash; its own words are the proof. */
import { m } from '../../i18n/paraglide/messages.js';
import { needsTrustZone } from '../../state/one-cable-factory.ts';
import { useAppState, useBench, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { CableStep } from './cable-step.tsx';
import styles from './one-cable.module.css';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

export function ProveStep({ state }: { readonly state: StepState }) {
  const store = useOneCableStore();
  const app = useAppState();
  const factory = useOneCable((now) => now.factory);
  const running = useOneCable((now) => now.job.kind === 'running');
  useBench((now) => now.panel);
  useKeystore((now) => now.view.profile);
  const booted = factory?.kind === 'booted';
  return (
    <CableStep
      number={5}
      title={m.cable_prove()}
      text={m.cable_prove_text()}
      state={state}
      jobs={['prove']}
    >
      {booted && (
        <Notice
          tone="proven"
          title={m.cable_proven({ version: String(factory.info?.firmwareVersion ?? '–') })}
          live="status"
        >
          {m.cable_proven_text()}
        </Notice>
      )}
      {state === 'now' && !booted && needsTrustZone(app) && <TrustZone />}
      {!booted && (
        <Row>
          <Button
            kind={state === 'now' ? 'primary' : 'default'}
            icon="proven"
            disabled={state === 'later' || running}
            onClick={() => void store.getState().prove()}
          >
            {m.cable_prove_now()}
          </Button>
        </Row>
      )}
    </CableStep>
  );
}

/** Values of the option-byte dump of wolfBoot's NUCLEO-H563ZI example (its document STM32-TZ). */
const trustZoneCommands = [
  'STM32_Programmer_CLI -c port=SWD -ob TZEN=0xB4',
  'STM32_Programmer_CLI -c port=SWD -ob SECWM1_STRT=0x0 SECWM1_END=0x2F SECWM2_STRT=0x0 SECWM2_END=0x7F NSBOOTADD=0x80600 SECBOOTADD=0xC0000',
] as const;

function TrustZone() {
  const panel = useBench((now) => now.bench?.panel);
  return (
    <Stack gap={3}>
      <p>{m.cable_prove_trustzone()}</p>
      {panel === undefined ? (
        trustZoneCommands.map((command, index) => (
          <div key={command} className={styles.code}>
            <code>{command}</code>
            <CopyButton text={command} of={m.cable_prove_command({ number: index + 1 })} />
          </div>
        ))
      ) : (
        <Row>
          <Button
            icon="virtual"
            onClick={() => {
              panel.setTrustZone(true);
            }}
          >
            {m.cable_prove_virtual()}
          </Button>
        </Row>
      )}
    </Stack>
  );
}
