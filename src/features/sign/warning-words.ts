/** What is odd about an image that a bootloader accepts all the same. A forgotten code does not compile. */
import type { ImageWarningCode } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export const warningWords: Readonly<Record<ImageWarningCode, () => string>> = {
  'uncovered-bytes': m.firmware_warning_uncovered,
  'uncovered-field': m.firmware_warning_field,
  'duplicate-field': m.firmware_warning_duplicate,
  'odd-header-size': m.firmware_warning_header_size,
  'unknown-flags': m.firmware_warning_flags,
  'policy-unchecked': m.firmware_warning_policy,
  'secondary-unchecked': m.firmware_warning_secondary,
};
