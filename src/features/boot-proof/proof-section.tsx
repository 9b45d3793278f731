/** The proof itself: two images in three tenses, the way to stop, and the verdict. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench, useFirmware, useUpdate } from '../../state/react.ts';
import { useBootProof, useBootProofActions } from '../../state/use-boot-proof.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './boot-proof.module.css';
import { share, stageWords } from './proof-words.ts';
import { ProofVerdict } from './proof-verdict.tsx';

export function ProofSection() {
  const job = useBootProof((state) => state.job);
  const virtual = useBench((state) => state.bench?.kind === 'virtual');
  return (
    <Section
      title={m.proof_go()}
      description={m.proof_harmless()}
      aside={virtual && <Badge tone="virtual">{m.burn_virtual()}</Badge>}
    >
      <Stack gap={4}>
        <Steps />
        {job.kind === 'running' && <Running />}
        {job.kind === 'ended' && <ProofVerdict job={job} />}
        {job.kind === 'failed' && <Failed />}
        <RefusedSoFar />
        {job.kind !== 'running' && <Start />}
      </Stack>
    </Section>
  );
}

type Tense = 'did' | 'doing' | 'stopped' | 'will';

const icons: Readonly<Record<Tense, IconName>> = {
  did: 'check',
  doing: 'play',
  stopped: 'failure',
  will: 'dot',
};

function Steps() {
  const job = useBootProof((state) => state.job);
  const refused = useBootProof((state) => state.refused !== undefined);
  const right = job.kind === 'running' && job.progress?.step === 'right';
  const broken = job.kind === 'failed' ? 'stopped' : 'will';
  const running = job.kind === 'running' ? 'doing' : broken;
  const disproved = job.kind === 'ended' && job.proof.kind === 'disproved';
  const proved = job.kind === 'ended' && !disproved;
  const first: Tense = disproved ? 'stopped' : refused || right || proved ? 'did' : running;
  const second: Tense = proved ? 'did' : refused || right ? running : 'will';
  const words: Readonly<Record<Tense, string>> = {
    did: m.proof_step_did(),
    doing: m.proof_step_doing(),
    stopped: m.proof_step_stopped(),
    will: m.proof_step_will(),
  };
  const steps = [
    { tense: first, title: m.proof_step_wrong(), text: m.proof_step_wrong_text() },
    { tense: second, title: m.proof_step_right(), text: m.proof_step_right_text() },
  ];
  return (
    <ol className={styles.steps} aria-label={m.proof_steps()}>
      {steps.map(({ tense, title, text }) => (
        <li key={title} data-tense={tense} aria-current={tense === 'doing' && 'step'}>
          <Icon name={icons[tense]} size={20} />
          <div>
            <p className={styles.stepTitle}>
              {title} <small>{words[tense]}</small>
            </p>
            <p>{text}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Running() {
  const job = useBootProof((state) => state.job);
  const { cancel } = useBootProofActions();
  if (job.kind !== 'running') return null;
  return (
    <>
      <JobProgress
        label={m.proof_running()}
        doing={stageWords(job.progress)}
        {...share(job.progress)}
      />
      <Row>
        <Button icon="stop" disabled={job.cancelling} onClick={cancel}>
          {m.proof_cancel()}
        </Button>
        {job.cancelling && <span role="status">{m.proof_cancelling()}</span>}
      </Row>
    </>
  );
}

function Failed() {
  const job = useBootProof((state) => state.job);
  const { startOver } = useBootProofActions();
  if (job.kind !== 'failed') return null;
  if (job.error.code === 'cancelled') {
    return (
      <Notice tone="caution" live="status">
        {m.proof_cancelled()}
      </Notice>
    );
  }
  return <ErrorNotice failure={describeFailure(job.error)} onDismiss={startOver} />;
}

function RefusedSoFar() {
  const refused = useBootProof((state) => state.refused);
  if (refused === undefined) return null;
  const { version, runningVersion: running } = refused;
  return (
    <Notice tone="info" title={m.proof_refused({ version })} live="status">
      {m.proof_refused_text({ running })}
    </Notice>
  );
}

function Start() {
  const ended = useBootProof((state) => state.job.kind === 'ended');
  const refused = useBootProof((state) => state.refused !== undefined);
  const imageId = useBootProof((state) => state.imageId);
  const connected = useUpdate((state) => state.link.kind === 'open');
  const accepted = useFirmware((state) =>
    state.images.some(({ id, verdict }) => id === imageId && verdict?.ok === true),
  );
  const { start } = useBootProofActions();
  const label = refused ? m.proof_go_on() : ended ? m.proof_again() : m.proof_start();
  return (
    <div>
      <Button
        kind={connected && !ended ? 'primary' : 'default'}
        icon="proven"
        disabled={!connected || !accepted}
        onClick={() => {
          void start();
        }}
      >
        {label}
      </Button>
    </div>
  );
}
