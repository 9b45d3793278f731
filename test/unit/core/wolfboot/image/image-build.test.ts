import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../../../../src/core/bytes/index.ts';
import { hash } from '../../../../../src/core/crypto/index.ts';
import {
  assembleImage,
  buildSignedImage,
  imageDigest,
  parseImage,
  UNSIGNED_KEY_TYPE,
  verifyImage,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';

const ed = await testKey('ed25519');
const ecc = await testKey('ecdsa-p256');
const code = firmware(1000);

const options: ImageOptions = {
  keyType: ed.keyType,
  partitionId: 1,
  version: 7,
  hash: 'sha256',
  timestamp: 1_700_000_000n,
};

const fails = (errorCode: string) => expect.objectContaining({ code: errorCode }) as unknown;

describe('a signed image', () => {
  it('is header and firmware, the firmware untouched', async () => {
    const image = await buildSignedImage(code, options, ed.signer);
    expect(image.length).toBe(256 + code.length);
    expect(equalBytes(image.subarray(256), code)).toBe(true);
    expect(toHex(image.subarray(0, 8))).toBe('574f4c46' + 'e8030000');
  });

  it('hands out only the digest, and a copy of it', async () => {
    const seen: Uint8Array[] = [];
    const image = await buildSignedImage(code, options, {
      publicKey: ed.publicKey,
      sign: async (digest) => {
        const signature = await ed.signer.sign(digest);
        seen.push(digest.slice());
        digest.fill(0);
        return signature;
      },
    });
    const { digestOffsetBytes, digest } = parseImage(image, 'a');
    const expected = hash('sha256', image.subarray(0, digestOffsetBytes), code);
    expect(seen).toEqual([expected]);
    expect(toHex(digest)).toBe(toHex(expected));
  });

  it('is the same in one go and in three steps', async () => {
    const keys = { primary: ed.publicKey };
    const digest = imageDigest(code, options, keys);
    const signature = await ed.signer.sign(digest);
    const steps = await assembleImage(code, options, keys, { primary: signature });
    expect(toHex(steps)).toBe(toHex(await buildSignedImage(code, options, ed.signer)));
  });

  it('may have no firmware at all', async () => {
    const image = await buildSignedImage(new Uint8Array(), options, ed.signer);
    expect(image.length).toBe(256);
    expect(await verifyImage(image, [ed.slot])).toMatchObject({ ok: true, version: 7 });
  });

  it('can be signed twice, in both orders', async () => {
    for (const [first, second] of [
      [ed, ecc],
      [ecc, ed],
    ] as const) {
      const hybrid: ImageOptions = {
        ...options,
        keyType: first.keyType,
        secondaryKeyType: second.keyType,
        headerSizeBytes: 512,
      };
      const image = await buildSignedImage(code, hybrid, first.signer, second.signer);
      expect(await verifyImage(image, [second.slot, first.slot])).toMatchObject({
        ok: true,
        slotIndex: 1,
        secondarySlotIndex: 0,
        warnings: [],
      });
    }
  });

  it('signs the policy with the first key', async () => {
    const policy = { pcrMask: fromHex('01000000'), digest: hash('sha256', code) };
    const withPolicy = { ...options, policy, headerSizeBytes: 512 };
    const image = parseImage(await buildSignedImage(code, withPolicy, ed.signer), 'a');
    expect(toHex(image.policy!.pcrMask)).toBe('01000000');
    expect(toHex(image.policy!.signature)).toBe(toHex(await ed.signer.sign(policy.digest)));
  });

  it('without a signature has the hash of nothing for a hint', async () => {
    const image = parseImage(
      await buildSignedImage(code, { ...options, keyType: UNSIGNED_KEY_TYPE }),
      'a',
    );
    expect(image).toMatchObject({ unsigned: true, signature: undefined });
    expect(toHex(image.hint)).toBe(toHex(hash('sha256')));
  });
});

describe('an image that no bootloader would accept is not made', () => {
  it('when the signature is one of another key', async () => {
    const other = await testKey('ed25519', 'another');
    const signer = { publicKey: ed.publicKey, sign: other.signer.sign };
    await expect(buildSignedImage(code, options, signer)).rejects.toEqual(
      fails('image-signature-invalid'),
    );
  });

  it('when the second signature is wrong', async () => {
    const hybrid = { ...options, secondaryKeyType: ecc.keyType, headerSizeBytes: 512 };
    const wrong = { publicKey: ecc.publicKey, sign: () => Promise.resolve(new Uint8Array(64)) };
    await expect(buildSignedImage(code, hybrid, ed.signer, wrong)).rejects.toEqual(
      fails('image-signature-invalid'),
    );
  });

  it.each([63, 65, 0])('when the signature has %i bytes', async (length) => {
    const keys = { primary: ed.publicKey };
    await expect(
      assembleImage(code, options, keys, { primary: new Uint8Array(length) }),
    ).rejects.toEqual(fails('image-signature-invalid'));
  });

  it('when the public key is none', async () => {
    const signer = { publicKey: new Uint8Array(32), sign: ed.signer.sign };
    await expect(buildSignedImage(code, options, signer)).rejects.toEqual(fails('key-invalid'));
  });

  it.each([
    ['the key is missing', options, undefined, undefined],
    ['there is a key for an unsigned image', { ...options, keyType: 0xff }, ed.signer, undefined],
    ['there is one key too many', options, ed.signer, ecc.signer],
    [
      'the second key is missing',
      { ...options, secondaryKeyType: 2, headerSizeBytes: 512 },
      ed.signer,
      undefined,
    ],
  ] as const)('when %s', async (_name, wanted, first, second) => {
    await expect(buildSignedImage(code, wanted, first, second)).rejects.toEqual(
      fails('invalid-argument'),
    );
  });

  it('when the signer refuses', async () => {
    const signer = {
      publicKey: ed.publicKey,
      sign: () => Promise.reject(new Error('the token is locked')),
    };
    await expect(buildSignedImage(code, options, signer)).rejects.toThrow('the token is locked');
  });
});
