/** The closed words of a record as sentences. A word without a sentence does not compile. */
import { hexNumber } from '../../core/bytes/index.ts';
import {
  bootVerdict,
  type BurnRecord,
  type DoneWord,
  type NotDoneWord,
} from '../../core/provisioning/index.ts';
import { authKeyByCode } from '../../core/wolfboot/index.ts';
import { formatTime } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Tone } from '../../ui/kit/badge.tsx';

type Message = () => string;

export const doneSentences: Readonly<Record<DoneWord, Message>> = {
  'plan-approved': m.record_done_plan_approved,
  'otp-written': m.record_done_otp_written,
  'primer-flashed': m.record_done_primer_flashed,
  'primer-ran': m.record_done_primer_ran,
  'primer-erased': m.record_done_primer_erased,
  'nothing-to-write': m.record_done_nothing_to_write,
  'otp-read-back': m.record_done_otp_read_back,
  'slots-verified': m.record_done_slots_verified,
  'backups-proven': m.record_done_backups_proven,
  rehearsed: m.record_done_rehearsed,
  'update-proven': m.record_done_update_proven,
  'refusal-proven': m.record_done_refusal_proven,
  'boot-proven': m.record_done_boot_proven,
  'refusal-disproved': m.record_done_refusal_disproved,
};

export const notDoneSentences: Readonly<Record<NotDoneWord, Message>> = {
  'otp-not-locked': m.record_not_otp_not_locked,
  'otp-partly-locked': m.record_not_otp_partly_locked,
  'lock-not-visible': m.record_not_lock_not_visible,
  'ecc-not-visible': m.record_not_ecc_not_visible,
  'primer-left-in-flash': m.record_not_primer_left_in_flash,
  'uds-not-recorded': m.record_not_uds_not_recorded,
  'trustzone-not-changed': m.record_not_trustzone_not_changed,
  'product-state-not-changed': m.record_not_product_state_not_changed,
  'bootloader-not-flashed': m.record_not_bootloader_not_flashed,
  'boot-not-proven': m.record_not_boot_not_proven,
  'refusal-not-proven': m.record_not_refusal_not_proven,
  'not-rehearsed': m.record_not_not_rehearsed,
  'backups-declared-only': m.record_not_backups_declared_only,
  'record-not-signed': m.record_not_record_not_signed,
};

/** The verdict on a board as far as its record tells; green only when it was proved by boot. */
export function verdictBadge(record: BurnRecord): { readonly tone: Tone; readonly words: string } {
  switch (bootVerdict(record)) {
    case 'proved':
      return { tone: 'proven', words: m.record_verdict_proved() };
    case 'disproved':
      return { tone: 'failure', words: m.record_verdict_disproved() };
    case 'refusal-only':
      return { tone: 'caution', words: m.record_verdict_refusal() };
    case 'unproven':
      return { tone: 'caution', words: m.record_verdict_unproven() };
  }
}

const udsWords: Readonly<Record<BurnRecord['otp']['uds'], Message>> = {
  present: m.record_uds_present,
  absent: m.record_uds_absent,
  partial: m.record_uds_partial,
  suspect: m.record_uds_suspect,
};

export function udsOf({ otp }: BurnRecord): string {
  return udsWords[otp.uds]();
}

export function locksOf({ otp: { lockedBlocks } }: BurnRecord): string {
  if (lockedBlocks === null) return m.record_locks_unknown();
  return lockedBlocks.length === 0 ? m.record_locks_none() : lockedBlocks.join(', ');
}

export function keyTypeWords(keyType: number): string {
  return authKeyByCode(keyType)?.label ?? hexNumber(keyType, 2);
}

const msPerSecond = 1000;

/** An instant of the record (ISO 8601, UTC) as people write it. */
export function timeWords(instant: string): string {
  return `${formatTime(BigInt(Math.floor(Date.parse(instant) / msPerSecond)))} UTC`;
}
