/** While our own primer runs: what it says, and what the board holds, read over the ST-LINK cable. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { PrimerProof } from '../../core/provisioning/index.ts';
import type { PrimerResult } from '../../core/serial/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, usePrimerProof, useProvision } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';

export function PrimerProofOffer() {
  const { bench, primerProof } = useAppState();
  const ours = useProvision(
    ({ planned }) => planned?.kind === 'plan' && planned.plan.intended.mayRunAgain,
  );
  const ports = useBench((state) => state.serial.length);
  const job = usePrimerProof((state) => state.job);
  if (!ours) return null;
  const read = async (): Promise<void> => {
    const known = ports > 0 || (await bench.getState().chooseSerial());
    if (known) await primerProof.getState().read();
  };
  return (
    <Stack gap={3}>
      <p>{m.burn_proof_text()}</p>
      <Row>
        <Button busy={job.kind === 'reading'} onClick={() => void read()}>
          {m.burn_proof_read()}
        </Button>
      </Row>
      {job.kind === 'read' && <Proof proof={job.proof} />}
      {job.kind === 'failed' && (
        <ErrorNotice
          failure={describeFailure(job.error)}
          onDismiss={primerProof.getState().dismiss}
        />
      )}
    </Stack>
  );
}

function Proof({ proof }: { readonly proof: PrimerProof }) {
  const said = <p>{saidWords(proof.status.result)}</p>;
  if (proof.ok) {
    return (
      <Notice tone="proven" title={m.burn_proof_good()} live="status">
        {said}
      </Notice>
    );
  }
  const [first] = proof.wrong;
  return (
    <Notice tone="failure" title={m.burn_proof_bad()} live="status">
      {said}
      {first !== undefined && (
        <p>
          {m.burn_proof_wrong({
            count: String(proof.wrong.length),
            at: hexNumber(2 * first, 3),
          })}
        </p>
      )}
    </Notice>
  );
}

function saidWords(result: PrimerResult): string {
  switch (result) {
    case 'done':
    case 'already':
      return m.burn_proof_says_done();
    case 'no-keystore':
    case 'region-damaged':
      return m.burn_proof_says_nothing();
    case 'refused-conflict':
    case 'refused-locked':
    case 'failed-random':
      return m.burn_proof_says_refused();
    case 'failed-program':
    case 'failed-verify':
    case 'failed-lock':
      return m.burn_proof_says_failed();
  }
}
