/** The typed confirmation: the last groups of the keystore's fingerprint and of the board's serial. */
import { useState } from 'react';
import type { BurnPlan } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useProvision } from '../../state/react.ts';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { IrreversibleButton } from '../../ui/confirm/irreversible-button.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';

export function ConfirmSection({ plan }: { readonly plan: BurnPlan }) {
  const { provision } = useAppState();
  const required = useProvision((state) => state.required);
  const activity = useProvision((state) => state.activity);
  const [keystoreTail, setKeystoreTail] = useState('');
  const [boardTail, setBoardTail] = useState('');
  if (required === undefined) return null;
  if (plan.work === 'nothing') return <VerifyOnly />;
  const matches =
    sameFact(keystoreTail, required.keystoreTail) && sameFact(boardTail, required.boardTail);
  const approveAndBurn = async (): Promise<void> => {
    await provision.getState().approve({ keystoreTail, boardTail });
    if (provision.getState().approved) await provision.getState().burn();
  };
  return (
    <Section title={m.burn_confirm()} description={m.burn_confirm_text()}>
      <Stack gap={4}>
        <FactField
          label={m.burn_confirm_keystore()}
          description={m.burn_confirm_keystore_text()}
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
        {activity.kind === 'failed' && activity.what === 'approve' && (
          <ErrorNotice failure={describeFailure(activity.error)} />
        )}
        <IrreversibleButton
          disabled={!matches}
          reason={m.burn_confirm_first()}
          onPress={() => {
            void approveAndBurn();
          }}
        >
          {plan.continues ? m.burn_go_on() : m.burn_burn()}
        </IrreversibleButton>
      </Stack>
    </Section>
  );
}

/** Nothing is left to write, so nothing needs a confirmation. */
function VerifyOnly() {
  const { provision } = useAppState();
  return (
    <Section title={m.burn_verify()} description={m.burn_verify_text()}>
      <div>
        <Button
          kind="primary"
          icon="proven"
          onClick={() => {
            void provision.getState().burn();
          }}
        >
          {m.burn_verify_now()}
        </Button>
      </div>
    </Section>
  );
}
