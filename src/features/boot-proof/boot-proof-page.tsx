/** The page Boot proof: what it takes, the two images, what was seen. */
import { m } from '../../i18n/paraglide/messages.js';
import { useBootProof } from '../../state/use-boot-proof.ts';
import { useBench } from '../../state/react.ts';
import { LinkButton } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { NextStep, Page } from '../../ui/kit/page.tsx';
import { useLeaveGuard } from '../../ui/kit/use-leave-guard.ts';
import { NeedsSection } from './needs-section.tsx';
import { ProofSection } from './proof-section.tsx';

export function BootProofPage() {
  const chosen = useBench((state) => state.bench !== undefined);
  const job = useBootProof((state) => state.job);
  useLeaveGuard(job.kind === 'running');
  const ended = job.kind === 'ended';
  return (
    <Page name={m.proof_title()} lede={m.proof_lede()}>
      {chosen ? (
        <>
          <NeedsSection />
          <ProofSection />
        </>
      ) : (
        <EmptyState
          icon="board"
          title={m.proof_no_bench()}
          actions={<LinkButton href="#/board">{m.proof_to_board()}</LinkButton>}
        >
          {m.proof_no_bench_text()}
        </EmptyState>
      )}
      <NextStep label={m.proof_next()} href="#/record" ready={ended}>
        {ended ? m.proof_next_ready() : m.proof_next_missing()}
      </NextStep>
    </Page>
  );
}
