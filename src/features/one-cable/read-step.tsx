/** Reading the board through the empty primer, and what was read. */
import { lockedOtpBlocks } from '../../core/stm32/index.ts';
import type { OneCableReading } from '../../core/provisioning/index.ts';
import { groupHex } from '../../core/bytes/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Button } from '../../ui/kit/button.tsx';
import { Facts, Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { CableStep } from './cable-step.tsx';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

interface ReadStepProps {
  readonly state: StepState;
  readonly hasPort: boolean;
}

export function ReadStep({ state, hasPort }: ReadStepProps) {
  const store = useOneCableStore();
  const reading = useOneCable((now) => now.reading);
  const running = useOneCable((now) => now.job.kind === 'running');
  return (
    <CableStep
      number={2}
      title={m.cable_read()}
      text={m.cable_read_text()}
      state={state}
      jobs={['listen', 'read']}
    >
      {state === 'now' && <Notice tone="info">{m.cable_replaces()}</Notice>}
      {reading !== undefined && <Reading reading={reading} />}
      <Row>
        <Button
          kind={state === 'now' ? 'primary' : 'default'}
          icon="refresh"
          disabled={!hasPort || running}
          onClick={() => void store.getState().read()}
        >
          {reading === undefined ? m.cable_read_now() : m.cable_read_again()}
        </Button>
      </Row>
    </CableStep>
  );
}

function Reading({ reading: { serial, status, probe } }: { readonly reading: OneCableReading }) {
  const locked = lockedOtpBlocks(status.lockWord);
  return (
    <Facts
      facts={[
        { name: m.cable_serial(), value: serial, mono: true },
        { name: m.cable_uid(), value: groupHex(status.uniqueId), mono: true },
        ...(probe?.version === undefined ? [] : [{ name: m.cable_probe(), value: probe.version }]),
        { name: m.cable_trustzone(), value: status.trustZone ? m.cable_on() : m.cable_off() },
        {
          name: m.cable_locked(),
          value: locked.length === 0 ? m.cable_none() : locked.join(', '),
        },
        {
          name: m.cable_program(),
          value: status.region === 'empty' ? m.cable_program_reader() : m.cable_program_burner(),
        },
      ]}
    />
  );
}
