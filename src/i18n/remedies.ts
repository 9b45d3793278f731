/** What a person reads about each failure: what happened, why, what to do. A code without one does not compile. */
import type { ErrorCode } from '../core/errors.ts';
import { deviceRemedies } from './device-remedies.ts';
import { m } from './paraglide/messages.js';
import { remedy, type Remedy } from './remedy.ts';

export const remedies: Readonly<Record<ErrorCode, Remedy>> = {
  ...deviceRemedies,
  cancelled: remedy(m.fail_cancelled, m.fail_cancelled_cause, m.fail_cancelled_next),
  'deadline-exceeded': remedy(
    m.fail_deadline_exceeded,
    m.fail_deadline_exceeded_cause,
    m.fail_deadline_exceeded_next,
  ),
  'invalid-argument': remedy(
    m.fail_invalid_argument,
    m.fail_invalid_argument_cause,
    m.fail_invalid_argument_next,
  ),
  'not-supported': remedy(
    m.fail_not_supported,
    m.fail_not_supported_cause,
    m.fail_not_supported_next,
  ),
  internal: remedy(m.fail_internal, m.fail_internal_cause, m.fail_internal_next),
  malformed: remedy(m.fail_malformed, m.fail_malformed_cause, m.fail_malformed_next),
  'unrecognised-file': remedy(
    m.fail_unrecognised_file,
    m.fail_unrecognised_file_cause,
    m.fail_unrecognised_file_next,
  ),
  'file-failed': remedy(m.fail_file_failed, m.fail_file_failed_cause, m.fail_file_failed_next),
  'storage-failed': remedy(
    m.fail_storage_failed,
    m.fail_storage_failed_cause,
    m.fail_storage_failed_next,
    'storage',
  ),
  'key-invalid': remedy(m.fail_key_invalid, m.fail_key_invalid_cause, m.fail_key_invalid_next),
  'key-mismatch': remedy(m.fail_key_mismatch, m.fail_key_mismatch_cause, m.fail_key_mismatch_next),
  'key-unknown': remedy(m.fail_key_unknown, m.fail_key_unknown_cause, m.fail_key_unknown_next),
  'key-exhausted': remedy(
    m.fail_key_exhausted,
    m.fail_key_exhausted_cause,
    m.fail_key_exhausted_next,
  ),
  'key-state-rolled-back': remedy(
    m.fail_key_state_rolled_back,
    m.fail_key_state_rolled_back_cause,
    m.fail_key_state_rolled_back_next,
  ),
  'key-state-busy': remedy(
    m.fail_key_state_busy,
    m.fail_key_state_busy_cause,
    m.fail_key_state_busy_next,
  ),
  'backup-not-proven': remedy(
    m.fail_backup_not_proven,
    m.fail_backup_not_proven_cause,
    m.fail_backup_not_proven_next,
  ),
  'vault-locked': remedy(m.fail_vault_locked, m.fail_vault_locked_cause, m.fail_vault_locked_next),
  'vault-secret-wrong': remedy(
    m.fail_vault_secret_wrong,
    m.fail_vault_secret_wrong_cause,
    m.fail_vault_secret_wrong_next,
  ),
  'vault-damaged': remedy(
    m.fail_vault_damaged,
    m.fail_vault_damaged_cause,
    m.fail_vault_damaged_next,
  ),
  'passkey-unusable': remedy(
    m.fail_passkey_unusable,
    m.fail_passkey_unusable_cause,
    m.fail_passkey_unusable_next,
  ),
  'keystore-empty': remedy(
    m.fail_keystore_empty,
    m.fail_keystore_empty_cause,
    m.fail_keystore_empty_next,
  ),
  'keystore-too-large': remedy(
    m.fail_keystore_too_large,
    m.fail_keystore_too_large_cause,
    m.fail_keystore_too_large_next,
  ),
  'keystore-mixed-sizes': remedy(
    m.fail_keystore_mixed_sizes,
    m.fail_keystore_mixed_sizes_cause,
    m.fail_keystore_mixed_sizes_next,
  ),
  'keystore-key-type-refused': remedy(
    m.fail_keystore_key_type_refused,
    m.fail_keystore_key_type_refused_cause,
    m.fail_keystore_key_type_refused_next,
  ),
  'keystore-no-application-key': remedy(
    m.fail_keystore_no_application_key,
    m.fail_keystore_no_application_key_cause,
    m.fail_keystore_no_application_key_next,
  ),
  'keystore-parameters-refused': remedy(
    m.fail_keystore_parameters_refused,
    m.fail_keystore_parameters_refused_cause,
    m.fail_keystore_parameters_refused_next,
  ),
  'image-header-overflow': remedy(
    m.fail_image_header_overflow,
    m.fail_image_header_overflow_cause,
    m.fail_image_header_overflow_next,
  ),
  'image-too-large': remedy(
    m.fail_image_too_large,
    m.fail_image_too_large_cause,
    m.fail_image_too_large_next,
  ),
  'image-unsigned': remedy(
    m.fail_image_unsigned,
    m.fail_image_unsigned_cause,
    m.fail_image_unsigned_next,
  ),
  'image-signature-invalid': remedy(
    m.fail_image_signature_invalid,
    m.fail_image_signature_invalid_cause,
    m.fail_image_signature_invalid_next,
  ),
  'image-digest-mismatch': remedy(
    m.fail_image_digest_mismatch,
    m.fail_image_digest_mismatch_cause,
    m.fail_image_digest_mismatch_next,
  ),
  'image-key-unknown': remedy(
    m.fail_image_key_unknown,
    m.fail_image_key_unknown_cause,
    m.fail_image_key_unknown_next,
  ),
  'image-partition-refused': remedy(
    m.fail_image_partition_refused,
    m.fail_image_partition_refused_cause,
    m.fail_image_partition_refused_next,
  ),
  'image-key-type-refused': remedy(
    m.fail_image_key_type_refused,
    m.fail_image_key_type_refused_cause,
    m.fail_image_key_type_refused_next,
  ),
  'delta-base-mismatch': remedy(
    m.fail_delta_base_mismatch,
    m.fail_delta_base_mismatch_cause,
    m.fail_delta_base_mismatch_next,
  ),
  'layout-conflict': remedy(
    m.fail_layout_conflict,
    m.fail_layout_conflict_cause,
    m.fail_layout_conflict_next,
  ),
  'decryption-key-wrong': remedy(
    m.fail_decryption_key_wrong,
    m.fail_decryption_key_wrong_cause,
    m.fail_decryption_key_wrong_next,
  ),
  'otp-unreadable': remedy(
    m.fail_otp_unreadable,
    m.fail_otp_unreadable_cause,
    m.fail_otp_unreadable_next,
  ),
  'otp-read-unstable': remedy(
    m.fail_otp_read_unstable,
    m.fail_otp_read_unstable_cause,
    m.fail_otp_read_unstable_next,
  ),
  'otp-conflict': remedy(m.fail_otp_conflict, m.fail_otp_conflict_cause, m.fail_otp_conflict_next),
  'otp-locked': remedy(m.fail_otp_locked, m.fail_otp_locked_cause, m.fail_otp_locked_next),
  'otp-verify-failed': remedy(
    m.fail_otp_verify_failed,
    m.fail_otp_verify_failed_cause,
    m.fail_otp_verify_failed_next,
  ),
  'keystore-differs': remedy(
    m.fail_keystore_differs,
    m.fail_keystore_differs_cause,
    m.fail_keystore_differs_next,
  ),
  'plan-refused': remedy(m.fail_plan_refused, m.fail_plan_refused_cause, m.fail_plan_refused_next),
  'plan-changed': remedy(m.fail_plan_changed, m.fail_plan_changed_cause, m.fail_plan_changed_next),
  'plan-not-approved': remedy(
    m.fail_plan_not_approved,
    m.fail_plan_not_approved_cause,
    m.fail_plan_not_approved_next,
  ),
  'confirmation-mismatch': remedy(
    m.fail_confirmation_mismatch,
    m.fail_confirmation_mismatch_cause,
    m.fail_confirmation_mismatch_next,
  ),
  'journal-conflict': remedy(
    m.fail_journal_conflict,
    m.fail_journal_conflict_cause,
    m.fail_journal_conflict_next,
  ),
  'sample-on-real-board': remedy(
    m.fail_sample_on_real_board,
    m.fail_sample_on_real_board_cause,
    m.fail_sample_on_real_board_next,
  ),
};
