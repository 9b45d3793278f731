/** Sending a new version and seeing it run. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useUpdate } from '../../state/react.ts';
import type { UpdateJob } from '../../state/update.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Conditions } from './conditions.tsx';
import { ImageChoice } from './image-choice.tsx';
import { Proven } from './proven.tsx';
import { Refusals } from './refusals.tsx';
import {
  beforeReboot,
  percentDone,
  progressDetail,
  refusalWords,
  stageWords,
} from './send-words.ts';
import { Stages } from './stages.tsx';
import styles from './update.module.css';

export function SendSection() {
  const job = useUpdate((state) => state.job);
  return (
    <Section title={m.update_send_title()} description={m.update_send_lede()}>
      <Job job={job} />
    </Section>
  );
}

function Job({ job }: { readonly job: UpdateJob }) {
  const { update } = useAppState();
  const { startOver } = update.getState();
  switch (job.kind) {
    case 'none':
      return <Start />;
    case 'running':
      return <Running job={job} />;
    case 'proven':
      return <Proven job={job} />;
    case 'cancelled':
      return (
        <>
          <Notice tone="caution" title={m.update_cancelled()} live="status">
            <p>{beforeReboot(job.stage) ? m.update_cancelled_text() : m.update_cancelled_late()}</p>
          </Notice>
          <Stages stage={job.stage} outcome="stopped" />
          <Start />
        </>
      );
    case 'failed':
      return (
        <>
          <ErrorNotice failure={describeFailure(job.error)} onDismiss={startOver} />
          <Stages stage={job.stage} outcome="stopped" />
          <Notice tone="info">{m.update_failed_safe()}</Notice>
          <Start />
        </>
      );
  }
}

function Start() {
  const { update } = useAppState();
  const imageId = useUpdate((state) => state.imageId);
  const refusals = useUpdate((state) => state.refusals);
  const runs = useUpdate((state) => state.board?.info.firmwareVersion);
  const { chooseImage, openImage, start } = update.getState();
  const ready = refusals.length === 0;
  return (
    <>
      <ImageChoice
        label={m.update_new_image()}
        imageId={imageId}
        disabled={false}
        onChoose={chooseImage}
        onFile={openImage}
      />
      <Conditions />
      <Refusals title={m.update_refused()} reasons={refusals.map(refusalWords)} />
      {ready && (
        <Notice tone="info">
          {runs === undefined ? m.update_unknown_running() : m.update_ready()}
        </Notice>
      )}
      <Row>
        <Button
          kind={ready ? 'primary' : 'default'}
          icon="update"
          disabled={!ready}
          onClick={() => void start()}
        >
          {m.update_start()}
        </Button>
      </Row>
    </>
  );
}

function Running({ job }: { readonly job: Extract<UpdateJob, { kind: 'running' }> }) {
  const { update } = useAppState();
  const { progress, cancelling, image } = job;
  return (
    <>
      <p>{m.update_image_option({ name: image.name, version: image.version })}</p>
      <JobProgress
        label={m.update_running()}
        doing={`${stageWords(progress.stage)} …`}
        done={percentDone(progress)}
        total={100}
        detail={progressDetail(progress)}
      />
      <Stages stage={progress.stage} outcome="running" />
      <Row>
        <Button icon="stop" disabled={cancelling} onClick={update.getState().cancel}>
          {cancelling ? m.update_cancelling() : m.update_cancel()}
        </Button>
        <span className={styles.note}>
          {beforeReboot(progress.stage) ? m.update_safe_now() : m.update_cancel_late()}
        </span>
      </Row>
    </>
  );
}
