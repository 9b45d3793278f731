/** Where wolfBoot's otp-keystore-gen writes something else than we do. A forgotten code does not compile. */
import type { OtpDifference } from '../../core/wolfboot/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function differenceWords(difference: OtpDifference): string {
  switch (difference.code) {
    case 'stride':
      return m.keystore_difference_stride({
        ours: difference.oursBytes,
        theirs: difference.upstreamBytes,
      });
    case 'slot-misplaced':
      return m.keystore_difference_misplaced({ index: difference.slot });
    case 'slot-cut':
      return m.keystore_difference_cut({ index: difference.slot, count: difference.writtenBytes });
    case 'slot-filled':
      return m.keystore_difference_filled({ index: difference.slot, count: difference.zeroBytes });
    case 'slot-number':
      return m.keystore_difference_number({
        index: difference.slot,
        number: difference.upstream,
      });
    case 'foreign-memory':
      return m.keystore_difference_memory({
        index: difference.slot,
        count: difference.fromKeyByte,
      });
    case 'count-passes':
      return m.keystore_difference_count({
        count: difference.count,
        most: difference.capacity,
      });
    case 'upstream-refuses':
      return m.keystore_difference_refuses({ count: difference.count });
    case 'we-refuse':
      return m.keystore_difference_we_refuse({
        reason: describeCode(difference.refusal.code).title,
      });
  }
}

/** The bootloader reads the tool's file all the same. */
export function isHarmless({ code }: OtpDifference): boolean {
  return code === 'slot-filled' || code === 'slot-number';
}
