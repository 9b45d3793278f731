/** What a failed step is called. One place, so that every error names step, address, status and state. */
import { hexNumber } from '../bytes/index.ts';
import { AppError, type ErrorCode, type ErrorContext } from '../errors.ts';
import { DFU_STATUS, stateName, statusName, type DfuStatus } from './dfu-protocol.ts';

export interface Step {
  /** For people who read logs: `erase sector`, `write block`. */
  readonly what: string;
  readonly address?: number;
  /** The address is not one that the device listed: a refusal is an ordinary answer. */
  readonly foreign?: boolean;
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case DFU_STATUS.errTarget:
    case DFU_STATUS.errAddress:
      return 'dfu-address-refused';
    case DFU_STATUS.errVendor:
      return 'dfu-read-protected';
    default:
      return 'dfu-status';
  }
}

function statusContext(status: DfuStatus): ErrorContext {
  return { status: statusName(status.status), state: stateName(status.state) };
}

/** The device reported an error status. */
export function statusFailure(status: DfuStatus, cause?: unknown): AppError {
  return new AppError(
    codeOfStatus(status.status),
    `the device answered ${statusName(status.status)} in ${stateName(status.state)}`,
    { context: statusContext(status), ...(cause === undefined ? {} : { cause }) },
  );
}

/** The device is in a state that the protocol does not allow here. */
export function stateFailure(status: DfuStatus, expected: string): AppError {
  return new AppError(
    'dfu-protocol',
    `the device is in ${stateName(status.state)} (${statusName(status.status)}), expected ${expected}`,
    { context: { ...statusContext(status), expected } },
  );
}

/** The device does not come out of a state. */
export function stuckFailure(status: DfuStatus, waitedMs: number): AppError {
  return new AppError(
    'dfu-stuck',
    `the device is still in ${stateName(status.state)} after ${waitedMs} ms`,
    { context: { ...statusContext(status), waitedMs } },
  );
}

/**
 * `error` with the step it happened in. `cleared` is the error status that the recovery found
 * afterwards: it explains a stall, which says nothing by itself.
 */
export function failureInStep(
  error: AppError,
  step: Step | undefined,
  cleared: DfuStatus | undefined,
): AppError {
  if (error.code === 'cancelled' || step === undefined) return error;
  const inner =
    error.code === 'usb-stall' && cleared !== undefined ? statusFailure(cleared, error) : error;
  const where = step.address === undefined ? '' : ` at ${hexNumber(step.address)}`;
  return new AppError(codeInStep(inner.code, step), `${step.what}${where}: ${inner.message}`, {
    cause: inner,
    context: {
      step: step.what,
      ...(step.address === undefined ? {} : { address: hexNumber(step.address) }),
      ...inner.context,
    },
  });
}

function codeInStep(code: ErrorCode, step: Step): ErrorCode {
  const refused = code === 'usb-stall' || code === 'dfu-status';
  return step.foreign === true && refused ? 'dfu-address-refused' : code;
}
