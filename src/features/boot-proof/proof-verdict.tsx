/** What a boot proof ended with. A board that starts what nobody signed is told louder than anything else. */
import type { BootProofJob } from '../../state/boot-proof.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { howWords } from './proof-words.ts';

export function ProofVerdict({ job }: { readonly job: Extract<BootProofJob, { kind: 'ended' }> }) {
  const { proof, image, recorded } = job;
  const wrong = proof.kind === 'proved' ? proof.refusal : proof;
  return (
    <>
      {proof.kind === 'proved' ? (
        <Notice tone="proven" title={m.proof_proved()} live="status">
          {m.proof_proved_text({ wrong: wrong.version, right: proof.boot.version })}
        </Notice>
      ) : (
        <Notice tone="failure" title={m.proof_disproved()} live="alert">
          <p>{m.proof_disproved_text({ version: wrong.version })}</p>
          <p>{proof.ledBack ? m.proof_led_back() : m.proof_not_led_back()}</p>
        </Notice>
      )}
      <Facts
        narrow
        facts={[
          { name: m.record_proof_how(), value: howWords(wrong.how) },
          {
            name: m.record_proof_wrong(),
            value: <Fingerprint hex={wrong.imageSha256} of={m.record_proof_wrong()} short />,
          },
          {
            name: m.record_proof_right(),
            value: <Fingerprint hex={image.sha256} of={m.record_proof_right()} short />,
          },
        ]}
      />
      <p role="status">{recorded ? m.proof_recorded() : m.proof_unrecorded()}</p>
    </>
  );
}
