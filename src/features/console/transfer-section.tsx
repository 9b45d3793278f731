/** A file over XMODEM, either way. */
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes, formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { TransferJob } from '../../state/console-transfer.ts';
import { useConsole, useConsoleActs, useLineFree } from '../../state/use-console.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';

export function TransferSection() {
  const { sendFile, receiveFile } = useConsoleActs();
  const free = useLineFree();
  const job = useConsole((state) => state.transfer);
  return (
    <Section title={m.console_xmodem()} description={m.console_xmodem_lede()}>
      {job.kind === 'running' ? (
        <Running job={job} />
      ) : (
        <>
          <Row>
            <Button icon="up" disabled={!free} onClick={() => void sendFile()}>
              {m.console_xmodem_send()}
            </Button>
            <Button icon="down" disabled={!free} onClick={() => void receiveFile()}>
              {m.console_xmodem_receive()}
            </Button>
          </Row>
          <Result job={job} />
        </>
      )}
    </Section>
  );
}

function Running({ job }: { readonly job: Extract<TransferJob, { kind: 'running' }> }) {
  const { cancelTransfer } = useConsoleActs();
  const name = { name: job.name };
  return (
    <Row>
      <p role="status">
        {job.direction === 'send'
          ? m.console_xmodem_sending(name)
          : m.console_xmodem_receiving(name)}{' '}
        {job.doneBytes === 0
          ? m.console_xmodem_waiting()
          : m.console_xmodem_done_bytes({ done: formatBytes(job.doneBytes) })}
      </p>
      <Button icon="stop" disabled={job.cancelling} onClick={cancelTransfer}>
        {job.cancelling ? m.update_cancelling() : m.update_cancel()}
      </Button>
    </Row>
  );
}

function Result({ job }: { readonly job: TransferJob }) {
  const { endTransfer } = useConsoleActs();
  if (job.kind === 'failed') {
    return <ErrorNotice failure={describeFailure(job.error)} onDismiss={endTransfer} />;
  }
  if (job.kind === 'cancelled') {
    return (
      <Notice tone="neutral" title={m.console_xmodem_cancelled({ name: job.name })} live="status" />
    );
  }
  if (job.kind !== 'done') return null;
  const facts = {
    name: job.name,
    size: formatBytes(job.fileBytes),
    time: formatDuration(job.elapsedMs),
  };
  return (
    <Notice
      tone="info"
      title={
        job.direction === 'send' ? m.console_xmodem_sent(facts) : m.console_xmodem_received(facts)
      }
      live="status"
    >
      {job.direction === 'send' ? m.console_xmodem_sent_note() : m.console_xmodem_received_note()}
    </Notice>
  );
}
