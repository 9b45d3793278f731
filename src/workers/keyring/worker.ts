/** The worker's entry: here the keyring meets the browser. */
import { createAgeFiles } from '../../platform/age-files.ts';
import { createRealClock } from '../../platform/clock.ts';
import { createInTurn, createWebLocks } from '../../platform/locks.ts';
import { createOtherTabs } from '../../platform/other-tabs.ts';
import { createWebRng } from '../../platform/rng.ts';
import { createRsaKeyMaker } from '../../platform/rsa-key-maker.ts';
import { createFolderStore } from '../../platform/state-folder.ts';
import { createIndexedDbStore } from '../../platform/store.ts';
import { createArgon2, createWebAead } from '../../platform/vault-ciphers.ts';
import { createKeyringHasher } from '../hashing/browser-pool.ts';
import { createKeyring } from './keyring.ts';
import type { TabMessage } from './parts.ts';
import type { KeyringRequest } from './protocol.ts';
import { serveKeyring } from './server.ts';

const tabMessages: readonly TabMessage[] = ['lock', 'vault', 'keys'];

const keyring = createKeyring({
  rng: createWebRng(crypto),
  clock: createRealClock(),
  vault: {
    store: createIndexedDbStore('keyfuse-vault'),
    ciphers: { aead: createWebAead(crypto.subtle), stretcher: createArgon2() },
  },
  counters: createIndexedDbStore('keyfuse-counters'),
  openStateFolder: createFolderStore,
  locks: createWebLocks(navigator.locks),
  inTurn: createInTurn(navigator.locks),
  otherTabs: createOtherTabs('keyfuse-vault', tabMessages),
  age: createAgeFiles(),
  hasher: createKeyringHasher(),
  rsa: createRsaKeyMaker(crypto.subtle),
});

const take = serveKeyring(keyring, (reply, transfer) => {
  postMessage(reply, { transfer });
});

addEventListener('message', (event: MessageEvent<KeyringRequest>) => {
  take(event.data);
});
