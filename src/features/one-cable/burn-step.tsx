/** What would be burned, why it may not be, the typed confirmation, and what was read back. */
import { useState } from 'react';
import type { BurnOutcome, BurnPlan, PlanResult } from '../../core/provisioning/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { IrreversibleButton } from '../../ui/confirm/irreversible-button.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { CableStep } from './cable-step.tsx';
import type { StepState } from './steps.ts';
import { useOneCable, useOneCableStore } from '../../state/use-one-cable.ts';

const TYPED_GROUPS = 2;

export function BurnStep({ state }: { readonly state: StepState }) {
  const planned = useOneCable((now) => now.planned);
  const outcome = useOneCable((now) => now.outcome);
  const reading = useOneCable((now) => now.reading);
  const noKeystore = useKeystore((now) => now.view.slots.length === 0);
  return (
    <CableStep
      number={3}
      title={m.cable_burn()}
      text={m.cable_burn_text()}
      state={state}
      jobs={['burn']}
    >
      {noKeystore && <NoKeystore />}
      {outcome !== undefined && <Burned outcome={outcome} />}
      {outcome === undefined && reading !== undefined && planned !== undefined && (
        <Planned planned={planned} />
      )}
    </CableStep>
  );
}

function NoKeystore() {
  return (
    <Notice
      tone="info"
      title={m.cable_no_keystore()}
      actions={<LinkButton href="#/keystore">{m.cable_to_keystore()}</LinkButton>}
    >
      {m.cable_no_keystore_text()}
    </Notice>
  );
}

function Planned({ planned }: { readonly planned: PlanResult }) {
  if (planned.kind === 'refused') return <Refused reasons={planned.reasons} />;
  const { plan } = planned;
  return (
    <Stack gap={4}>
      <Facts
        narrow
        facts={[
          {
            name: m.cable_keystore(),
            value: (
              <Fingerprint
                hex={plan.keystoreFingerprint}
                of={m.cable_keystore()}
                markedGroups={TYPED_GROUPS}
              />
            ),
          },
        ]}
      />
      <Facts
        facts={[
          { name: m.cable_keys(), value: String(plan.intended.slots.length) },
          { name: m.cable_new(), value: String(plan.summary.counts.new) },
          { name: m.cable_equal(), value: String(plan.summary.counts.equal) },
          {
            name: m.cable_uds(),
            value: plan.intended.udsSource === 'none' ? m.cable_uds_none() : m.cable_uds_board(),
          },
        ]}
      />
      <Meaning plan={plan} />
      {plan.work === 'nothing' ? <Verify /> : <Confirm plan={plan} />}
    </Stack>
  );
}

/** What it means for the board, pleasant or not; the sheet on the page Burn says it of every route. */
function Meaning({ plan }: { readonly plan: BurnPlan }) {
  const { applicationSlots, irreversibleHalfwords, capacity, slots } = plan.consequences;
  const listed = applicationSlots.map((slot) => `#${slot}`).join(', ');
  return (
    <>
      <Notice tone="irreversible" title={m.burn_consequences()}>
        <ul>
          <li>{m.burn_means_boot({ slots: listed })}</li>
          <li>{m.burn_means_irreversible({ halfwords: String(irreversibleHalfwords) })}</li>
          <li>
            {m.burn_means_capacity({ used: String(capacity.used), slots: String(capacity.slots) })}
          </li>
          <li>{m.burn_means_lost_key()}</li>
        </ul>
      </Notice>
      <Table caption={m.cable_keys()} columns={[m.burn_column_slot(), m.burn_column_fingerprint()]}>
        {slots.map(({ slot, fingerprint }) => (
          <tr key={slot}>
            <th scope="row">#{slot}</th>
            <td>
              <Fingerprint hex={fingerprint} of={`#${slot}`} short />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Refused({
  reasons,
}: {
  readonly reasons: Extract<PlanResult, { kind: 'refused' }>['reasons'];
}) {
  return (
    <Notice
      tone="failure"
      title={m.cable_refused()}
      live="status"
      actions={<LinkButton href="#/burn">{m.cable_to_burn()}</LinkButton>}
    >
      <ul>
        {reasons.map(({ code, message }) => (
          <li key={message}>
            <strong>{describeCode(code).title}</strong> <span lang="en">{message}</span>
          </li>
        ))}
      </ul>
      <p>{m.cable_refused_external()}</p>
    </Notice>
  );
}

function Verify() {
  const store = useOneCableStore();
  const running = useOneCable((now) => now.job.kind === 'running');
  return (
    <Stack gap={3}>
      <p>{m.cable_verify()}</p>
      <Row>
        <Button
          kind="primary"
          icon="proven"
          disabled={running}
          onClick={() => void store.getState().burn()}
        >
          {m.cable_verify_now()}
        </Button>
      </Row>
    </Stack>
  );
}

function Confirm({ plan }: { readonly plan: BurnPlan }) {
  const store = useOneCableStore();
  const required = useOneCable((now) => now.required);
  const running = useOneCable((now) => now.job.kind === 'running');
  const [keystoreTail, setKeystoreTail] = useState('');
  const [boardTail, setBoardTail] = useState('');
  if (required === undefined) return null;
  const matches =
    sameFact(keystoreTail, required.keystoreTail) && sameFact(boardTail, required.boardTail);
  return (
    <Stack gap={4}>
      <FactField
        label={m.burn_confirm_keystore()}
        description={m.cable_keystore_tail_text()}
        expected={required.keystoreTail}
        value={keystoreTail}
        onChange={setKeystoreTail}
      />
      <FactField
        label={m.burn_confirm_board()}
        description={m.burn_confirm_board_text({ serial: plan.serial })}
        expected={required.boardTail}
        value={boardTail}
        onChange={setBoardTail}
      />
      <IrreversibleButton
        disabled={!matches || running}
        reason={m.burn_confirm_first()}
        onPress={() => void store.getState().burn({ keystoreTail, boardTail })}
      >
        {m.cable_burn_now()}
      </IrreversibleButton>
    </Stack>
  );
}

function Burned({ outcome }: { readonly outcome: BurnOutcome }) {
  const title = outcome.kind === 'burned' ? m.cable_burned() : m.cable_already();
  return (
    <Notice
      tone="proven"
      title={title}
      live="status"
      actions={
        <LinkButton href="#/record" icon="record">
          {m.cable_to_record()}
        </LinkButton>
      }
    >
      {m.cable_burned_text()}
    </Notice>
  );
}
