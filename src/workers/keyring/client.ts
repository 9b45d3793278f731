/** The keyring as the page sees it: the same calls, carried to the worker and back. */
import { AppError, errorCodes, type ErrorCode, type ErrorContext } from '../../core/errors.ts';
import { throwIfCancelled } from '../../core/ports/index.ts';
import {
  longCallPositionOf,
  type CarriedError,
  type KeyCall,
  type Keyring,
  type KeyringEvent,
  type KeyringMethod,
  type KeyringReply,
  type KeyringRequest,
} from './protocol.ts';

/** The part of `Worker` that is needed; tests use a MessageChannel. */
export interface KeyringPort {
  postMessage(request: KeyringRequest): void;
  addEventListener(type: 'message', listener: (event: { data: KeyringReply }) => void): void;
  addEventListener(type: 'error', listener: (event: { message?: string }) => void): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
  readonly onProgress: KeyCall['onProgress'];
}

export function createKeyringClient(port: KeyringPort): Keyring {
  const waiting = new Map<number, Waiting>();
  const watchers = new Set<(event: KeyringEvent) => void>();
  let lastCall = 0;

  port.addEventListener('message', ({ data }) => {
    if ('event' in data) {
      for (const watcher of [...watchers]) watcher(data.event);
      return;
    }
    const caller = waiting.get(data.call);
    if ('progress' in data) {
      caller?.onProgress?.(data.progress);
      return;
    }
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

  const send = async (
    method: KeyringMethod,
    args: readonly unknown[],
    { signal, onProgress }: KeyCall,
  ): Promise<unknown> => {
    throwIfCancelled(signal);
    const call = ++lastCall;
    const onAbort = (): void => {
      port.postMessage({ cancel: call });
    };
    signal?.addEventListener('abort', onAbort);
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(call, { resolve, reject, onProgress });
        port.postMessage({ call, method, args, progress: onProgress !== undefined });
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  };

  const call =
    <M extends KeyringMethod>(method: M) =>
    (...args: Parameters<Keyring[M]>): ReturnType<Keyring[M]> => {
      const at = longCallPositionOf(method);
      const plain: readonly unknown[] = args;
      const long = at === undefined ? undefined : (plain[at] as KeyCall | undefined);
      return send(method, plain.slice(0, at), long ?? {}) as ReturnType<Keyring[M]>;
    };

  return {
    vaultStatus: call('vaultStatus'),
    createVault: call('createVault'),
    unlockVault: call('unlockVault'),
    lockVault: call('lockVault'),
    addUnlockWay: call('addUnlockWay'),
    removeUnlockWay: call('removeUnlockWay'),
    setAutoLock: call('setAutoLock'),
    deleteVault: call('deleteVault'),
    list: call('list'),
    estimate: call('estimate'),
    generate: call('generate'),
    open: call('open'),
    exportPrivate: call('exportPrivate'),
    exportAge: call('exportAge'),
    exportPublic: call('exportPublic'),
    backupSheet: call('backupSheet'),
    proveBackup: call('proveBackup'),
    rename: call('rename'),
    setMask: call('setMask'),
    forget: call('forget'),
    advanceState: call('advanceState'),
    useStateFolder: call('useStateFolder'),
    signImage: call('signImage'),
    signAsStranger: call('signAsStranger'),
    listEncryptionKeys: call('listEncryptionKeys'),
    openEncryptionKey: call('openEncryptionKey'),
    makeEncryptionKey: call('makeEncryptionKey'),
    saveEncryptionKey: call('saveEncryptionKey'),
    forgetEncryptionKey: call('forgetEncryptionKey'),
    encryptImage: call('encryptImage'),
    decryptImage: call('decryptImage'),
    makeOtpImage: call('makeOtpImage'),
    revealOtpImage: call('revealOtpImage'),
    watch: (onEvent) => {
      watchers.add(onEvent);
      return () => {
        watchers.delete(onEvent);
      };
    },
  };
}

function reviveError(error: CarriedError): AppError {
  const known = errorCodes.find((code): code is ErrorCode => code === error.code);
  return new AppError(known ?? 'internal', error.message, {
    context: error.context as ErrorContext,
  });
}
