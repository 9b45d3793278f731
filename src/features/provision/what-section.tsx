/** What would be burned, on which way, and from which image. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useKeystore, useProvision } from '../../state/react.ts';
import { CheckField, ChoiceField } from '../../ui/kit/fields.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { PrimerChoice } from './primer-choice.tsx';

/** Groups of four that have to be typed before burning. */
const typedGroups = 2;

export function WhatSection({ locked }: { readonly locked: boolean }) {
  const view = useKeystore((state) => state.view);
  const route = useProvision((state) => state.route);
  const setRoute = useProvision((state) => state.setRoute);
  const { provision } = useAppState();
  return (
    <Section title={m.burn_what()} description={m.burn_what_text()}>
      <Stack gap={4}>
        <Facts
          facts={[
            { name: m.burn_profile(), value: view.profile.name },
            { name: m.burn_slots(), value: String(view.slots.length) },
          ]}
        />
        {view.fingerprint !== undefined && (
          <Facts
            narrow
            facts={[
              {
                name: m.burn_fingerprint(),
                value: (
                  <Fingerprint
                    hex={view.fingerprint}
                    of={m.burn_fingerprint()}
                    markedGroups={typedGroups}
                  />
                ),
              },
            ]}
          />
        )}
        <ChoiceField
          label={m.burn_route()}
          value={route}
          disabled={locked}
          description={
            route === 'primer' ? m.burn_route_primer_text() : m.burn_route_alternate_text()
          }
          choices={[
            { value: 'otp-alternate', label: m.burn_route_alternate() },
            { value: 'primer', label: m.burn_route_primer() },
          ]}
          onChange={setRoute}
        />
        <p>
          {m.cable_only_one()} <a href="#/one-cable">{m.cable_go()}</a>
        </p>
        {route === 'primer' && <PrimerChoice locked={locked} />}
        <ExternalKeys locked={locked} />
        <Failure onDismiss={provision.getState().dismiss} />
      </Stack>
    </Section>
  );
}

/** What failed in another section is told there. */
const elsewhere: ReadonlySet<string> = new Set(['plan', 'approve', 'erase-primer']);

function Failure({ onDismiss }: { readonly onDismiss: () => void }) {
  const activity = useProvision((state) => state.activity);
  if (activity.kind !== 'failed' || elsewhere.has(activity.what)) return null;
  return <ErrorNotice failure={describeFailure(activity.error)} onDismiss={onDismiss} />;
}

/** Keys of which only the public half is here: the person must say that the other half exists. */
function ExternalKeys({ locked }: { readonly locked: boolean }) {
  const chosen = useKeystore((state) => state.view.chosen);
  const external = useProvision((state) => state.external);
  const declare = useProvision((state) => state.declareExternal);
  const imported = chosen.flatMap(({ source }) =>
    source.kind === 'imported' ? [source.imported] : [],
  );
  if (imported.length === 0) return null;
  return (
    <Notice tone="caution" title={m.burn_external()}>
      <p>{m.burn_external_text()}</p>
      {imported.map((entry) => (
        <CheckField
          key={entry.id}
          label={m.burn_external_declare({ name: entry.name })}
          checked={external.has(entry.fingerprint)}
          disabled={locked}
          onChange={(declared) => {
            declare(entry.fingerprint, declared);
          }}
        />
      ))}
    </Notice>
  );
}
