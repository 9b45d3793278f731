/** The worker's entry: answers messages by calling the keyring. One call after another. */
import { toAppError } from '../../core/errors.ts';
import { createKeyring } from './keyring.ts';
import type { KeyringReply, KeyringRequest } from './protocol.ts';

const keyring = createKeyring({
  bytes: (lengthBytes) => crypto.getRandomValues(new Uint8Array(lengthBytes)),
});

let queue: Promise<void> = Promise.resolve();

async function answer({ call, method, args }: KeyringRequest): Promise<KeyringReply> {
  try {
    const work = keyring[method] as (...given: readonly unknown[]) => Promise<unknown>;
    return { call, ok: true, value: await work(...args) };
  } catch (error) {
    const { code, message, context } = toAppError(error);
    return { call, ok: false, error: { code, message, context } };
  }
}

/** An OTP image leaves no copy here. */
function handedOver({ method }: KeyringRequest, reply: KeyringReply): Transferable[] {
  const handsOver = method === 'revealOtpImage' && reply.ok && reply.value instanceof Uint8Array;
  return handsOver ? [reply.value.buffer] : [];
}

addEventListener('message', (event: MessageEvent<KeyringRequest>) => {
  queue = queue.then(async () => {
    const reply = await answer(event.data);
    postMessage(reply, { transfer: handedOver(event.data, reply) });
  });
});
