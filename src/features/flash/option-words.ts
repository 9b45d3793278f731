/** Option bytes in words: what a field is for, what its value means. Field names are the chip's own. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { OptionCaution, OptionPresetId } from '../../core/provisioning/index.ts';
import type { OptionField, OptionFieldName, OptionMeaningId } from '../../core/stm32/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

const purposes: Readonly<Record<OptionFieldName, () => string>> = {
  PRODUCT_STATE: m.option_product_state,
  SWAP_BANK: m.option_swap_bank,
  TZEN: m.option_tzen,
  NSBOOTADD: m.option_nsbootadd,
  NSBOOT_LOCK: m.option_boot_lock,
  SECBOOTADD: m.option_secbootadd,
  SECBOOT_LOCK: m.option_boot_lock,
  OTPBLR: m.option_otpblr,
  SECWM1_STRT: m.option_secwm1,
  SECWM1_END: m.option_secwm1,
  SECWM2_STRT: m.option_secwm2,
  SECWM2_END: m.option_secwm2,
};

export function purposeWords(name: OptionFieldName): string {
  return purposes[name]();
}

const meanings: Readonly<Record<OptionMeaningId, () => string>> = {
  'state-open': m.option_state_open,
  'state-provisioning': m.option_state_provisioning,
  'state-irot-provisioned': m.option_state_irot,
  'state-tz-closed': m.option_state_tz_closed,
  'state-closed': m.option_state_closed,
  'state-locked': m.option_state_locked,
  'state-regression': m.option_state_regression,
  'state-ns-regression': m.option_state_ns_regression,
  'banks-as-wired': m.option_banks_wired,
  'banks-swapped': m.option_banks_swapped,
  'trustzone-on': m.option_trustzone_on,
  'trustzone-off': m.option_trustzone_off,
  'boot-address': m.option_boot_address,
  'boot-lock-on': m.option_lock_on,
  'boot-lock-off': m.option_lock_off,
  'otp-no-locks': m.option_otp_free,
  'otp-locks': m.option_otp_locks,
  'watermark-sector': m.option_watermark,
  'watermark-none': m.option_watermark_none,
  'unknown-code': m.option_unknown,
  'not-readable': m.option_unreadable,
};

export function meaningWords({ meaningId }: OptionField): string {
  return meanings[meaningId]();
}

export function valueWords({ value, spans }: OptionField): string {
  if (value === undefined) return '–';
  const bits = spans.reduce((sum, { highBit, lowBit }) => sum + highBit - lowBit + 1, 0);
  return hexNumber(value, bits > 16 ? 8 : bits > 8 ? 4 : 2);
}

export function placeOfField({ spans }: OptionField): string {
  return spans
    .map(({ register, highBit, lowBit }) => {
      return highBit === lowBit ? `${register}[${highBit}]` : `${register}[${highBit}:${lowBit}]`;
    })
    .join(', ');
}

const presetTexts: Readonly<Record<OptionPresetId, readonly [() => string, () => string]>> = {
  'trustzone-dual-bank': [m.option_preset_dual, m.option_preset_dual_text],
  'trustzone-single-bank': [m.option_preset_single, m.option_preset_single_text],
};

export function presetWords(id: OptionPresetId): { readonly label: string; readonly text: string } {
  const [label, text] = presetTexts[id];
  return { label: label(), text: text() };
}

const cautions: Readonly<Record<OptionCaution, () => string>> = {
  'way-back-erases-flash': m.option_caution_way_back,
  'documents-disagree': m.option_caution_documents,
  'otp-blank': m.option_caution_blank,
  'unproven-on-silicon': m.option_caution_unproven,
};

export function cautionWords(caution: OptionCaution): string {
  return cautions[caution]();
}
