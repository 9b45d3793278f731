/** Names of builds, and what stands in the way of their keys. */
import {
  authKeyNamed,
  type CapacityLimit,
  type MlDsaLevel,
  type OtpTarget,
} from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { BuildKey } from '../../state/bootloader-choice.ts';

/** Proper names, the same in every language. */
export const targetLabels: Readonly<Record<OtpTarget, string>> = {
  stm32h5: 'STM32H5',
  stm32h7: 'STM32H7',
};

export const mlDsaLabels: Readonly<Record<MlDsaLevel, string>> = {
  2: 'ML-DSA-44',
  3: 'ML-DSA-65',
  5: 'ML-DSA-87',
};

export function buildKeyLabel(key: BuildKey): string {
  switch (key) {
    case 'ML_DSA-2':
      return mlDsaLabels[2];
    case 'ML_DSA-3':
      return mlDsaLabels[3];
    case 'ML_DSA-5':
      return mlDsaLabels[5];
    default:
      return authKeyNamed(key).label;
  }
}

export const limitWords: Readonly<Record<CapacityLimit, () => string>> = {
  'does-not-fit': m.keystore_limit_does_not_fit,
  'upstream-generator-stride': m.keystore_limit_stride,
  'upstream-generator-memory': m.keystore_limit_memory,
  'upstream-primer-odd-addresses': m.keystore_limit_odd,
  'upstream-primer-missing': m.keystore_limit_no_primer,
};
