/** Errors on their way between page and worker: code and context arrive as they were. */
import { AppError, toAppError } from '../../core/errors.ts';
import type { CarriedError } from './protocol.ts';

export function carryError(thrown: unknown): CarriedError {
  const { code, message, context, cause } = toAppError(thrown);
  return { code, message, context, cause: cause === undefined ? undefined : textOf(cause) };
}

export function reviveError({ code, message, context, cause }: CarriedError): AppError {
  return new AppError(code, message, {
    context,
    ...(cause !== undefined && { cause: new Error(cause) }),
  });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
