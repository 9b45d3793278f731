/** The stages of a burn in words, and how far they are. */
import type { BurnProgress } from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function stageWords(progress: BurnProgress | undefined): string {
  switch (progress?.stage) {
    case undefined:
      return m.burn_stage_opening();
    case 'inspecting':
      return m.burn_stage_inspecting();
    case 'writing-otp':
      return m.burn_stage_writing({ block: String(progress.block) });
    case 'flashing-primer':
      return m.burn_stage_flashing();
    case 'waiting-for-run':
      return m.burn_stage_run();
    case 'waiting-for-dfu':
      return m.burn_stage_dfu();
    case 'primer-did-not-run':
      return m.burn_stage_not_run();
    case 'erasing-primer':
      return m.burn_stage_erasing();
    case 'verifying':
      return m.burn_stage_verifying();
  }
}

export function share(progress: BurnProgress | undefined): { done: number; total: number } {
  if (progress?.stage === 'writing-otp') {
    return { done: progress.doneHalfwords, total: progress.totalHalfwords };
  }
  if (progress?.stage === 'flashing-primer') {
    return { done: progress.doneBytes, total: progress.totalBytes };
  }
  return { done: progress?.stage === 'verifying' ? 1 : 0, total: 1 };
}
