import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  algorithmIds,
  scheme,
  type AlgorithmId,
  type KeyPair,
} from '../../../../src/core/crypto/index.ts';
import {
  authKeyOfAlgorithm,
  backupForms,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
  type BackupForm,
  type PublicKeyForm,
} from '../../../../src/core/wolfboot/index.ts';
import { keyPair } from '../../../support/keys.ts';

/* Key files of every algorithm in every form, and what is changed in them. */

describe('key files', () => {
  /** Those whose trees are large are made once. */
  const made = new Map<string, Promise<KeyPair>>();

  function pair(algorithm: AlgorithmId, seed: number): Promise<KeyPair> {
    const { stateful } = scheme(algorithm);
    const name = stateful ? 'a' : String(seed);
    const key = `${algorithm} ${name}`;
    const found = made.get(key) ?? keyPair(algorithm, name);
    made.set(key, found);
    return found;
  }

  const seeds = fc.nat(20);
  const numRuns = 12;

  describe.each(algorithmIds)('%s', (algorithm) => {
    const { stateful } = scheme(algorithm);
    const publicHalf = stateful ? 'stored' : 'recomputed';

    it('private keys, in every form', async () => {
      const forms = fc.constantFrom<BackupForm>('raw', 'der', ...backupForms(algorithm));
      await fc.assert(
        fc.asyncProperty(seeds, forms, async (seed, form) => {
          const key = await pair(algorithm, seed);
          const file = writePrivateKeyFile(key, form);
          const read = parsePrivateKeyFile(file, 'k', algorithm, { publicHalf });
          await expect(read).resolves.toEqual(key);
          await expect(parsePublicKeyFile(file, 'k')).rejects.toThrow(/private/);
        }),
        { numRuns },
      );
    });

    it('private keys with a changed public half are refused', async () => {
      await fc.assert(
        fc.asyncProperty(seeds, fc.nat(), fc.nat(7), async (seed, at, bit) => {
          const key = await pair(algorithm, seed);
          const file = writePrivateKeyFile(key, 'raw');
          const start = publicHalfStart(algorithm, file.length, key.publicKey.length);
          const where = start + (at % key.publicKey.length);
          file[where] = (file[where] ?? 0) ^ (1 << bit);
          // The state of XMSS holds its root, that of LMS does not.
          const how = algorithm.startsWith('xmss') ? 'stored' : 'recomputed';
          const read = parsePrivateKeyFile(file, 'k', algorithm, { publicHalf: how });
          await expect(read).rejects.toThrow();
        }),
        { numRuns },
      );
    });

    it('public keys, which are never taken for private ones', async () => {
      const hasSpki = !stateful;
      const forms = fc.constantFrom<PublicKeyForm>(
        'raw',
        'der',
        ...(hasSpki ? (['spki', 'spki-pem'] as const) : []),
      );
      const { name } = authKeyOfAlgorithm(algorithm);
      await fc.assert(
        fc.asyncProperty(seeds, forms, async (seed, form) => {
          const { publicKey } = await pair(algorithm, seed);
          const file = writePublicKeyFile(algorithm, publicKey, form);
          const found = await parsePublicKeyFile(file, 'k', name);
          expect(found.publicKey).toEqual(publicKey);
          expect(found.authKey.algorithms).toContain(algorithm);
          await expect(parsePrivateKeyFile(file, 'k')).rejects.toThrow(/public|no key file/);
        }),
        { numRuns },
      );
    });
  });

  function publicHalfStart(algorithm: AlgorithmId, fileBytes: number, keyBytes: number): number {
    // RSA has no second half: its modulus stands first, and any change of it is found.
    if (algorithm.startsWith('rsa-')) return 20;
    return algorithm.startsWith('ecdsa-') ? 0 : fileBytes - keyBytes;
  }
});
