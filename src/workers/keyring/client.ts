/** The keyring as the page sees it: the same calls, carried to the worker and back. */
import { AppError, errorCodes, type ErrorCode, type ErrorContext } from '../../core/errors.ts';
import type { Keyring, KeyringMethod, KeyringReply, KeyringRequest } from './protocol.ts';

/** The part of `Worker` that is needed; tests use a MessageChannel. */
export interface KeyringPort {
  postMessage(request: KeyringRequest): void;
  addEventListener(type: 'message', listener: (event: { data: KeyringReply }) => void): void;
  addEventListener(type: 'error', listener: (event: { message?: string }) => void): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

export function createKeyringClient(port: KeyringPort): Keyring {
  const waiting = new Map<number, Waiting>();
  let lastCall = 0;

  port.addEventListener('message', ({ data }) => {
    const caller = waiting.get(data.call);
    waiting.delete(data.call);
    if (data.ok) caller?.resolve(data.value);
    else caller?.reject(reviveError(data.error));
  });
  port.addEventListener('error', ({ message }) => {
    for (const caller of waiting.values()) {
      caller.reject(new AppError('internal', `the key worker failed: ${message ?? 'no reason'}`));
    }
    waiting.clear();
  });

  const call =
    <M extends KeyringMethod>(method: M) =>
    (...args: Parameters<Keyring[M]>): ReturnType<Keyring[M]> =>
      new Promise((resolve, reject) => {
        const number = ++lastCall;
        waiting.set(number, { resolve, reject });
        port.postMessage({ call: number, method, args });
      }) as ReturnType<Keyring[M]>;

  return {
    generate: call('generate'),
    open: call('open'),
    exportPrivate: call('exportPrivate'),
    exportPublic: call('exportPublic'),
    proveBackup: call('proveBackup'),
    rename: call('rename'),
    forget: call('forget'),
    signImage: call('signImage'),
    makeOtpImage: call('makeOtpImage'),
    revealOtpImage: call('revealOtpImage'),
  };
}

function reviveError(error: {
  readonly code: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}): AppError {
  const known = errorCodes.find((code): code is ErrorCode => code === error.code);
  return new AppError(known ?? 'internal', error.message, {
    context: error.context as ErrorContext,
  });
}
