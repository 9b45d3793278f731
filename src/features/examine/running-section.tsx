/** The image that a board starts, read from its flash, and what it proves about the bootloader. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { RunningImage } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useKeystore, useRunningImage } from '../../state/react.ts';
import { useExamineStore } from '../../state/use-examine.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { StoppableJob } from '../../ui/kit/stoppable-job.tsx';
import styles from './examine.module.css';

export function RunningSection() {
  const { runningImage: store } = useAppState();
  const job = useRunningImage((state) => state.job);
  const inDfu = useBench((state) => state.usb.length > 0);
  const partitions = useKeystore(({ view }) => view.profile.partitions);
  const { read, cancel, dismiss } = store.getState();
  const ready = inDfu && partitions !== undefined;
  return (
    <Section
      title={m.examine_running()}
      description={m.examine_running_text()}
      aside={
        <Button
          icon="board"
          disabled={!ready}
          busy={job.kind === 'running'}
          onClick={() => void read()}
        >
          {m.examine_running_read()}
        </Button>
      }
    >
      {!inDfu && (
        <p className={styles.note}>
          {m.examine_running_no_board()} <a href="#/board">{m.nav_board()}</a>
        </p>
      )}
      {partitions === undefined && (
        <p className={styles.note}>{m.examine_running_no_partitions()}</p>
      )}
      {job.kind === 'running' && (
        <StoppableJob
          doing={m.examine_running_reading()}
          done={job.progress?.doneBytes ?? 0}
          total={job.progress?.totalBytes ?? 0}
          remaining={undefined}
          stopLabel={m.examine_running_stop()}
          onStop={cancel}
        />
      )}
      {job.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(job.error)} onDismiss={dismiss} />
      )}
      {job.kind === 'done' && <Found reading={job.reading} serial={job.boardSerial} />}
    </Section>
  );
}

interface FoundProps {
  readonly reading: RunningImage;
  readonly serial: string | undefined;
}

function Found({ reading, serial }: FoundProps) {
  const profileBytes = useKeystore(({ view }) => view.profile.headerSizeBytes);
  const address = hexNumber(reading.address, 8);
  if (reading.kind === 'none') {
    return (
      <Notice tone="caution" title={m.examine_running_empty()} live="status">
        {m.examine_running_empty_text({ address, found: reading.found.toUpperCase() })}
      </Notice>
    );
  }
  const { headerSizeBytes, image } = reading;
  const version = image?.version ?? '–';
  const actions = <ExamineIt reading={reading} serial={serial} />;
  if (headerSizeBytes === undefined) {
    return (
      <Notice tone="caution" title={m.examine_running_unproven()} live="status" actions={actions}>
        {m.examine_running_unproven_text({ version, address })}
      </Notice>
    );
  }
  const size = formatBytes(headerSizeBytes);
  const differs = headerSizeBytes !== profileBytes;
  return (
    <Notice
      tone={differs ? 'failure' : 'proven'}
      title={m.examine_running_proven({ size })}
      live="status"
      actions={actions}
    >
      <p>
        {m.examine_running_proven_text({
          version,
          partition: image?.partitionId ?? '–',
          address,
          size,
        })}
      </p>
      {differs && <p>{m.examine_running_differs({ profile: formatBytes(profileBytes) })}</p>}
    </Notice>
  );
}

interface ExamineItProps {
  readonly reading: RunningImage & { readonly kind: 'image' };
  readonly serial: string | undefined;
}

function ExamineIt({ reading, serial }: ExamineItProps) {
  const store = useExamineStore();
  const name = m.examine_running_of({ serial: serial ?? '–' });
  return (
    <Button
      size="small"
      icon="examine"
      onClick={() => void store.getState().examine({ name, bytes: reading.bytes })}
    >
      {m.examine_running_examine()}
    </Button>
  );
}
