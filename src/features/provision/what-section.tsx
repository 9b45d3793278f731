/** What would be burned, on which way, and from which image. */
import { hexNumber } from '../../core/bytes/index.ts';
import { otpGeometry, type PrimerImage } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useKeystore, useProvision } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, ChoiceField } from '../../ui/kit/fields.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { primerWarningWords, writeWords } from './primer-words.ts';

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

function PrimerChoice({ locked }: { readonly locked: boolean }) {
  const { provision, services } = useAppState();
  const virtual = useBench((state) => state.bench?.kind === 'virtual');
  const primer = useProvision((state) => state.primer);
  const open = async (): Promise<void> => {
    const file = await services.files.pick('.bin');
    if (file !== undefined) await provision.getState().openPrimer(file);
  };
  return (
    <Stack gap={3}>
      <Row>
        {virtual && (
          <Button
            disabled={locked}
            onClick={() => {
              void provision.getState().loadSamplePrimer();
            }}
          >
            {m.burn_sample_primer()}
          </Button>
        )}
        <Button
          disabled={locked}
          icon="open"
          onClick={() => {
            void open();
          }}
        >
          {m.burn_open_primer()}
        </Button>
      </Row>
      {primer !== undefined && <PrimerFacts primer={primer} />}
    </Stack>
  );
}

/** Never trusted, always shown: what the image itself says it would write. */
function PrimerFacts({ primer }: { readonly primer: PrimerImage }) {
  const { baseAddress } = otpGeometry('stm32h5');
  return (
    <Stack gap={3}>
      <Facts
        facts={[
          { name: m.burn_primer_file(), value: primer.fileName },
          { name: m.burn_primer_load(), value: hexNumber(primer.loadAddress), mono: true },
          { name: m.burn_primer_slots(), value: String(primer.slots.length) },
          {
            name: 'SHA-256',
            value: <Fingerprint hex={primer.sha256} of={primer.fileName} short />,
          },
        ]}
      />
      <Table
        caption={m.burn_primer_writes()}
        columns={[m.burn_column_address(), m.burn_column_bytes(), m.burn_column_what()]}
      >
        {primer.writes.map((write) => (
          <tr key={write.offsetBytes}>
            <th scope="row">
              <code>{hexNumber(baseAddress + write.offsetBytes)}</code>
            </th>
            <td>{write.lengthBytes}</td>
            <td>
              {writeWords(write)}
              {write.content === 'random' && ` · ${m.burn_random()}`}
            </td>
          </tr>
        ))}
      </Table>
      {primer.warnings.map((warning) => (
        <Notice key={warning.message} tone="caution">
          {primerWarningWords(warning)}
        </Notice>
      ))}
    </Stack>
  );
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
