/**
 * WebUSB's exceptions in the words of the house: the one place that knows their names. The
 * original stays as the cause.
 */
import { AppError, type ErrorCode } from '../../core/errors.ts';

/** What was being done; the same exception name means different things at different steps. */
export type UsbStep = 'list' | 'choose' | 'open' | 'claim' | 'transfer';

type CodesByStep = Readonly<Record<UsbStep, ErrorCode>>;

const SAME = (code: ErrorCode): CodesByStep => ({
  list: code,
  choose: code,
  open: code,
  claim: code,
  transfer: code,
});

const CODES: Readonly<Record<string, CodesByStep>> = {
  // The chooser was closed without a choice; later: the device is gone.
  NotFoundError: { ...SAME('usb-no-device'), transfer: 'usb-disconnected' },
  // Missing udev rule or driver, a policy, or no click before the chooser.
  SecurityError: SAME('usb-access-denied'),
  NotAllowedError: SAME('usb-access-denied'),
  // A protected interface class.
  InvalidAccessError: SAME('usb-access-denied'),
  // "Unable to claim interface": another program or tab holds it.
  NetworkError: { ...SAME('usb-transfer-failed'), open: 'usb-busy', claim: 'usb-busy' },
  // "An operation that changes the device state is in progress"; while transferring: not open.
  InvalidStateError: { ...SAME('usb-busy'), transfer: 'usb-transfer-failed' },
  AbortError: SAME('usb-transfer-failed'),
  TimeoutError: SAME('deadline-exceeded'),
  NotSupportedError: SAME('not-supported'),
};

/** An AppError passes unchanged. `left`: the device is known to have left the bus. */
export function webUsbError(error: unknown, step: UsbStep, what: string, left: boolean): AppError {
  if (error instanceof AppError) return error;
  if (left) return leftTheBus(step, what, error);
  const code = CODES[nameOf(error)]?.[step] ?? 'usb-transfer-failed';
  return new AppError(code, `${what}: ${messageOf(error)}`, {
    cause: error,
    context: { step: what, exception: nameOf(error) },
  });
}

/** A device that has left the bus can neither be opened nor used; a new one may come. */
export function leftTheBus(step: UsbStep, what: string, cause?: unknown): AppError {
  return new AppError(
    step === 'transfer' ? 'usb-disconnected' : 'usb-no-device',
    `${what}: the device has left the bus`,
    { context: { step: what }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** A transfer that ended with another status than `ok`. */
export function transferStatusError(status: USBTransferStatus, what: string): AppError {
  return status === 'stall'
    ? new AppError('usb-stall', `${what}: the device stalled it`, { context: { step: what } })
    : new AppError('usb-transfer-failed', `${what}: the device sent more than was asked for`, {
        context: { step: what, status },
      });
}

/** Exceptions that a device causes by leaving, some moments before its departure is announced. */
export function mayBeDeparture(error: unknown): boolean {
  return ['NetworkError', 'AbortError', 'NotFoundError', 'InvalidStateError'].includes(
    nameOf(error),
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
