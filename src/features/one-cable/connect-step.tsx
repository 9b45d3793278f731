/** Cable, drive and port: what the route needs, each seen by the program. */
import { handSteps } from '../../i18n/board-steps.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { advance } from '../../state/board-hands.ts';
import type { DriveState } from '../../state/one-cable.ts';
import { useAppState, useBench } from '../../state/react.ts';
import { BoardSteps } from '../../ui/board/board-steps.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { CableStep } from './cable-step.tsx';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

export function ConnectStep({ state }: { readonly state: StepState }) {
  const store = useOneCableStore();
  const bench = useBench((now) => now);
  const drive = useOneCable((now) => now.drive);
  const driveError = useOneCable((now) => now.driveError);
  const { panel, serial } = bench;
  const hasPort = serial.length > 0;
  const hasDrive = drive.kind === 'ready' || drive.kind === 'unsupported';
  const steps = advance([
    { ...handSteps.stLink(), seen: panel === undefined ? hasPort || hasDrive : panel.plugs.stLink },
    {
      id: 'drive',
      title: m.cable_step_drive(),
      detail: <Drive drive={drive} />,
      seen: hasDrive,
    },
    {
      id: 'port',
      title: m.cable_step_port(),
      detail: hasPort ? serial[0]?.identity.label : <Port />,
      seen: hasPort,
    },
  ]);
  const leds = panel?.leds ?? { green: false, yellow: false, red: false };
  return (
    <CableStep number={1} title={m.cable_connect()} text={m.cable_connect_text()} state={state}>
      <BoardSteps
        label={m.cable_connect_steps()}
        steps={steps}
        view={{ stLink: panel?.plugs.stLink ?? true, userUsb: false, boot0: false, leds }}
        pictureLabel={m.board_picture()}
        words={{ seen: m.board_step_seen(), now: m.board_step_now() }}
      />
      {driveError && (
        <ErrorNotice failure={describeFailure(driveError)} onDismiss={store.getState().dismiss} />
      )}
    </CableStep>
  );
}

function Drive({ drive }: { readonly drive: DriveState }) {
  const store = useOneCableStore();
  const running = useOneCable((now) => now.job.kind === 'running');
  const { chooseDrive, allowDrive, forgetDrive } = store.getState();
  switch (drive.kind) {
    case 'unsupported':
      return <p>{m.cable_drive_unsupported()}</p>;
    case 'ready':
      return (
        <Row>
          <span>{m.cable_drive_ready({ label: drive.label })}</span>
          <Button size="small" kind="quiet" disabled={running} onClick={() => void forgetDrive()}>
            {m.cable_drive_forget({ label: drive.label })}
          </Button>
        </Row>
      );
    case 'asleep':
      return (
        <Row>
          <Button kind="primary" icon="open" onClick={() => void allowDrive()}>
            {m.cable_drive_allow({ label: drive.label })}
          </Button>
          <Button kind="quiet" onClick={() => void chooseDrive()}>
            {m.cable_drive_choose()}
          </Button>
        </Row>
      );
    case 'none':
    case 'unknown':
      return (
        <Stack gap={2}>
          <p>{m.cable_step_drive_text()}</p>
          <Row>
            <Button kind="primary" icon="open" onClick={() => void chooseDrive()}>
              {m.cable_drive_choose()}
            </Button>
          </Row>
        </Stack>
      );
  }
}

function Port() {
  const { bench } = useAppState();
  return (
    <Stack gap={2}>
      <p>{m.cable_step_port_text()}</p>
      <Row>
        <Button icon="board" onClick={() => void bench.getState().chooseSerial()}>
          {m.cable_port_choose()}
        </Button>
      </Row>
    </Stack>
  );
}
