/** What a primer would write, and what is odd about it, in words. A forgotten code does not compile. */
import type { PrimerWarning, PrimerWrite } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function writeWords({ what, slot }: PrimerWrite): string {
  if (slot !== undefined) return m.burn_slot({ slot: String(slot) });
  return what === 'header' ? m.burn_write_header() : m.burn_write_uds();
}

export function primerWarningWords({ code, slot }: PrimerWarning): string {
  const about = { slot: String(slot ?? '') };
  switch (code) {
    case 'no-otp-address':
      return m.burn_primer_warning_no_address();
    case 'key-room-assumed':
      return m.burn_primer_warning_room();
    case 'slot-left-out':
      return m.burn_primer_warning_left_out(about);
    case 'slot-outside':
      return m.burn_primer_warning_outside(about);
    case 'uds-left-out':
      return m.burn_primer_warning_uds();
    case 'locks-blocks':
      return m.burn_primer_warning_locks();
  }
}
