/** Which primer the board is given: ours, made for this keystore, or a file of the person's. */
import { useEffect } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { otpGeometry, type PrimerImage } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useProvision } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, ChoiceField } from '../../ui/kit/fields.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { primerWarningWords, writeWords } from './primer-words.ts';

export function PrimerChoice({ locked }: { readonly locked: boolean }) {
  const { provision } = useAppState();
  const source = useProvision((state) => state.primerSource);
  const primer = useProvision((state) => state.primer);
  return (
    <Stack gap={3}>
      <ChoiceField
        label={m.burn_primer_source()}
        value={source}
        disabled={locked}
        description={
          source === 'built-in' ? m.burn_primer_built_in_text() : m.burn_primer_own_text()
        }
        choices={[
          { value: 'built-in', label: m.burn_primer_built_in() },
          { value: 'own', label: m.burn_primer_own() },
        ]}
        onChange={provision.getState().setPrimerSource}
      />
      {source === 'built-in' ? <BuiltIn locked={locked} /> : <OwnFile locked={locked} />}
      {primer !== undefined && <PrimerFacts primer={primer} />}
    </Stack>
  );
}

function BuiltIn({ locked }: { readonly locked: boolean }) {
  const { provision } = useAppState();
  const primer = useProvision((state) => state.primer);
  const uds = useProvision((state) => state.primerUds);
  useEffect(() => {
    if (primer === undefined) void provision.getState().preparePrimer();
  }, [primer, uds, provision]);
  return (
    <CheckField
      label={m.burn_primer_uds()}
      description={m.burn_primer_uds_text()}
      checked={uds === 'generate'}
      disabled={locked}
      onChange={(draws) => {
        provision.getState().setPrimerUds(draws ? 'generate' : 'none');
      }}
    />
  );
}

function OwnFile({ locked }: { readonly locked: boolean }) {
  const { provision, services } = useAppState();
  const open = async (): Promise<void> => {
    const file = await services.files.pick('.bin');
    if (file !== undefined) await provision.getState().openPrimer(file);
  };
  return (
    <Row>
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
