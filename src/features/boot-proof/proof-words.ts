/** The stages of a boot proof in words, and how far they are. */
import type { BootProofProgress } from '../../core/provisioning/index.ts';
import type { WrongSignature } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function stageWords(progress: BootProofProgress | undefined): string {
  if (progress === undefined) return m.proof_stage_making();
  const image = progress.step === 'wrong' ? m.proof_step_wrong() : m.proof_step_right();
  return `${image}: ${words[progress.stage]()}`;
}

const words: Readonly<Record<BootProofProgress['stage'], () => string>> = {
  checking: m.proof_stage_checking,
  erasing: m.proof_stage_erasing,
  'waiting-for-receiver': m.proof_stage_waiting,
  sending: m.proof_stage_sending,
  'receiver-done': m.proof_stage_received,
  rebooting: m.proof_stage_rebooting,
  proving: m.proof_stage_proving,
  confirming: m.proof_stage_confirming,
};

/** Of the whole proof: each image is half of it. */
export function share(progress: BootProofProgress | undefined): { done: number; total: number } {
  if (progress === undefined) return { done: 0, total };
  const before = progress.step === 'wrong' ? 0 : half;
  return { done: before + half * shareOf(progress), total };
}

const total = 200;
const half = 100;

function shareOf(progress: BootProofProgress): number {
  switch (progress.stage) {
    case 'checking':
    case 'erasing':
    case 'waiting-for-receiver':
      return 0;
    case 'sending':
      return (0.8 * progress.doneBytes) / Math.max(1, progress.totalBytes);
    case 'receiver-done':
    case 'rebooting':
      return 0.8;
    case 'proving':
    case 'confirming':
      return 0.95;
  }
}

export function howWords(how: WrongSignature): string {
  return how === 'stranger-key' ? m.record_proof_how_stranger() : m.record_proof_how_another();
}
