/** The facts of a kind of key in words. The numbers are core/wolfboot's. */
import type { KeySpec } from '../../core/crypto/index.ts';
import type { OtpTarget, VerifySpeed } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { algorithmLabels } from './key-words.ts';

export const speedWords: Readonly<Record<VerifySpeed, () => string>> = {
  fast: m.keys_speed_fast,
  medium: m.keys_speed_medium,
  slow: m.keys_speed_slow,
};

export const speedSentences: Readonly<Record<VerifySpeed, () => string>> = {
  fast: m.keys_speed_fast_text,
  medium: m.keys_speed_medium_text,
  slow: m.keys_speed_slow_text,
};

export function quantumWord(safe: boolean): string {
  return safe ? m.keys_quantum_safe() : m.keys_quantum_unsafe();
}

export const targetLabels: Readonly<Record<OtpTarget, string>> = {
  stm32h5: 'STM32H5',
  stm32h7: 'STM32H7',
};

/** Algorithm and parameters, in the field's own words. */
export function specLabel(spec: KeySpec): string {
  switch (spec.algorithm) {
    case 'lms': {
      const { levels, height, winternitz } = spec.lms;
      return `${algorithmLabels.lms} L${levels}-H${height}-W${winternitz}`;
    }
    case 'xmss':
    case 'xmssmt':
      return spec.set;
    default:
      return algorithmLabels[spec.algorithm];
  }
}
