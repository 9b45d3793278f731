import { describe, expect, it } from 'vitest';
import { asciiToBytes, fromHex, toHex } from '../../../../src/core/bytes/index.ts';
import { hash, scheme } from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

const p256 = scheme('ecdsa-p256');
const rng = seededRng('unit');

/** FIPS 186-5, order of the P-256 base point. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** RFC 6979, A.2.5. */
const secret = {
  algorithm: 'ecdsa-p256',
  bytes: fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'),
} as const;
const publicKey = fromHex(
  '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
    '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
);

function scalar(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

describe('ECDSA P-256: known answers', () => {
  it('derives the public key of RFC 6979, A.2.5', async () => {
    expect(toHex(await p256.derivePublicKey(secret))).toBe(toHex(publicKey));
  });

  it.each([
    [
      'sha256',
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'sha384',
      'sample',
      '0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719',
      '4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954',
    ],
    [
      'sha256',
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
      '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ],
  ] as const)('verifies RFC 6979 with %s and "%s"', async (hashId, text, r, s) => {
    const digest = hash(hashId, asciiToBytes(text));
    await expect(p256.verify(publicKey, digest, fromHex(r + s))).resolves.toBe(true);
  });

  it('accepts both halves of s, as wolfBoot does', async () => {
    const digest = hash('sha256', asciiToBytes('sample'));
    const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716';
    const s = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n;
    await expect(p256.verify(publicKey, digest, fromHex(r + scalar(ORDER - s)))).resolves.toBe(
      true,
    );
  });

  it.each([32, 48])('signs a digest of %i bytes', async (length) => {
    const digest = new Uint8Array(length).fill(0xa5);
    const { signature } = await p256.sign(secret, digest, { rng });
    await expect(p256.verify(publicKey, digest, signature)).resolves.toBe(true);
  });

  it('takes the leftmost 256 bits of a longer digest', async () => {
    const digest = hash('sha384', asciiToBytes('sample'));
    const { signature } = await p256.sign(secret, digest, { rng });
    await expect(p256.verify(publicKey, digest.slice(0, 32), signature)).resolves.toBe(true);
  });

  it('gives equal digests different signatures', async () => {
    const digest = new Uint8Array(32).fill(1);
    const first = await p256.sign(secret, digest, { rng });
    const second = await p256.sign(secret, digest, { rng });
    expect(first.signature).not.toEqual(second.signature);
  });
});

describe('ECDSA P-256: what does not verify', () => {
  const digest = hash('sha256', asciiToBytes('sample'));
  const good =
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
    'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';
  const r = good.slice(0, 64);
  const s = good.slice(64);

  it.each([
    ['r = 0', scalar(0n) + s],
    ['s = 0', r + scalar(0n)],
    ['r = s = 0', scalar(0n) + scalar(0n)],
    ['r = n', scalar(ORDER) + s],
    ['s = n', r + scalar(ORDER)],
    ['s + n where it fits', r + 'ff'.repeat(32)],
    ['r and s exchanged', s + r],
    ['an empty signature', ''],
    ['63 bytes', good.slice(2)],
    ['65 bytes', `${good}00`],
    ['DER', `3045022000${good.slice(0, 120)}`],
  ])('%s', async (_name, hex) => {
    await expect(p256.verify(publicKey, digest, fromHex(hex))).resolves.toBe(false);
  });

  it('a changed digest or an empty one', async () => {
    const other = digest.map((byte, at) => (at === 31 ? byte ^ 1 : byte));
    await expect(p256.verify(publicKey, other, fromHex(good))).resolves.toBe(false);
    await expect(p256.verify(publicKey, new Uint8Array(), fromHex(good))).resolves.toBe(false);
  });

  it('anything under a key that is no key', async () => {
    for (const key of [new Uint8Array(64), new Uint8Array(63), new Uint8Array(64).fill(0xff)]) {
      await expect(p256.verify(key, digest, fromHex(good))).resolves.toBe(false);
    }
  });
});

describe('ECDSA P-256: keys', () => {
  it.each([
    ['zero', new Uint8Array(64)],
    ['a point off the curve', publicKey.map((byte, at) => (at === 63 ? byte ^ 1 : byte))],
    ['coordinates above the field', new Uint8Array(64).fill(0xff)],
    ['63 bytes', publicKey.slice(1)],
    ['65 bytes', Uint8Array.of(4, ...publicKey)],
  ])('refuses the public key: %s', (_name, key) => {
    expect(() => p256.checkPublicKey(key)).toThrow(
      expect.toSatisfy((error) => isAppError(error, 'key-invalid')),
    );
  });

  it.each([
    ['zero', scalar(0n)],
    ['the group order', scalar(ORDER)],
    ['31 bytes', '01'.repeat(31)],
  ])('refuses the private key: %s', async (_name, hex) => {
    const key = { algorithm: 'ecdsa-p256', bytes: fromHex(hex) } as const;
    await expect(p256.derivePublicKey(key)).rejects.toSatisfy((error) =>
      isAppError(error, 'key-invalid'),
    );
    await expect(p256.sign(key, new Uint8Array(32), { rng })).rejects.toSatisfy((error) =>
      isAppError(error, 'key-invalid'),
    );
  });

  it('refuses the private key of another scheme', async () => {
    const key = { algorithm: 'ed25519', bytes: secret.bytes } as const;
    await expect(p256.sign(key, new Uint8Array(32), { rng })).rejects.toSatisfy((error) =>
      isAppError(error, 'key-invalid'),
    );
  });

  it('generates the same key from the same randomness, another from another', async () => {
    const first = await p256.generate({ algorithm: 'ecdsa-p256' }, { rng: seededRng('1') });
    const again = await p256.generate({ algorithm: 'ecdsa-p256' }, { rng: seededRng('1') });
    const other = await p256.generate({ algorithm: 'ecdsa-p256' }, { rng: seededRng('2') });
    expect(again).toEqual(first);
    expect(other.publicKey).not.toEqual(first.publicKey);
  });
});
