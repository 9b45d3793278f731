/**
 * The worker's side of the messages: one call after another, so that no two change the keyring at
 * once; what only looks may pass by. Progress goes out while a call runs, a cancel comes in at any time.
 */
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
const passing: ReadonlySet<KeyringMethod> = new Set(['vaultStatus', 'list', 'estimate']);

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
    post(reply, handedOver(request, reply));
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

/** An OTP image leaves no copy here. */
function handedOver({ method }: CallRequest, reply: KeyringReply): Transferable[] {
  const handsOver =
    method === 'revealOtpImage' &&
    'ok' in reply &&
    reply.ok &&
    reply.value instanceof Uint8Array &&
    reply.value.buffer instanceof ArrayBuffer;
  return handsOver ? [reply.value.buffer] : [];
}
