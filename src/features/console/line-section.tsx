/** The serial line: which port, how fast, and whether it is there. */
import { useState } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench } from '../../state/react.ts';
import { useConsole, useConsoleActs } from '../../state/use-console.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { NumberField, SelectField, SwitchField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './console.module.css';

export function LineSection() {
  const link = useConsole((state) => state.link);
  const resumed = useConsole((state) => state.resumed);
  return (
    <Section title={m.console_line()} description={m.console_line_lede()} aside={<LinkBadge />}>
      {link.kind === 'open' && (
        <p className={styles.note}>{m.console_open({ port: link.label })}</p>
      )}
      <Settings />
      {link.kind === 'open' ? <Open /> : <Closed />}
      {link.kind === 'lost' && (
        <Notice tone="caution" title={m.console_lost()} live="status">
          {m.console_lost_text()}
        </Notice>
      )}
      {link.kind === 'open' && resumed > 0 && (
        <Notice tone="info" live="status">
          {m.console_resumed({ count: resumed })}
        </Notice>
      )}
      <Failures />
    </Section>
  );
}

function LinkBadge() {
  const link = useConsole((state) => state.link);
  switch (link.kind) {
    case 'closed':
      return <Badge tone="neutral">{m.console_closed()}</Badge>;
    case 'opening':
      return <Badge tone="info">{m.console_opening()}</Badge>;
    case 'open':
      return <Badge tone="proven">{m.console_open_short()}</Badge>;
    case 'lost':
      return <Badge tone="caution">{m.console_waiting()}</Badge>;
  }
}

const baudRates = [
  9600, 19_200, 38_400, 57_600, 111_500, 115_200, 230_400, 460_800, 921_600, 1_000_000,
];
const leastBaud = 50;
const mostBaud = 4_000_000;
const ownBaud = 'own';

function Settings() {
  const { setLine } = useConsoleActs();
  const { baudRate, flowControl } = useConsole((state) => state.settings);
  const held = useConsole((state) => state.holder !== 'nobody');
  const [own, setOwn] = useState(!baudRates.includes(baudRate));
  return (
    <Row align="start">
      <SelectField
        label={m.console_baud()}
        value={own ? ownBaud : String(baudRate)}
        disabled={held}
        choices={[
          ...baudRates.map((rate) => ({ value: String(rate), label: String(rate) })),
          { value: ownBaud, label: m.console_baud_own() },
        ]}
        onChange={(value) => {
          setOwn(value === ownBaud);
          if (value !== ownBaud) void setLine({ baudRate: Number(value) });
        }}
      />
      {own && <OwnBaud />}
      <SelectField
        label={m.console_flow()}
        value={flowControl}
        disabled={held}
        choices={[
          { value: 'none', label: m.console_flow_none() },
          { value: 'hardware', label: m.console_flow_hardware() },
        ]}
        description={flowControl === 'hardware' ? m.console_flow_note() : undefined}
        onChange={(value) => void setLine({ flowControl: value })}
      />
    </Row>
  );
}

function OwnBaud() {
  const { setLine } = useConsoleActs();
  const { baudRate } = useConsole((state) => state.settings);
  const [wanted, setWanted] = useState<number | undefined>(baudRate);
  return (
    <Row align="end">
      <NumberField
        label={m.console_baud_number()}
        value={wanted}
        min={leastBaud}
        max={mostBaud}
        onChange={setWanted}
      />
      <Button
        disabled={wanted === undefined || wanted === baudRate}
        onClick={() => {
          if (wanted !== undefined) void setLine({ baudRate: wanted });
        }}
      >
        {m.console_baud_use()}
      </Button>
    </Row>
  );
}

function Closed() {
  const { bench } = useAppState();
  const { connect } = useConsoleActs();
  const ports = useBench((state) => state.serial.length);
  const real = useBench((state) => state.bench?.kind === 'real');
  const opening = useConsole(({ link }) => link.kind === 'opening');
  const choose = async (): Promise<void> => {
    if (await bench.getState().chooseSerial({ anyPort: true })) await connect();
  };
  return (
    <Row>
      <Button
        kind="primary"
        icon="usb"
        busy={opening}
        onClick={() => void (ports > 0 ? connect() : choose())}
      >
        {m.console_connect()}
      </Button>
      {real && ports > 0 && (
        <Button kind="quiet" onClick={() => void choose()}>
          {m.console_choose_port()}
        </Button>
      )}
      {real && <a href="#/help/serial-port">{m.update_port_help()}</a>}
    </Row>
  );
}

function Open() {
  const { disconnect, sendBreak, setSignals } = useConsoleActs();
  const signals = useConsole((state) => state.signals);
  const held = useConsole(
    ({ holder, activity }) => holder !== 'nobody' || activity.kind === 'busy',
  );
  const breaking = useConsole(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'break',
  );
  return (
    <>
      <Row>
        <Button icon="cross" disabled={held} onClick={() => void disconnect()}>
          {m.console_disconnect()}
        </Button>
        <Button disabled={held} busy={breaking} onClick={() => void sendBreak()}>
          {m.console_break()}
        </Button>
        <SwitchField
          label={m.console_dtr()}
          checked={signals?.dataTerminalReady === true}
          disabled={held}
          onChange={(dataTerminalReady) => void setSignals({ dataTerminalReady })}
        />
        <SwitchField
          label={m.console_rts()}
          checked={signals?.requestToSend === true}
          disabled={held}
          onChange={(requestToSend) => void setSignals({ requestToSend })}
        />
      </Row>
      <p className={styles.note}>{m.console_break_note()}</p>
    </>
  );
}

function Failures() {
  const { bench } = useAppState();
  const { dismiss } = useConsoleActs();
  const own = useConsole((state) => state.activity);
  const choosing = useBench((state) => state.activity);
  if (own.kind === 'failed') {
    return <ErrorNotice failure={describeFailure(own.error)} onDismiss={dismiss} />;
  }
  if (choosing.kind === 'failed' && choosing.what === 'choose-serial') {
    return (
      <ErrorNotice failure={describeFailure(choosing.error)} onDismiss={bench.getState().dismiss} />
    );
  }
  return null;
}
