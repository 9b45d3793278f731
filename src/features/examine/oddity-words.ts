/** What is odd about a file, where there are words for it. */
import type { ExaminationWarning } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

const words: Readonly<Record<string, (warning: ExaminationWarning) => string>> = {
  'uncovered-bytes': m.firmware_warning_uncovered,
  'uncovered-field': m.firmware_warning_field,
  'duplicate-field': m.firmware_warning_duplicate,
  'odd-header-size': m.firmware_warning_header_size,
  'unknown-flags': m.firmware_warning_flags,
  'policy-unchecked': m.firmware_warning_policy,
  'secondary-unchecked': m.firmware_warning_secondary,
  'key-used-up': m.examine_odd_used_up,
  'few-signatures-left': ({ context }) =>
    m.examine_odd_few_left({ left: textOf(context.signaturesLeft) }),
  'no-such-build': ({ context }) =>
    m.examine_odd_no_build({ parameters: textOf(context.parameters) }),
  'known-by-length': ({ context }) =>
    m.examine_odd_by_length({ length: textOf(context.lengthBytes) }),
};

/** Undefined: only the English message of the core says it. */
export function oddityWords(warning: ExaminationWarning): string | undefined {
  return words[warning.code]?.(warning);
}

function textOf(value: ExaminationWarning['context'][string]): string {
  return String(value ?? '–');
}
