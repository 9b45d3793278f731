/** What is odd about a keystore that boots all the same. A forgotten code does not compile. */
import type { KeystoreWarning } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function warningWords(warning: KeystoreWarning): string {
  switch (warning.code) {
    case 'duplicate-key':
      return m.keystore_warning_duplicate({ index: warning.slot, first: warning.firstSlot });
    case 'lms-parameters-unproven':
      return m.keystore_warning_lms({ index: warning.slot, parameters: warning.parameters });
    case 'xmss-parameters-unproven':
      return m.keystore_warning_xmss({ index: warning.slot, parameters: warning.parameters });
    case 'ed448-slots-at-odd-addresses':
      return m.keystore_warning_ed448();
  }
}
