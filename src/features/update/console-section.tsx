/** The board's console: connect, look, type. */
import { lazy, Suspense, useState } from 'react';
import { asciiToBytes } from '../../core/bytes/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useUpdate } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { SelectField, TextField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { ConnectButton } from './connect-button.tsx';
import styles from './update.module.css';

/** Not in the page's own bundle: whoever never opens a console never loads it. */
const Terminal = lazy(async () => ({
  default: (await import('./update-terminal.tsx')).UpdateTerminal,
}));

export function ConsoleSection() {
  const link = useUpdate((state) => state.link);
  return (
    <Section
      title={m.update_console()}
      description={m.update_console_lede()}
      aside={
        link.kind === 'open' && (
          <Badge tone="info">{m.update_connected({ port: link.label })}</Badge>
        )
      }
    >
      {link.kind === 'open' ? <Open /> : <Closed />}
      {link.kind === 'open' && <Place />}
      {link.kind === 'lost' && (
        <Notice tone="caution" title={m.update_lost()} live="status">
          {m.update_lost_text()}
        </Notice>
      )}
      <Failures />
      {(link.kind === 'open' || link.kind === 'lost') && (
        <Suspense fallback={<p role="status">{m.update_terminal_loading()}</p>}>
          <Terminal />
        </Suspense>
      )}
      {link.kind === 'open' && <CommandLine />}
      <a href="#/console">{m.update_full_console()}</a>
    </Section>
  );
}

const speeds = [
  { value: '115200', label: m.update_baud_usual },
  { value: '111500', label: m.update_baud_real },
] as const;

function Closed() {
  const { update } = useAppState();
  const baudRate = useUpdate((state) => state.baudRate);
  const real = useBench((state) => state.bench?.kind === 'real');
  return (
    <Row align="end">
      {real && (
        <SelectField
          label={m.update_baud()}
          value={String(baudRate)}
          choices={speeds.map(({ value, label }) => ({ value, label: label() }))}
          onChange={(value) => {
            update.getState().setBaudRate(Number(value));
          }}
        />
      )}
      <ConnectButton where="console" />
    </Row>
  );
}

function Open() {
  const { update } = useAppState();
  const busy = useBusy();
  const { readInfo, confirm, reboot, disconnect } = update.getState();
  return (
    <Row>
      <Button icon="info" disabled={busy} onClick={() => void readInfo()}>
        {m.update_read_info()}
      </Button>
      <Button icon="refresh" disabled={busy} onClick={() => void reboot()}>
        {m.update_reboot()}
      </Button>
      <Button icon="check" disabled={busy} onClick={() => void confirm()}>
        {m.update_confirm()}
      </Button>
      <Button kind="quiet" icon="cross" disabled={busy} onClick={() => void disconnect()}>
        {m.update_disconnect()}
      </Button>
    </Row>
  );
}

/** A board that is not at its prompt: why, and what helps. */
function Place() {
  const place = useUpdate((state) => state.place);
  const running = useUpdate((state) => state.job.kind === 'running');
  if (running || place === undefined || place === 'prompt') return null;
  return place === 'silent' ? (
    <Notice tone="info" title={m.update_place_silent()} live="status">
      <p>
        {m.update_place_silent_text()}{' '}
        <a href="#/help/console-silent">{m.update_place_silent_help()}</a>
      </p>
    </Notice>
  ) : (
    <Notice tone="caution" title={m.update_place_receiver()} live="status">
      <p>{m.update_place_receiver_text()}</p>
    </Notice>
  );
}

/** One speaker at a time: a command or an update has the line to itself. */
function useBusy(): boolean {
  return useUpdate(({ job, activity }) => job.kind === 'running' || activity.kind === 'busy');
}

function Failures() {
  const { bench, update } = useAppState();
  const own = useUpdate((state) => state.activity);
  const choosing = useBench((state) => state.activity);
  if (own.kind === 'failed') {
    return (
      <ErrorNotice failure={describeFailure(own.error)} onDismiss={update.getState().dismiss} />
    );
  }
  if (choosing.kind === 'failed' && choosing.what === 'choose-serial') {
    return (
      <ErrorNotice failure={describeFailure(choosing.error)} onDismiss={bench.getState().dismiss} />
    );
  }
  return null;
}

const carriageReturn = '\r';

function CommandLine() {
  const { update } = useAppState();
  const busy = useBusy();
  const [line, setLine] = useState('');
  const send = (): void => {
    // The board's line editor knows ASCII only.
    const ascii = line.replaceAll(/[^\x20-\x7e]/g, '');
    void update.getState().type(asciiToBytes(`${ascii}${carriageReturn}`));
    setLine('');
  };
  return (
    <form
      className={styles.commandLine}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextField label={m.update_command()} value={line} mono disabled={busy} onChange={setLine} />
      <Button type="submit" disabled={busy}>
        {m.update_send()}
      </Button>
      <p className={styles.note}>{m.update_command_note()}</p>
    </form>
  );
}
