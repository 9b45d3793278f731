/** What was found on a board, in plain words. */
import { groupHex, hexNumber } from '../../core/bytes/index.ts';
import type { BoardState, Inspection } from '../../core/provisioning/index.ts';
import { lockedOtpBlocks, type DfuAlternate } from '../../core/stm32/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Tone } from '../../ui/kit/badge.tsx';

export interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

const shownDigits = 16;

export function verdictOf(state: BoardState): Verdict {
  switch (state.kind) {
    case 'blank':
      return verdict('proven', m.board_state_blank(), m.board_state_blank_text());
    case 'complete':
      return verdict(
        state.udsChanged ? 'caution' : 'proven',
        m.board_state_complete(),
        state.udsChanged ? m.board_state_uds_changed() : m.board_state_complete_text(),
      );
    case 'other-keystore':
      return verdict(
        'caution',
        m.board_state_other(),
        m.board_state_other_text({
          count: state.slotCount,
          fingerprint: `${groupHex(state.fingerprint.slice(0, shownDigits))} …`,
        }),
      );
    case 'partial':
      return verdict('caution', m.board_state_partial(), m.board_state_partial_text());
    case 'begun':
      return verdict('caution', m.board_state_begun(), m.board_state_begun_text());
    case 'foreign':
      return verdict('failure', m.board_state_foreign(), m.board_state_foreign_text());
    case 'locked':
      return verdict(
        'failure',
        m.board_state_locked(),
        m.board_state_locked_text({ count: state.blocks.length }),
      );
    case 'unreadable':
      return verdict('caution', m.board_state_unreadable(), m.board_state_unreadable_text());
    case 'primer-in-flash':
      return verdict('failure', m.board_state_primer(), m.board_state_primer_text());
  }
}

function verdict(tone: Tone, title: string, text: string): Verdict {
  return { tone, title, text };
}

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
