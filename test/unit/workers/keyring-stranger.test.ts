/** Signatures of a key that nobody has. */
import { describe, expect, it } from 'vitest';
import { scheme } from '../../../src/core/crypto/index.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { keyPair } from '../../support/keys.ts';
import { memoryParts } from '../../support/keyring-parts.ts';

const digest = new Uint8Array(32).fill(7);

describe('a stranger', () => {
  it.each(['ecdsa-p256', 'ed25519', 'ml-dsa-44'] as const)(
    'signs with a key of its own each time, and leaves none (%s)',
    async (algorithm) => {
      const keyring = createKeyring(memoryParts());
      const { publicKey } = await keyPair(algorithm);
      const signatures = [
        await keyring.signAsStranger(algorithm, digest),
        await keyring.signAsStranger(algorithm, digest),
      ];
      expect(signatures[0]).toHaveLength(scheme(algorithm).signatureBytes(publicKey));
      expect(signatures[0]).not.toEqual(signatures[1]);
      expect(await scheme(algorithm).verify(publicKey, digest, signatures[0]!)).toBe(false);
      expect(await keyring.list()).toEqual([]);
    },
  );

  it('does not use up trees', async () => {
    const keyring = createKeyring(memoryParts());
    await expectRejects(keyring.signAsStranger('lms', digest), 'invalid-argument');
  });
});
