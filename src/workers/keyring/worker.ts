/** The worker's entry: here the keyring meets the browser. */
import { createKeyring } from './keyring.ts';
import type { KeyringRequest } from './protocol.ts';
import { serveKeyring } from './server.ts';

const keyring = createKeyring({
  rng: { bytes: (lengthBytes) => crypto.getRandomValues(new Uint8Array(lengthBytes)) },
});

const take = serveKeyring(keyring, (reply, transfer) => {
  postMessage(reply, { transfer });
});

addEventListener('message', (event: MessageEvent<KeyringRequest>) => {
  take(event.data);
});
