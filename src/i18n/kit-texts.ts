/** The words that the kit says by itself, in the present language. */
import { formatBytes, formatCount } from './format.ts';
import { m } from './paraglide/messages.js';

export function kitTexts() {
  return {
    copy: m.kit_copy(),
    copied: m.kit_copied(),
    close: m.kit_close(),
    cancel: m.kit_cancel(),
    dismiss: m.kit_dismiss(),
    details: m.kit_details(),
    cause: m.kit_cause(),
    nextStep: m.kit_next(),
    numberBetween: (min: number, max: number) =>
      m.kit_number_between({ min: formatCount(min), max: formatCount(max) }),
    hex: {
      fields: m.hex_fields(),
      address: m.hex_address(),
      ascii: m.hex_ascii(),
      secret: m.hex_secret(),
      noField: m.hex_no_field(),
      keys: m.hex_keys(),
      lengthOf: formatBytes,
      folded: (count: number, value: string) => m.hex_folded({ count: formatCount(count), value }),
      unfold: m.hex_unfold(),
      fold: m.hex_fold(),
    },
    diff: {
      address: m.hex_address(),
      state: m.diff_state(),
      before: m.diff_before(),
      after: m.diff_after(),
      meaning: m.diff_meaning(),
      states: {
        new: m.diff_new(),
        equal: m.diff_equal(),
        conflict: m.diff_conflict(),
        untouched: m.diff_untouched(),
        locked: m.diff_locked(),
      },
      halfwords: (count: number) => m.diff_halfwords({ count: formatCount(count) }),
    },
    confirm: {
      differs: m.confirm_differs(),
      matches: m.confirm_matches(),
      press: m.confirm_press(),
    },
    mask: {
      legend: m.mask_legend(),
      all: m.mask_all(),
      bootloader: m.mask_bootloader(),
      application: m.mask_application(),
      others: m.mask_others(),
      othersHint: m.mask_others_hint(),
      othersBad: m.mask_others_bad(),
      none: m.mask_none(),
      value: m.mask_value(),
    },
  };
}
