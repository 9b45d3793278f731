/** Every algorithm beside the others, for the target in question. Loaded when it is unfolded. */
import type { KeySpec } from '../../core/crypto/index.ts';
import {
  keyFacts,
  otpGeometry,
  OTP_HEADER_BYTES,
  type OtpTarget,
} from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { formatSignatures } from '../../i18n/signatures.ts';
import { Icon } from '../../ui/kit/icons.tsx';
import { Table } from '../../ui/kit/table.tsx';
import {
  mlDsaAlgorithms,
  otherAlgorithms,
  specOfDraft,
  type AlgorithmDraft,
} from './algorithm-draft.ts';
import { quantumWord, specLabel, speedWords, targetLabels } from './algorithm-facts.ts';
import styles from './new-keys.module.css';

interface AlgorithmTableProps {
  readonly draft: AlgorithmDraft;
  readonly target: OtpTarget;
}

export default function AlgorithmTable({ draft, target }: AlgorithmTableProps) {
  const chosen = specLabel(specOfDraft(draft));
  const { udsOffsetBytes } = otpGeometry(target);
  return (
    <div className={styles.compare}>
      <Table
        caption={m.keys_compare_table()}
        columns={[
          m.keys_algorithm(),
          m.keys_fact_slot(),
          m.keys_fact_slots({ target: targetLabels[target] }),
          m.keys_fact_signature(),
          m.keys_fact_signatures(),
          m.keys_fact_speed(),
          m.keys_fact_quantum(),
          m.keys_fact_build(),
        ]}
      >
        {allSpecs(draft).map((spec) => (
          <SpecRow
            key={specLabel(spec)}
            spec={spec}
            target={target}
            chosen={specLabel(spec) === chosen}
          />
        ))}
      </Table>
      <p className={styles.remark}>
        {m.keys_compare_note({
          target: targetLabels[target],
          room: formatBytes(udsOffsetBytes - OTP_HEADER_BYTES),
        })}
      </p>
    </div>
  );
}

interface SpecRowProps {
  readonly spec: KeySpec;
  readonly target: OtpTarget;
  readonly chosen: boolean;
}

function SpecRow({ spec, target, chosen }: SpecRowProps) {
  const facts = keyFacts(spec, target);
  const build = facts.buildSettings.filter((setting) => !setting.startsWith('IMAGE_'));
  return (
    <tr data-chosen={chosen} aria-current={chosen || undefined}>
      <th scope="row">
        {specLabel(spec)} {chosen && <Icon name="check" size={14} />}
      </th>
      <td>{formatBytes(facts.slotBytes)}</td>
      <td data-none={facts.slots === 0}>{formatCount(facts.slots)}</td>
      <td>{formatBytes(facts.signatureBytes)}</td>
      <td>
        {facts.signatures === undefined ? m.keys_unlimited() : formatSignatures(facts.signatures)}
      </td>
      <td>{speedWords[facts.verifySpeed]()}</td>
      <td>{quantumWord(facts.quantumSafe)}</td>
      <td>
        <code>{build.join(' ')}</code>
      </td>
    </tr>
  );
}

/** One row an algorithm; those with parameters as they are chosen at present. */
function allSpecs(draft: AlgorithmDraft): readonly KeySpec[] {
  const of = (part: Partial<AlgorithmDraft>): KeySpec => specOfDraft({ ...draft, ...part });
  return [
    of({ kind: 'ecdsa-p256' }),
    of({ kind: 'ed25519' }),
    of({ kind: 'lms' }),
    ...mlDsaAlgorithms.map((mlDsa) => of({ kind: 'ml-dsa', mlDsa })),
    ...otherAlgorithms.map((other) => of({ kind: 'other', other })),
  ];
}
