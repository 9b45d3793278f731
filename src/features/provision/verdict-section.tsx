/** What was read back after the burn, and what was not done. */
import type { BurnOutcome, SlotVerdict } from '../../core/provisioning/index.ts';
import { describeOtp, slotStrideBytes } from '../../core/wolfboot/index.ts';
import { describeField } from '../../i18n/field-names.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBootVerdict } from '../../state/use-boot-verdict.ts';
import { BurnVerdict } from './burn-verdict.tsx';
import { HexView } from '../../ui/hex/hex-view.tsx';
import { Badge, type Tone } from '../../ui/kit/badge.tsx';
import { LinkButton } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Stack } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';

export function VerdictSection({ outcome }: { readonly outcome: BurnOutcome }) {
  const { verification, plan } = outcome;
  const booted = useBootVerdict(plan) === 'proved';
  return (
    <Section
      title={m.burn_verdict()}
      aside={plan.benchKind === 'virtual' && <Badge tone="virtual">{m.burn_virtual()}</Badge>}
    >
      <Stack gap={4}>
        <BurnVerdict outcome={outcome} />
        <Facts
          facts={[
            { name: m.burn_magic(), value: verification.magic ? 'WOLFBOOT' : '–', mono: true },
            { name: m.burn_item_count(), value: String(verification.itemCount ?? '–') },
            { name: m.burn_uds(), value: udsWords(verification.uds) },
            { name: m.burn_board(), value: `${plan.boardName} · ${plan.serial}` },
          ]}
        />
        <Table
          caption={m.burn_slot_verdicts()}
          columns={[m.burn_column_slot(), m.burn_column_verdict(), m.burn_column_fingerprint()]}
        >
          {verification.slots.map((slot) => (
            <tr key={slot.slot}>
              <th scope="row">#{slot.slot}</th>
              <td>
                <Badge tone={toneOf[slot.verdict]}>{wordsOf[slot.verdict]()}</Badge>
              </td>
              <td>
                <Fingerprint
                  hex={slot.fingerprint}
                  of={m.burn_slot({ slot: String(slot.slot) })}
                  short
                />
              </td>
            </tr>
          ))}
        </Table>
        <ReadBack outcome={outcome} />
        <Notice tone="neutral" title={m.burn_not_done()}>
          <ul>
            <li>{m.burn_not_locked()}</li>
            {!booted && <li>{m.burn_not_booted()}</li>}
            <li>{m.burn_ecc_unseen()}</li>
          </ul>
        </Notice>
        <div>
          <LinkButton href="#/record" icon="record">
            {m.burn_to_record()}
          </LinkButton>
        </div>
      </Stack>
    </Section>
  );
}

const toneOf: Readonly<Record<SlotVerdict['verdict'], Tone>> = {
  equal: 'proven',
  different: 'failure',
  blank: 'caution',
  missing: 'failure',
};

const wordsOf: Readonly<Record<SlotVerdict['verdict'], () => string>> = {
  equal: m.burn_slot_equal,
  different: m.burn_slot_different,
  blank: m.burn_slot_blank,
  missing: m.burn_slot_missing,
};

function udsWords(uds: BurnOutcome['verification']['uds']): string {
  const words = {
    present: m.burn_uds_present,
    absent: m.burn_uds_absent,
    partial: m.burn_uds_partial,
    suspect: m.burn_uds_suspect,
  } as const;
  return words[uds]();
}

/** The area as it was read back; the device's secret stays covered. */
function ReadBack({ outcome }: { readonly outcome: BurnOutcome }) {
  const { otp } = outcome.inspection;
  if (otp.kind === 'unreadable') return null;
  const { content } = otp;
  const { baseAddress, target, udsOffsetBytes, udsBytes } = content.geometry;
  const bytes = content.redacted();
  const { spans } = describeOtp(bytes, {
    strideBytes: slotStrideBytes(outcome.plan.profile),
    target,
  });
  const covered = content.udsCells === 'complete' || content.udsCells === 'partial';
  return (
    <HexView
      label={m.burn_read_back()}
      bytes={bytes}
      spans={spans}
      baseAddress={baseAddress}
      secret={covered ? [{ startBytes: udsOffsetBytes, endBytes: udsOffsetBytes + udsBytes }] : []}
      describe={describeField}
    />
  );
}
