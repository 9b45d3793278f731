/**
 * The worker's side of the messages: one call after another, so that no two change the keyring at
 * once; what only looks may pass by. Progress goes out while a call runs, a cancel comes in at any time.
 */
import { wipe } from '../../core/bytes/index.ts';
import { toAppError } from '../../core/errors.ts';
import { createCanceller, type Canceller } from '../../core/ports/index.ts';
import {
  longCallPositionOf,
  type Keyring,
  type KeyringMethod,
  type KeyringReply,
  type KeyringRequest,
} from './protocol.ts';

export type KeyringPost = (reply: KeyringReply, transfer: Transferable[]) => void;

type CallRequest = Extract<KeyringRequest, { readonly call: number }>;

/** They only look, and a page that is drawn anew while a key is made wants them at once. */
const passing: ReadonlySet<KeyringMethod> = new Set([
  'vaultStatus',
  'list',
  'estimate',
  'listEncryptionKeys',
]);

/** Returns the function that takes the page's messages. */
export function serveKeyring(keyring: Keyring, post: KeyringPost): (data: KeyringRequest) => void {
  const running = new Map<number, Canceller>();
  let queue: Promise<void> = Promise.resolve();

  keyring.watch((event) => {
    post({ event }, []);
  });

  const answer = async (request: CallRequest): Promise<void> => {
    const reply = await perform(keyring, request, running, post);
    running.delete(request.call);
    if ('ok' in reply && reply.ok && secretAnswers.has(request.method)) {
      const { value, transfer } = handedOver(reply.value);
      post({ ...reply, value }, transfer);
    } else {
      post(reply, []);
    }
  };

  return (data) => {
    if ('cancel' in data) {
      running.get(data.cancel)?.cancel();
      return;
    }
    // Whoever locks wants it now: what runs is given up.
    if (data.method === 'lockVault') for (const canceller of running.values()) canceller.cancel();
    if (longCallPositionOf(data.method) !== undefined) running.set(data.call, createCanceller());
    if (passing.has(data.method)) void answer(data);
    else queue = queue.then(() => answer(data));
  };
}

async function perform(
  keyring: Keyring,
  { call, method, args, progress }: CallRequest,
  running: ReadonlyMap<number, Canceller>,
  post: KeyringPost,
): Promise<KeyringReply> {
  try {
    const work = keyring[method] as (...given: readonly unknown[]) => Promise<unknown>;
    const at = longCallPositionOf(method);
    if (at === undefined) return { call, ok: true, value: await work(...args) };
    const given = Array.from({ length: at }, (_, index) => args[index]);
    const long = {
      signal: running.get(call)?.signal,
      onProgress: progress
        ? (state: { readonly done: number; readonly total: number }) => {
            post({ call, progress: { done: state.done, total: state.total } }, []);
          }
        : undefined,
    };
    return { call, ok: true, value: await work(...given, long) };
  } catch (error) {
    const { code, message, context } = toAppError(error);
    return { call, ok: false, error: { code, message, context } };
  }
}

/** What they answer with is secret, and leaves no copy here. */
const secretAnswers: ReadonlySet<KeyringMethod> = new Set([
  'exportPrivate',
  'exportAge',
  'revealOtpImage',
  'saveEncryptionKey',
]);

/** Bytes, or a file, and what of it is transferred: a buffer that holds nothing else. */
function handedOver(value: unknown): {
  readonly value: unknown;
  readonly transfer: Transferable[];
} {
  if (value instanceof Uint8Array) {
    const bytes = ownBuffer(value);
    return { value: bytes, transfer: [bytes.buffer] };
  }
  if (typeof value === 'object' && value !== null && 'bytes' in value) {
    const bytes = handedOver(value.bytes);
    return { value: { ...value, bytes: bytes.value }, transfer: bytes.transfer };
  }
  return { value, transfer: [] };
}

function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) {
    return new Uint8Array(buffer);
  }
  const copy = Uint8Array.from(bytes);
  wipe(bytes);
  return copy;
}
