/** The remedies of everything that has a cable: USB, DFU, serial line, drive, board and what runs on it. */
import type { ErrorCode } from '../core/errors.ts';
import { ACCESS_DENIED } from './help-topics.ts';
import { m } from './paraglide/messages.js';
import { remedy, type Remedy } from './remedy.ts';

export const deviceRemedies = {
  'primer-not-recognised': remedy(
    m.fail_primer_not_recognised,
    m.fail_primer_not_recognised_cause,
    m.fail_primer_not_recognised_next,
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
    ACCESS_DENIED,
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
  'drive-unavailable': remedy(
    m.fail_drive_unavailable,
    m.fail_drive_unavailable_cause,
    m.fail_drive_unavailable_next,
    'probe-drive',
  ),
  'drive-wrong': remedy(
    m.fail_drive_wrong,
    m.fail_drive_wrong_cause,
    m.fail_drive_wrong_next,
    'probe-drive',
  ),
  'drive-write-refused': remedy(
    m.fail_drive_write_refused,
    m.fail_drive_write_refused_cause,
    m.fail_drive_write_refused_next,
    'probe-drive',
  ),
  'drive-gone': remedy(
    m.fail_drive_gone,
    m.fail_drive_gone_cause,
    m.fail_drive_gone_next,
    'probe-drive',
  ),
  'drive-image-failed': remedy(
    m.fail_drive_image_failed,
    m.fail_drive_image_failed_cause,
    m.fail_drive_image_failed_next,
    'probe-drive',
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
  'xmodem-receive-failed': remedy(
    m.fail_xmodem_receive_failed,
    m.fail_xmodem_receive_failed_cause,
    m.fail_xmodem_receive_failed_next,
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
} satisfies Readonly<Partial<Record<ErrorCode, Remedy>>>;
