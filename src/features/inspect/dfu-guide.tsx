/** Bringing the board into DFU mode: what hands have to do, and whether it was seen. */
import { m } from '../../i18n/paraglide/messages.js';
import { handSteps } from '../../i18n/board-steps.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { advance, seenHands } from '../../state/board-hands.ts';
import type { BenchState } from '../../state/bench.ts';
import { useAppState, useBench } from '../../state/react.ts';
import type { BoardView } from '../../ui/board/board-picture.tsx';
import { BoardSteps, type BoardStep } from '../../ui/board/board-steps.tsx';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';

export function DfuGuide() {
  const bench = useBench((state) => state);
  const there = bench.usb.length > 0;
  const guide = <Guide bench={bench} />;
  return (
    <Section
      title={m.board_dfu()}
      description={m.board_dfu_lede()}
      aside={there && <Badge tone="proven">{m.board_dfu_there()}</Badge>}
    >
      {there ? <Disclosure label={m.board_dfu_again()}>{guide}</Disclosure> : guide}
    </Section>
  );
}

function Guide({ bench }: { readonly bench: BenchState }) {
  return (
    <>
      {bench.panel !== undefined && <Notice tone="virtual">{m.board_dfu_virtual()}</Notice>}
      <BoardSteps
        label={m.board_steps()}
        steps={stepsIntoDfu(bench)}
        view={viewOf(bench)}
        pictureLabel={m.board_picture()}
        words={{ seen: m.board_step_seen(), now: m.board_step_now() }}
      />
      <p>
        {m.cable_only_one()} <a href="#/one-cable">{m.cable_go()}</a>
      </p>
    </>
  );
}

function stepsIntoDfu(bench: BenchState): readonly BoardStep[] {
  const seen = seenHands(bench);
  const steps = advance([
    { ...handSteps.stLink(), seen: seen.stLink },
    { ...handSteps.userUsb(), seen: seen.userUsb },
    { ...handSteps.boot0On(), seen: seen.boot0 },
    { ...handSteps.resetIntoDfu(), seen: seen.dfu },
  ]);
  if (bench.panel !== undefined) return steps;
  return [
    ...steps,
    {
      id: 'connect',
      title: m.board_step_connect(),
      detail: <Connect />,
      state: seen.dfu ? 'seen' : 'todo',
    },
  ];
}

/** On the real bench the picture shows the goal: what a person's own board should look like. */
function viewOf({ panel }: BenchState): BoardView {
  const dark = { green: false, yellow: false, red: false };
  if (panel === undefined) return { stLink: true, userUsb: true, boot0: true, leds: dark };
  const { plugs, boot0, leds } = panel;
  return { stLink: plugs.stLink, userUsb: plugs.userUsb, boot0, leds };
}

function Connect() {
  const { bench: store } = useAppState();
  const activity = useBench((state) => state.activity);
  const { chooseUsb, dismiss } = store.getState();
  const failed =
    activity.kind === 'failed' && activity.what === 'choose-usb' ? activity.error : undefined;
  return (
    <>
      <p>{m.board_step_connect_detail()}</p>
      <Row>
        <Button
          kind="primary"
          icon="usb"
          busy={activity.kind === 'busy' && activity.what === 'choose-usb'}
          onClick={() => void chooseUsb()}
        >
          {m.board_connect()}
        </Button>
        <a href="#/help/no-device">{m.board_nothing_listed()}</a>
      </Row>
      {failed && <ErrorNotice failure={describeFailure(failed)} onDismiss={dismiss} />}
    </>
  );
}
