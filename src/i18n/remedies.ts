/** What a person reads about each failure: what happened, why, what to do. A code without one does not compile. */
import type { ErrorCode } from '../core/errors.ts';
import type { HelpTopic } from './help-topics.ts';
import { m } from './paraglide/messages.js';

type Message = () => string;

export interface Remedy {
  readonly title: Message;
  readonly cause: Message;
  readonly nextStep: Message;
  /** The page of help that goes deeper. */
  readonly helpTopic?: HelpTopic | undefined;
}

function remedy(title: Message, cause: Message, nextStep: Message, helpTopic?: HelpTopic): Remedy {
  return { title, cause, nextStep, helpTopic };
}

export const remedies: Readonly<Record<ErrorCode, Remedy>> = {
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
  'primer-not-recognised': remedy(
    m.fail_primer_not_recognised,
    m.fail_primer_not_recognised_cause,
    m.fail_primer_not_recognised_next,
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
  'usb-unavailable': remedy(
    m.fail_usb_unavailable,
    m.fail_usb_unavailable_cause,
    m.fail_usb_unavailable_next,
    'unsupported-browser',
  ),
  'usb-no-device': remedy(
    m.fail_usb_no_device,
    m.fail_usb_no_device_cause,
    m.fail_usb_no_device_next,
    'no-device',
  ),
  'usb-access-denied': remedy(
    m.fail_usb_access_denied,
    m.fail_usb_access_denied_cause,
    m.fail_usb_access_denied_next,
    'driver-windows',
  ),
  'usb-busy': remedy(m.fail_usb_busy, m.fail_usb_busy_cause, m.fail_usb_busy_next, 'device-busy'),
  'usb-stall': remedy(m.fail_usb_stall, m.fail_usb_stall_cause, m.fail_usb_stall_next),
  'usb-disconnected': remedy(
    m.fail_usb_disconnected,
    m.fail_usb_disconnected_cause,
    m.fail_usb_disconnected_next,
  ),
  'usb-transfer-failed': remedy(
    m.fail_usb_transfer_failed,
    m.fail_usb_transfer_failed_cause,
    m.fail_usb_transfer_failed_next,
  ),
  'dfu-not-found': remedy(
    m.fail_dfu_not_found,
    m.fail_dfu_not_found_cause,
    m.fail_dfu_not_found_next,
    'no-device',
  ),
  'dfu-protocol': remedy(m.fail_dfu_protocol, m.fail_dfu_protocol_cause, m.fail_dfu_protocol_next),
  'dfu-status': remedy(m.fail_dfu_status, m.fail_dfu_status_cause, m.fail_dfu_status_next),
  'dfu-stuck': remedy(m.fail_dfu_stuck, m.fail_dfu_stuck_cause, m.fail_dfu_stuck_next),
  'dfu-address-refused': remedy(
    m.fail_dfu_address_refused,
    m.fail_dfu_address_refused_cause,
    m.fail_dfu_address_refused_next,
  ),
  'dfu-read-protected': remedy(
    m.fail_dfu_read_protected,
    m.fail_dfu_read_protected_cause,
    m.fail_dfu_read_protected_next,
    'product-state',
  ),
  'dfu-verify-failed': remedy(
    m.fail_dfu_verify_failed,
    m.fail_dfu_verify_failed_cause,
    m.fail_dfu_verify_failed_next,
  ),
  'serial-unavailable': remedy(
    m.fail_serial_unavailable,
    m.fail_serial_unavailable_cause,
    m.fail_serial_unavailable_next,
    'unsupported-browser',
  ),
  'serial-no-port': remedy(
    m.fail_serial_no_port,
    m.fail_serial_no_port_cause,
    m.fail_serial_no_port_next,
    'serial-port',
  ),
  'serial-access-denied': remedy(
    m.fail_serial_access_denied,
    m.fail_serial_access_denied_cause,
    m.fail_serial_access_denied_next,
    'serial-port',
  ),
  'serial-busy': remedy(
    m.fail_serial_busy,
    m.fail_serial_busy_cause,
    m.fail_serial_busy_next,
    'device-busy',
  ),
  'serial-disconnected': remedy(
    m.fail_serial_disconnected,
    m.fail_serial_disconnected_cause,
    m.fail_serial_disconnected_next,
    'serial-port',
  ),
  'console-silent': remedy(
    m.fail_console_silent,
    m.fail_console_silent_cause,
    m.fail_console_silent_next,
    'console-silent',
  ),
  'console-unexpected': remedy(
    m.fail_console_unexpected,
    m.fail_console_unexpected_cause,
    m.fail_console_unexpected_next,
    'console-silent',
  ),
  'xmodem-no-receiver': remedy(
    m.fail_xmodem_no_receiver,
    m.fail_xmodem_no_receiver_cause,
    m.fail_xmodem_no_receiver_next,
    'console-silent',
  ),
  'xmodem-refused': remedy(
    m.fail_xmodem_refused,
    m.fail_xmodem_refused_cause,
    m.fail_xmodem_refused_next,
  ),
  'xmodem-cancelled-by-receiver': remedy(
    m.fail_xmodem_cancelled_by_receiver,
    m.fail_xmodem_cancelled_by_receiver_cause,
    m.fail_xmodem_cancelled_by_receiver_next,
  ),
  'xmodem-failed': remedy(
    m.fail_xmodem_failed,
    m.fail_xmodem_failed_cause,
    m.fail_xmodem_failed_next,
  ),
  'update-refused': remedy(
    m.fail_update_refused,
    m.fail_update_refused_cause,
    m.fail_update_refused_next,
  ),
  'update-unread': remedy(
    m.fail_update_unread,
    m.fail_update_unread_cause,
    m.fail_update_unread_next,
  ),
  'update-not-proven': remedy(
    m.fail_update_not_proven,
    m.fail_update_not_proven_cause,
    m.fail_update_not_proven_next,
  ),
  'update-rejected': remedy(
    m.fail_update_rejected,
    m.fail_update_rejected_cause,
    m.fail_update_rejected_next,
  ),
  'board-wrong': remedy(
    m.fail_board_wrong,
    m.fail_board_wrong_cause,
    m.fail_board_wrong_next,
    'wrong-board',
  ),
  'board-busy': remedy(
    m.fail_board_busy,
    m.fail_board_busy_cause,
    m.fail_board_busy_next,
    'device-busy',
  ),
  'board-not-open': remedy(
    m.fail_board_not_open,
    m.fail_board_not_open_cause,
    m.fail_board_not_open_next,
    'product-state',
  ),
  'board-trustzone-on': remedy(
    m.fail_board_trustzone_on,
    m.fail_board_trustzone_on_cause,
    m.fail_board_trustzone_on_next,
  ),
  'board-gone': remedy(
    m.fail_board_gone,
    m.fail_board_gone_cause,
    m.fail_board_gone_next,
    'no-device',
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
  'primer-did-not-run': remedy(
    m.fail_primer_did_not_run,
    m.fail_primer_did_not_run_cause,
    m.fail_primer_did_not_run_next,
  ),
  'primer-ran-again': remedy(
    m.fail_primer_ran_again,
    m.fail_primer_ran_again_cause,
    m.fail_primer_ran_again_next,
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
