/** Ciphers for vault tests: real AES-GCM; the passphrase is stretched by one hash, to be fast. */
import { createHash } from 'node:crypto';
import type { PassphraseStretcher } from '../../src/core/ports/index.ts';
import type { VaultCiphers } from '../../src/core/vault/index.ts';
import { createWebAead } from '../../src/platform/vault-ciphers.ts';
import { seededRng } from './bytes-rng.ts';

export const quickStretcher: PassphraseStretcher = {
  argon2id: async (passphrase, salt, cost) =>
    new Uint8Array(
      createHash('sha256').update(passphrase).update(salt).update(JSON.stringify(cost)).digest(),
    ),
};

export function vaultCiphers(seed = 'vault'): VaultCiphers {
  return {
    aead: createWebAead(crypto.subtle),
    stretcher: quickStretcher,
    rng: seededRng(seed),
  };
}
