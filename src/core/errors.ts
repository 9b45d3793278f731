/**
 * The one error class of the house and the closed list of what can go wrong.
 *
 * It knows nothing of screens: the words a person reads (title, cause, next step) stand in
 * `src/i18n/remedies.ts`, a `Record<ErrorCode, Remedy>`, so a code without a remedy does not compile.
 */

export const errorCodes = [
  // Anybody
  'cancelled', // the person cancelled; not a fault
  'deadline-exceeded', // a step did not finish within its time
  'invalid-argument', // the caller asked for something that cannot be
  'not-supported', // known to us, not built yet or not possible on this target
  'internal', // a broken promise inside the program

  // Files and formats
  'malformed', // context: file, offset, field
  'unrecognised-file',
  'file-failed', // reading or writing a file failed
  'storage-failed', // the browser's or the disk's storage refused

  // Keys
  'key-invalid',
  'key-mismatch', // a private key does not belong to the public key
  'key-unknown', // no such key in this session
  'key-exhausted', // no one-time index is left
  'key-state-rolled-back', // the state of a stateful key is older than what was signed with it
  'key-state-busy', // another tab or window uses this stateful key
  'backup-not-proven',
  'vault-locked',
  'vault-secret-wrong', // wrong passphrase or passkey
  'vault-damaged', // a seal is broken; context: record
  'passkey-unusable', // the authenticator or the browser gives no secret for the vault

  // Keystore and OTP image
  'keystore-empty',
  'keystore-too-large',
  'keystore-mixed-sizes',
  'keystore-key-type-refused',
  'keystore-no-application-key', // no key whose mask allows partition 1
  'keystore-parameters-refused', // e.g. LMS parameters of another configuration
  'primer-not-recognised',

  // Firmware images
  'image-header-overflow',
  'image-too-large',
  'image-unsigned',
  'image-signature-invalid',
  'image-digest-mismatch',
  'image-key-unknown',
  'image-partition-refused',
  'image-key-type-refused',
  'delta-base-mismatch', // a delta image belongs to another base image or sector size
  'layout-conflict', // bytes do not go together in memory: overlap, wrong address, too far apart; context: address
  'decryption-key-wrong', // an encrypted image does not open with this key and nonce

  // USB
  'usb-unavailable', // no WebUSB in this browser or context
  'usb-no-device', // nothing chosen, or the chosen one is gone
  'usb-access-denied', // missing udev rule, driver, or policy
  'usb-busy', // another program or tab holds the device
  'usb-stall',
  'usb-disconnected',
  'usb-transfer-failed',

  // DFU
  'dfu-not-found', // the device has no DfuSe interface
  'dfu-protocol', // an answer that the protocol does not allow
  'dfu-status', // the device reported an error status; context: status, state
  'dfu-stuck', // no way back to dfuIDLE within the deadline
  'dfu-address-refused',
  'dfu-read-protected',
  'dfu-verify-failed', // read-back differs from what was written

  // Serial
  'serial-unavailable',
  'serial-no-port',
  'serial-access-denied',
  'serial-busy',
  'serial-disconnected',
  'console-silent', // no answer from the application's console
  'console-unexpected',
  'xmodem-no-receiver', // the receiver never asked for the first packet
  'xmodem-refused', // the receiver refuses packet after packet
  'xmodem-cancelled-by-receiver',
  'xmodem-failed', // the receiver said the transfer failed
  'xmodem-receive-failed', // a file that the board was to send did not arrive whole; context: reason
  'update-refused', // not started: not newer than what runs, incomplete, or of another build; context: reason
  'update-unread', // transferred, but the running application could not read the encrypted image and marked nothing
  'update-not-proven', // transfer done, but the new version was not seen running
  'update-rejected', // the bootloader went back to the old version

  // The probe's drive
  'drive-unavailable', // nothing chosen, or the browser does not let us write to folders
  'drive-wrong', // the chosen folder is no probe's drive
  'drive-write-refused', // the drive refused the way browsers write; a copy by hand may work
  'drive-gone', // it left while it was needed, or is not plugged in
  'drive-image-failed', // FAIL.TXT: the probe did not program the file; context: kind, text

  // Provisioning
  'board-wrong', // not the board the plan is for
  'board-busy', // another tab works on this board
  'board-not-open', // product state forbids provisioning
  'board-trustzone-on', // the primer needs TZEN off
  'board-gone', // the board did not come back in time
  'otp-unreadable',
  'otp-read-unstable', // two reads of the same cells differ
  'otp-conflict', // context: halfwords
  'otp-locked', // context: blocks
  'otp-verify-failed',
  'keystore-differs', // the image to burn holds other slots than the keystore that was agreed to; context: slots
  'primer-did-not-run', // the board came back and its OTP is as before
  'primer-ran-again', // the UDS changed after the first run: it is damaged for good
  'plan-refused',
  'plan-changed', // the board's content is no longer what was approved
  'plan-not-approved',
  'confirmation-mismatch',
  'journal-conflict',
  'sample-on-real-board', // images made for the virtual board may not be flashed to a real one
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Facts about a failure. Never a secret: what stands here goes into logs, records and bundles. */
export type ErrorContext = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[] | undefined>
>;

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly context?: ErrorContext;
}

/** The only error that our own code throws. `message` is English, for logs and terminals. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** Wraps whatever was thrown; an AppError passes unchanged. */
export function toAppError(error: unknown, code: ErrorCode = 'internal'): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError(code, message, { cause: error });
}
