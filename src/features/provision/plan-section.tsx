/** The plan: what is there, what would be there, halfword by halfword; or why nothing may be burned. */
import { otpGeometry } from '../../core/wolfboot/index.ts';
import type { BurnPlan, PlanRefusal } from '../../core/provisioning/index.ts';
import { describeCode, describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useProvision } from '../../state/react.ts';
import { DiffSummary, DiffTable } from '../../ui/diff/diff-table.tsx';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { diffRuns } from './diff-runs.ts';

export function PlanSection() {
  const { provision } = useAppState();
  const planned = useProvision((state) => state.planned);
  const activity = useProvision((state) => state.activity);
  const burning = useProvision((state) => state.job.kind === 'running');
  const inDfu = useBench((state) => state.usb.length > 0);
  const route = useProvision((state) => state.route);
  const primer = useProvision((state) => state.primer);
  return (
    <Section
      title={m.burn_plan()}
      description={m.burn_plan_text()}
      aside={planned?.kind === 'plan' && <RehearsedBadge plan={planned.plan} />}
    >
      <Stack gap={4}>
        <Row>
          <Button
            kind={planned === undefined ? 'primary' : 'default'}
            icon="refresh"
            busy={activity.kind === 'busy' && activity.what === 'plan'}
            disabled={burning || !inDfu || (route === 'primer' && primer === undefined)}
            onClick={() => {
              void provision.getState().plan();
            }}
          >
            {m.burn_make_plan()}
          </Button>
          {!inDfu && <LinkButton href="#/board">{m.burn_board_into_dfu()}</LinkButton>}
        </Row>
        {activity.kind === 'failed' && activity.what === 'plan' && (
          <ErrorNotice
            failure={describeFailure(activity.error)}
            onDismiss={provision.getState().dismiss}
          />
        )}
        {planned?.kind === 'refused' && <Refusals reasons={planned.reasons} />}
        {planned?.kind === 'plan' && <PlanFacts plan={planned.plan} />}
      </Stack>
    </Section>
  );
}

function RehearsedBadge({ plan }: { readonly plan: BurnPlan }) {
  const rehearsal = useProvision((state) => state.rehearsal);
  const rehearsed =
    rehearsal.kind === 'green' && rehearsal.outcome.plan.rehearsalHash === plan.rehearsalHash;
  return rehearsed ? (
    <Badge tone="proven">{m.burn_plan_rehearsed()}</Badge>
  ) : (
    <Badge tone="caution">{m.burn_plan_not_rehearsed()}</Badge>
  );
}

function Refusals({ reasons }: { readonly reasons: readonly PlanRefusal[] }) {
  return (
    <Notice tone="failure" title={m.burn_refused({ count: String(reasons.length) })} live="alert">
      <ul>
        {reasons.map((reason) => {
          const words = describeCode(reason.code);
          return (
            <li key={`${reason.code}-${reason.message}`}>
              <strong>{words.title}</strong> {words.nextStep}
              <Disclosure label={m.burn_refusal_details()}>
                <code>{reason.message}</code>
              </Disclosure>
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}

function PlanFacts({ plan }: { readonly plan: BurnPlan }) {
  const { baseAddress } = otpGeometry(plan.profile.target);
  return (
    <Stack gap={4}>
      {plan.continues && (
        <Notice tone="info" title={m.burn_continues()}>
          {m.burn_continues_text()}
        </Notice>
      )}
      {plan.work === 'nothing' && (
        <Notice tone="proven" title={m.burn_nothing()}>
          {m.burn_nothing_text()}
        </Notice>
      )}
      <Facts
        facts={[
          { name: m.burn_board(), value: plan.boardName },
          { name: m.burn_serial(), value: plan.serial, mono: true },
        ]}
      />
      <Facts
        narrow
        facts={[
          {
            name: m.burn_plan_hash(),
            value: <Fingerprint hex={plan.hash} of={m.burn_plan_hash()} />,
          },
        ]}
      />
      <DiffSummary counts={plan.summary.counts} />
      <DiffTable label={m.burn_diff()} runs={diffRuns(plan.rows, baseAddress)} />
    </Stack>
  );
}
