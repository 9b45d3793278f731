/** A job on the drive and the line while it runs; the person's hand where the browser may not write. */
import { m } from '../../i18n/paraglide/messages.js';
import type { DriveFile, OneCableProgress } from '../../core/provisioning/index.ts';
import type { OneCableJob } from '../../state/one-cable.ts';
import { useAppState, useBench } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useOneCableStore } from '../../state/use-one-cable.ts';

export function RunningJob({ job }: { readonly job: Extract<OneCableJob, { kind: 'running' }> }) {
  const store = useOneCableStore();
  const { progress, cancelling } = job;
  return (
    <Stack gap={3}>
      {progress?.stage === 'writing' ? (
        <JobProgress
          label={m.cable_job()}
          doing={writingWords[progress.file.image]()}
          done={progress.doneBytes}
          total={progress.totalBytes}
          tone={progress.file.image === 'burner' ? 'irreversible' : 'info'}
        />
      ) : (
        <p role="status">{doingWords(progress)}</p>
      )}
      {progress?.stage === 'waiting-for-hand' && (
        <Hand file={progress.file} refused={progress.reason !== undefined} />
      )}
      <Row>
        <Button icon="stop" disabled={cancelling} onClick={store.getState().cancel}>
          {cancelling ? m.cable_cancelling() : m.cable_cancel()}
        </Button>
      </Row>
    </Stack>
  );
}

const writingWords: Readonly<Record<DriveFile['image'], () => string>> = {
  reader: m.cable_writing_reader,
  burner: m.cable_writing_burner,
  factory: m.cable_writing_factory,
};

function doingWords(progress: OneCableProgress | undefined): string {
  switch (progress?.stage) {
    case undefined:
      return m.cable_starting();
    case 'listening':
      return m.cable_listening();
    case 'writing':
      return writingWords[progress.file.image]();
    case 'waiting-for-hand':
      return m.cable_hand_listening();
    case 'waiting-for-board':
      return m.cable_waiting();
    case 'reading-otp':
      return m.cable_reading();
    case 'verifying':
      return m.cable_verifying();
  }
}

function Hand({ file, refused }: { readonly file: DriveFile; readonly refused: boolean }) {
  const { services } = useAppState();
  const panel = useBench((state) => state.bench?.panel);
  const { name, bytes } = file;
  return (
    <Notice
      tone="caution"
      title={m.cable_hand()}
      live="status"
      actions={
        <>
          <Button
            kind="primary"
            icon="download"
            onClick={() => {
              services.files.save(name, bytes);
            }}
          >
            {m.cable_hand_save()}
          </Button>
          {panel !== undefined && (
            <Button
              icon="virtual"
              onClick={() => {
                // A cable that is out or falls out shows on the panel and on the line.
                panel.dropOnDrive(name, bytes).catch(() => undefined);
              }}
            >
              {m.cable_hand_drop()}
            </Button>
          )}
          {refused && <a href="#/help/probe-drive">{m.error_help()}</a>}
        </>
      }
    >
      {refused && <p>{m.cable_hand_refused()}</p>}
      <p>{m.cable_hand_text({ name })}</p>
    </Notice>
  );
}
