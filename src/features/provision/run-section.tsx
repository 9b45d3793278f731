/** The burn under way: what it does, what hands have to do now, how to stop it; or where it stopped. */
import type { BurnProgress } from '../../core/provisioning/index.ts';
import { handSteps, type HandStep } from '../../i18n/board-steps.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useProvision } from '../../state/react.ts';
import { BoardSteps, type BoardStep } from '../../ui/board/board-steps.tsx';
import type { BoardView } from '../../ui/board/board-picture.tsx';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { PrimerProofOffer } from './primer-proof.tsx';
import { share, stageWords } from './progress-words.ts';

export function RunSection() {
  const burn = useProvision((state) => state.job);
  const { provision } = useAppState();
  if (burn.kind === 'stopped') return <Stopped />;
  if (burn.kind !== 'running') return null;
  const { progress, cancelling } = burn;
  const finishes = progress?.cancelling === 'finishes-step';
  return (
    <Section title={m.burn_running()}>
      <Stack gap={4}>
        <JobProgress
          label={m.burn_running()}
          doing={stageWords(progress)}
          tone="irreversible"
          {...share(progress)}
        />
        <Hands progress={progress} />
        {progress?.stage === 'waiting-for-dfu' && <PrimerProofOffer />}
        <Row>
          <Button
            disabled={cancelling}
            onClick={() => {
              provision.getState().cancel();
            }}
          >
            {finishes ? m.burn_finish_safely() : m.burn_cancel()}
          </Button>
          {cancelling && <span role="status">{m.burn_cancelling()}</span>}
        </Row>
      </Stack>
    </Section>
  );
}

function Stopped() {
  const burn = useProvision((state) => state.job);
  const { provision } = useAppState();
  if (burn.kind !== 'stopped') return null;
  return (
    <Section title={m.burn_stopped()} description={m.burn_stopped_text()}>
      {burn.error.code === 'cancelled' ? (
        <Notice
          tone="caution"
          title={m.burn_was_cancelled()}
          live="status"
          actions={<Again onPress={() => void provision.getState().plan()} />}
        >
          {m.burn_was_cancelled_text()}
        </Notice>
      ) : (
        <ErrorNotice
          failure={describeFailure(burn.error)}
          actions={<Again onPress={() => void provision.getState().plan()} />}
        />
      )}
    </Section>
  );
}

function Again({ onPress }: { readonly onPress: () => void }) {
  const inDfu = useBench((state) => state.usb.length > 0);
  return (
    <>
      <Button kind="primary" icon="refresh" disabled={!inDfu} onClick={onPress}>
        {m.burn_plan_again()}
      </Button>
      {!inDfu && <LinkButton href="#/board">{m.burn_board_into_dfu()}</LinkButton>}
    </>
  );
}

/** The moments that belong to a person, with pictures; the program notices by itself when they are done. */
function Hands({ progress }: { readonly progress: BurnProgress | undefined }) {
  const panel = useBench((state) => state.panel);
  const steps = stepsFor(progress);
  if (steps.length === 0) return null;
  const boot0 = panel?.boot0 ?? progress?.stage !== 'waiting-for-dfu';
  const view: BoardView = {
    stLink: panel?.plugs.stLink ?? true,
    userUsb: panel?.plugs.userUsb ?? true,
    boot0,
    leds: panel?.leds ?? { green: false, yellow: false, red: false },
  };
  return (
    <BoardSteps
      label={m.burn_hands()}
      steps={withStates(steps, panel?.boot0)}
      view={view}
      pictureLabel={m.burn_hands_picture()}
      words={{ seen: m.burn_seen(), now: m.burn_now() }}
    />
  );
}

function stepsFor(progress: BurnProgress | undefined): readonly HandStep[] {
  switch (progress?.stage) {
    case 'waiting-for-run':
    case 'primer-did-not-run':
      return [handSteps.boot0Off(), handSteps.resetIntoFirmware()];
    case 'waiting-for-dfu':
      return [handSteps.boot0On(), handSteps.resetIntoDfu()];
    default:
      return [];
  }
}

/** BOOT0 can be seen on the virtual board only; a reset is seen when the board leaves or comes back. */
function withStates(steps: readonly HandStep[], boot0: boolean | undefined): readonly BoardStep[] {
  let nowIsSet = false;
  return steps.map((step): BoardStep => {
    const done =
      (step.id === 'boot0-off' && boot0 === false) || (step.id === 'boot0-on' && boot0 === true);
    if (done) return { ...step, state: 'seen' };
    const state = nowIsSet ? 'todo' : 'now';
    nowIsSet = true;
    return { ...step, state };
  });
}
