import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemes, type KeySpec } from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

const digests = fc
  .constantFrom(32, 48)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

describe.each(schemes.map((using) => ({ id: using.id, using })))('$id', ({ using }) => {
  it('verifies what it signs, and nothing with one bit changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), digests, fc.nat(63), fc.nat(7), async (seed, digest, at, bit) => {
        const rng = seededRng(String(seed));
        const { publicKey, privateKey } = await using.generate({ algorithm: using.id } as KeySpec, {
          rng,
        });
        using.checkPublicKey(publicKey);
        await expect(using.derivePublicKey(privateKey)).resolves.toEqual(publicKey);
        const { signature } = await using.sign(privateKey, digest, { rng });
        const flip = (bytes: Uint8Array, where: number): Uint8Array =>
          bytes.map((byte, index) => (index === where ? byte ^ (1 << bit) : byte));
        await expect(using.verify(publicKey, digest, signature)).resolves.toBe(true);
        await expect(using.verify(publicKey, digest, flip(signature, at))).resolves.toBe(false);
        await expect(using.verify(publicKey, flip(digest, at % 32), signature)).resolves.toBe(
          false,
        );
      }),
      { numRuns: 25 },
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
