/**
 * Web Serial's exceptions in the words of the house: the one place that knows their names. The
 * original stays as the cause.
 */
import { AppError, type ErrorCode } from '../../core/errors.ts';

export type SerialStep = 'list' | 'choose' | 'open' | 'transfer' | 'signals';

type CodesByStep = Readonly<Record<SerialStep, ErrorCode>>;

const SAME = (code: ErrorCode): CodesByStep => ({
  list: code,
  choose: code,
  open: code,
  transfer: code,
  signals: code,
});

const CODES: Readonly<Record<string, CodesByStep>> = {
  // The chooser was closed without a choice; later: the port is gone.
  NotFoundError: {
    ...SAME('serial-no-port'),
    transfer: 'serial-disconnected',
    signals: 'serial-disconnected',
  },
  SecurityError: SAME('serial-access-denied'),
  NotAllowedError: SAME('serial-access-denied'),
  // "Failed to open serial port": another program has it, or the system does not let us.
  // "Failed to set control signals": the adapter or its driver has no such line.
  NetworkError: {
    ...SAME('serial-busy'),
    transfer: 'serial-disconnected',
    signals: 'not-supported',
  },
  // "The port is already open", or is being closed.
  InvalidStateError: {
    ...SAME('serial-busy'),
    transfer: 'serial-disconnected',
    signals: 'serial-disconnected',
  },
  NotSupportedError: SAME('not-supported'),
};

const FALLBACKS: Readonly<Partial<Record<SerialStep, ErrorCode>>> = {
  open: 'serial-busy',
  signals: 'not-supported',
};

/** An AppError passes unchanged. */
export function webSerialError(error: unknown, step: SerialStep, what: string): AppError {
  if (error instanceof AppError) return error;
  const code = CODES[nameOf(error)]?.[step] ?? FALLBACKS[step] ?? 'serial-disconnected';
  return new AppError(code, `${what}: ${messageOf(error)}`, {
    cause: error,
    context: { step: what, exception: nameOf(error) },
  });
}

/** Re-enumeration makes "busy" transient: what is worth another try a moment later. */
export function isTransientAtOpen(error: unknown): boolean {
  return ['NetworkError', 'InvalidStateError'].includes(nameOf(error));
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
