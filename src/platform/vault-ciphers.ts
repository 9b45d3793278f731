/** The vault's ciphers: AES-GCM of Web Crypto, Argon2id of hash-wasm. Works in a page, a worker and Node. */
import type { Aead, PassphraseStretcher } from '../core/ports/index.ts';
import { AppError } from '../core/errors.ts';

const KEY_BYTES = 32;
const TAG_BITS = 128;

export function createWebAead(subtle: SubtleCrypto): Aead {
  const importKey = (key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
    subtle.importKey('raw', key.slice(), 'AES-GCM', false, [use]);
  const parameters = (nonce: Uint8Array, facts: Uint8Array): AesGcmParams => ({
    name: 'AES-GCM',
    iv: nonce.slice(),
    additionalData: facts.slice(),
    tagLength: TAG_BITS,
  });
  return {
    seal: async (key, nonce, facts, text) =>
      new Uint8Array(
        await subtle.encrypt(
          parameters(nonce, facts),
          await importKey(key, 'encrypt'),
          text.slice(),
        ),
      ),
    open: async (key, nonce, facts, sealed) => {
      const imported = await importKey(key, 'decrypt');
      try {
        return new Uint8Array(
          await subtle.decrypt(parameters(nonce, facts), imported, sealed.slice()),
        );
      } catch {
        return undefined; // OperationError: the tag does not fit
      }
    },
  };
}

export function createArgon2(): PassphraseStretcher {
  return {
    argon2id: async (passphrase, salt, { memoryKib, iterations, parallelism }) => {
      try {
        // Loaded when a passphrase is given: most calls of the worker need none.
        const { argon2id } = await import('hash-wasm');
        return await argon2id({
          password: passphrase,
          salt,
          memorySize: memoryKib,
          iterations,
          parallelism,
          hashLength: KEY_BYTES,
          outputType: 'binary',
        });
      } catch (error) {
        throw new AppError('internal', 'Argon2id could not be computed', { cause: error });
      }
    },
  };
}
