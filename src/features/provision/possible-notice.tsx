/** What the last look at the board leaves of this page: said before anybody plans in vain. */
import type { BurnRoute, PossibleAction } from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useProvision } from '../../state/react.ts';
import { useBoardStanding } from '../../state/use-board-standing.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Notice } from '../../ui/kit/notice.tsx';

const other: Readonly<Record<BurnRoute, BurnRoute>> = {
  'otp-alternate': 'primer',
  primer: 'otp-alternate',
};

export function PossibleNotice() {
  const { provision } = useAppState();
  const actions = useBoardStanding()?.actions;
  const route = useProvision((state) => state.route);
  const busy = useProvision(({ job }) => job.kind === 'running' || job.kind === 'done');
  // A primer that was left in flash has its own words on this page.
  const primerFirst = actions?.some(({ id, allowed }) => id === 'erase-primer' && allowed);
  if (actions === undefined || busy || primerFirst === true || opens(actions, route)) return null;
  const otherOpens = opens(actions, other[route]);
  return (
    <Notice
      tone="caution"
      title={m.burn_not_possible()}
      live="status"
      actions={
        <>
          {otherOpens && (
            <Button
              kind="primary"
              onClick={() => {
                provision.getState().setRoute(other[route]);
              }}
            >
              {m.burn_take_other()}
            </Button>
          )}
          <LinkButton href="#/board">{m.burn_to_possible()}</LinkButton>
        </>
      }
    >
      <p>{m.burn_not_possible_text()}</p>
      {otherOpens && <p>{route === 'primer' ? m.burn_possible_otp() : m.burn_possible_primer()}</p>}
    </Notice>
  );
}

/** By this route something can be burned, or what is there be verified. */
function opens(actions: readonly PossibleAction[], route: BurnRoute): boolean {
  return actions.some(
    ({ id, route: way, allowed }) =>
      allowed && (id === 'verify' || ((id === 'burn' || id === 'continue') && way === route)),
  );
}
