/** What was found on a board, in plain words. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { Inspection } from '../../core/provisioning/index.ts';
import { lockedOtpBlocks, type DfuAlternate } from '../../core/stm32/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function productStateWords({ optionBytes }: Inspection): string {
  const { productState } = optionBytes;
  if (productState === undefined) return m.board_fact_not_readable();
  if (productState.name === 'open') return m.board_product_open();
  if (productState.name === 'provisioning') return m.board_product_provisioning();
  return m.board_product_other({
    name: `${productState.name} (${hexNumber(productState.code, 2)})`,
  });
}

export function trustZoneWords({ optionBytes }: Inspection): string {
  switch (optionBytes.trustZone) {
    case undefined:
      return m.board_fact_not_readable();
    case 'on':
      return m.board_fact_on();
    case 'off':
      return m.board_fact_off();
    case 'unknown':
      return m.board_fact_unknown();
  }
}

export function banksWords({ optionBytes }: Inspection): string {
  if (optionBytes.swapBank === undefined) return m.board_fact_not_readable();
  return optionBytes.swapBank ? m.board_fact_swapped() : m.board_fact_not_swapped();
}

export function lockWords({ optionBytes }: Inspection): string {
  const { otpLockWord } = optionBytes;
  if (otpLockWord === undefined) return m.board_fact_not_readable();
  const word = hexNumber(otpLockWord);
  const blocks = lockedOtpBlocks(otpLockWord);
  return blocks.length === 0
    ? m.board_fact_no_locks({ word })
    : m.board_fact_locked_blocks({ word, blocks: blocks.join(', ') });
}

export function udsWords({ otp }: Inspection): string {
  if (otp.kind === 'unreadable') return m.board_fact_not_readable();
  switch (otp.content.udsCells) {
    case 'blank':
      return m.board_fact_uds_blank();
    case 'complete':
      return m.board_fact_uds_complete();
    case 'partial':
      return m.board_fact_uds_partial();
    case 'zero':
      return m.board_fact_uds_zero();
  }
}

export function memoryWords({ kind }: DfuAlternate): string {
  switch (kind) {
    case 'flash':
      return m.board_kind_flash();
    case 'otp':
      return m.board_kind_otp();
    case 'option-bytes':
      return m.board_kind_option();
    case 'other':
      return m.board_kind_other();
  }
}
