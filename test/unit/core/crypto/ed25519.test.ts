import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes/index.ts';
import { scheme } from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

const ed25519 = scheme('ed25519');
const rng = seededRng('unit');

function privateKey(seed: string) {
  return { algorithm: 'ed25519', bytes: fromHex(seed) } as const;
}

/** Order of the base point, RFC 8032 section 5.1, little-endian. */
const ORDER = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';

describe('Ed25519: RFC 8032, section 7.1', () => {
  it.each([
    {
      name: 'test 1',
      seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      name: 'test 2',
      seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      name: 'test 3',
      seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
  ])('$name', async ({ seed, publicKey, message, signature }) => {
    expect(toHex(await ed25519.derivePublicKey(privateKey(seed)))).toBe(publicKey);
    const signed = await ed25519.sign(privateKey(seed), fromHex(message), { rng });
    expect(toHex(signed.signature)).toBe(signature);
    await expect(
      ed25519.verify(fromHex(publicKey), fromHex(message), fromHex(signature)),
    ).resolves.toBe(true);
  });
});

describe('Ed25519: what does not verify', () => {
  const publicKey = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  const message = fromHex('72');
  const signature = fromHex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );

  function changed(bytes: Uint8Array, at: number): Uint8Array {
    return bytes.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
  }

  it('a changed message, signature or key', async () => {
    await expect(ed25519.verify(publicKey, fromHex('73'), signature)).resolves.toBe(false);
    for (const at of [0, 31, 32, 62]) {
      await expect(ed25519.verify(publicKey, message, changed(signature, at))).resolves.toBe(false);
    }
    await expect(ed25519.verify(changed(publicKey, 3), message, signature)).resolves.toBe(false);
  });

  it('a signature of the wrong length', async () => {
    for (const length of [0, 63]) {
      await expect(ed25519.verify(publicKey, message, signature.slice(0, length))).resolves.toBe(
        false,
      );
    }
    const longer = Uint8Array.of(...signature, 0);
    await expect(ed25519.verify(publicKey, message, longer)).resolves.toBe(false);
  });

  it('s at or above the group order, though it is the same number modulo it', async () => {
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`);
    const order = BigInt(`0x${toHex(fromHex(ORDER).reverse())}`);
    const malleated = fromHex((s + order).toString(16).padStart(64, '0')).reverse();
    const forged = Uint8Array.of(...signature.slice(0, 32), ...malleated);
    await expect(ed25519.verify(publicKey, message, forged)).resolves.toBe(false);
  });

  it('anything under a key of small order', async () => {
    // A = identity, R = identity, s = 0 satisfies the equation for every message.
    const identity = fromHex('01'.padEnd(64, '0'));
    const forged = Uint8Array.of(...identity, ...new Uint8Array(32));
    await expect(ed25519.verify(identity, message, forged)).resolves.toBe(false);
  });
});

describe('Ed25519: public keys', () => {
  it.each([
    ['the identity', '01'.padEnd(64, '0')],
    ['the point of order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['a point of order 4', '00'.repeat(32)],
    ['a point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    [
      'y not below the field size',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ],
    ['no point of the curve', '02'.padEnd(64, '0')],
    ['31 bytes', '00'.repeat(31)],
    ['33 bytes', '00'.repeat(33)],
  ])('refuses %s', (_name, hex) => {
    expect(() => ed25519.checkPublicKey(fromHex(hex))).toThrow(
      expect.toSatisfy((error) => isAppError(error, 'key-invalid')),
    );
  });

  it('accepts what it generates', async () => {
    const { publicKey, privateKey: secret } = await ed25519.generate(
      { algorithm: 'ed25519' },
      { rng },
    );
    expect(() => ed25519.checkPublicKey(publicKey)).not.toThrow();
    expect(secret.bytes).toHaveLength(32);
  });
});
