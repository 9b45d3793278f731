import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemes, type KeyPair } from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { specOf } from '../../../support/keys.ts';
import { vectorRsaKeys } from '../../../support/rsa-keys.ts';

const digests = fc
  .constantFrom(32, 48)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

/** Generating costs seconds: few keys, or one only. */
const SLOW_ALGORITHMS = ['lms', 'xmss', 'xmssmt'];

describe.each(schemes.map((using) => ({ id: using.id, using })))('$id', ({ using }) => {
  const isSlow = SLOW_ALGORITHMS.includes(using.id);
  const numRuns = isSlow || using.id.startsWith('rsa') ? 5 : 15;
  const keys = new Map<number, Promise<KeyPair>>();

  function key(seed: number): Promise<KeyPair> {
    const found = keys.get(seed);
    if (found) return found;
    const call = { rng: seededRng(String(seed)), rsa: vectorRsaKeys(seed) };
    const made = using.generate(specOf(using.id), call);
    keys.set(seed, made);
    return made;
  }

  it('verifies what it signs, and nothing with one bit changed', async () => {
    const seeds = isSlow ? fc.constant(0) : fc.nat();
    const persistState = (): Promise<void> => Promise.resolve();
    await fc.assert(
      fc.asyncProperty(seeds, digests, fc.nat(63), fc.nat(7), async (seed, digest, at, bit) => {
        const { publicKey, privateKey } = await key(seed);
        using.checkPublicKey(publicKey);
        if (!isSlow) await expect(using.derivePublicKey(privateKey)).resolves.toEqual(publicKey);
        const call = { rng: seededRng(`${seed} signs`), persistState };
        const { signature } = await using.sign(privateKey, digest, call);
        const flip = (bytes: Uint8Array, where: number): Uint8Array =>
          bytes.map((byte, index) => (index === where ? byte ^ (1 << bit) : byte));
        await expect(using.verify(publicKey, digest, signature)).resolves.toBe(true);
        await expect(using.verify(publicKey, digest, flip(signature, at))).resolves.toBe(false);
        await expect(using.verify(publicKey, flip(digest, at % 32), signature)).resolves.toBe(
          false,
        );
      }),
      { numRuns },
    );
  });

  it('answers false or key-invalid for any bytes, and nothing else', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, async (publicKey, message, signature) => {
        await expect(using.verify(publicKey, message, signature)).resolves.toBe(false);
        try {
          using.checkPublicKey(publicKey);
        } catch (error) {
          expect(isAppError(error, 'key-invalid')).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});
