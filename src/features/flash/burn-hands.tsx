/** The moments of a burn that belong to a person; noticed by the program when they are done. */
import type { BurnProgress } from '../../core/provisioning/index.ts';
import { handSteps, type HandStep } from '../../i18n/board-steps.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { advance } from '../../state/board-hands.ts';
import { useBench } from '../../state/react.ts';
import { BoardSteps } from '../../ui/board/board-steps.tsx';

export function BurnHands({ progress }: { readonly progress: BurnProgress | undefined }) {
  const panel = useBench((state) => state.panel);
  const steps = stepsFor(progress);
  if (steps.length === 0) return null;
  const wantsBoot0 = progress?.stage === 'waiting-for-dfu';
  const boot0 = panel?.boot0 ?? !wantsBoot0;
  return (
    <BoardSteps
      label={m.burn_hands()}
      steps={advance(
        steps.map((step) => ({
          ...step,
          seen: isJumper(step) ? panel?.boot0 === wantsBoot0 : undefined,
        })),
      )}
      view={{
        stLink: panel?.plugs.stLink ?? true,
        userUsb: panel?.plugs.userUsb ?? true,
        boot0,
        leds: panel?.leds ?? { green: false, yellow: false, red: false },
      }}
      pictureLabel={m.burn_hands_picture()}
      words={{ seen: m.burn_seen(), now: m.burn_now() }}
    />
  );
}

function isJumper({ id }: HandStep): boolean {
  return id === 'boot0-off' || id === 'boot0-on';
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
