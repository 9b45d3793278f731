/** The proofs by boot that a record holds. */
import type { RecordedBootProof } from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Badge, type Tone } from '../../ui/kit/badge.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { timeWords } from './record-words.ts';

interface Outcome {
  readonly tone: Tone;
  readonly words: () => string;
}

const outcomes: Readonly<Record<RecordedBootProof['outcome'], Outcome>> = {
  'refusal-seen': { tone: 'caution', words: m.record_verdict_refusal },
  proved: { tone: 'proven', words: m.record_verdict_proved },
  disproved: { tone: 'failure', words: m.record_verdict_disproved },
};

export function BootProofs({ proofs }: { readonly proofs: readonly RecordedBootProof[] }) {
  return (
    <>
      <h3>{m.record_proofs()}</h3>
      <Table
        caption={m.record_proofs()}
        columns={[
          m.record_time(),
          m.record_proof_outcome(),
          m.record_proof_wrong(),
          m.record_proof_how(),
          m.record_proof_right(),
        ]}
      >
        {proofs.map((proof) => (
          <tr key={`${proof.at}-${proof.wrongImageSha256}`}>
            <td>{timeWords(proof.at)}</td>
            <td>
              <Badge tone={outcomes[proof.outcome].tone}>{outcomes[proof.outcome].words()}</Badge>
            </td>
            <td>{m.record_proof_version({ version: proof.wrongVersion })}</td>
            <td>
              {proof.how === 'stranger-key'
                ? m.record_proof_how_stranger()
                : m.record_proof_how_another()}
            </td>
            <td>
              {proof.bootedVersion === undefined
                ? '–'
                : m.record_proof_version({ version: proof.bootedVersion })}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
