/** The verdict on a burn. Green only when the board refused one image and started another. */
import type { BootVerdict, BurnOutcome } from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBootVerdict } from '../../state/use-boot-verdict.ts';
import type { Tone } from '../../ui/kit/badge.tsx';
import { LinkButton } from '../../ui/kit/button.tsx';
import { Notice } from '../../ui/kit/notice.tsx';

export function BurnVerdict({ outcome }: { readonly outcome: BurnOutcome }) {
  const verdict = useBootVerdict(outcome.plan);
  const slots = String(outcome.verification.slots.length);
  return (
    <Notice
      tone={tones[verdict]}
      title={titleOf(verdict, outcome)}
      live={verdict === 'disproved' ? 'alert' : 'status'}
      {...(verdict !== 'proved' && {
        actions: (
          <LinkButton href="#/boot-proof" icon="proven">
            {m.burn_prove()}
          </LinkButton>
        ),
      })}
    >
      <p>{m.burn_proven_text({ slots })}</p>
      <p>{textOf(verdict)}</p>
    </Notice>
  );
}

const tones: Readonly<Record<BootVerdict, Tone>> = {
  unproven: 'caution',
  'refusal-only': 'caution',
  proved: 'proven',
  disproved: 'failure',
};

function titleOf(verdict: BootVerdict, { kind }: BurnOutcome): string {
  switch (verdict) {
    case 'unproven':
      return kind === 'already-burned' ? m.burn_already() : m.burn_proven();
    case 'refusal-only':
      return m.burn_refusal_only();
    case 'proved':
      return m.burn_proved();
    case 'disproved':
      return m.burn_disproved();
  }
}

function textOf(verdict: BootVerdict): string {
  if (verdict === 'proved') return m.burn_proof_booted();
  return verdict === 'disproved' ? m.burn_disproved_text() : m.burn_prove_text();
}
