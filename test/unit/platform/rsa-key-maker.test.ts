import { describe, expect, it } from 'vitest';
import { scheme } from '../../../src/core/crypto/index.ts';
import { createCanceller } from '../../../src/core/ports/index.ts';
import { createRsaKeyMaker } from '../../../src/platform/rsa-key-maker.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { expectRejects } from '../../support/expect-error.ts';

/** Searching primes takes as long as it takes. */
const SLOW_MS = 60_000;
const rng = seededRng('rsa key maker');

describe('createRsaKeyMaker', () => {
  const rsa = createRsaKeyMaker(crypto.subtle);

  it('makes keys that sign, each another', { timeout: SLOW_MS }, async () => {
    const using = scheme('rsa-2048');
    const pair = await using.generate({ algorithm: 'rsa-2048' }, { rng, rsa });
    const other = await using.generate({ algorithm: 'rsa-2048' }, { rng, rsa });
    expect(pair.publicKey).toHaveLength(294);
    expect(other.publicKey).not.toEqual(pair.publicKey);
    const digest = new Uint8Array(32).fill(3);
    const { signature } = await using.sign(pair.privateKey, digest, { rng });
    await expect(using.verify(pair.publicKey, digest, signature)).resolves.toBe(true);
  });

  it('rejects at once when cancelled, and wipes the key that still comes', async () => {
    const before = createCanceller();
    before.cancel();
    await expectRejects(rsa.generate(2048, before.signal), 'cancelled');

    const key = new Uint8Array(8).fill(1);
    let finish: (key: ArrayBuffer) => void = () => undefined;
    const exported = new Promise<ArrayBuffer>((resolve) => {
      finish = resolve;
    });
    const slow = {
      generateKey: () => Promise.resolve({ privateKey: {} }),
      exportKey: () => exported,
    } as unknown as SubtleCrypto;
    const during = createCanceller();
    const making = createRsaKeyMaker(slow).generate(4096, during.signal);
    during.cancel();
    await expectRejects(making, 'cancelled');
    finish(key.buffer);
    await exported;
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(key).toEqual(new Uint8Array(8));
  });

  it('says what cannot be made where there is no RSA', async () => {
    const none = {
      generateKey: () => Promise.reject(new Error('NotSupportedError')),
    } as unknown as SubtleCrypto;
    await expectRejects(createRsaKeyMaker(none).generate(3072), 'not-supported', '3072 bits');
  });
});
