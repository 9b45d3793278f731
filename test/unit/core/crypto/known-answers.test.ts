import { describe, expect, it } from 'vitest';
import { asciiToBytes, fromHex, toHex } from '../../../../src/core/bytes/index.ts';
import { hash, scheme } from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { fixedRng, seededRng } from '../../../support/bytes-rng.ts';

const rng = seededRng('known answers');

describe('Ed448: RFC 8032, section 7.4', () => {
  const ed448 = scheme('ed448');

  it.each([
    {
      name: 'blank',
      seed:
        '6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3' +
        '528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b',
      publicKey:
        '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778' +
        'edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180',
      message: '',
      signature:
        '533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f' +
        '2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a' +
        '9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db' +
        'b61149f05a7363268c71d95808ff2e652600',
    },
    {
      name: '1 octet',
      seed:
        'c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a' +
        'fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e',
      publicKey:
        '43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086' +
        '6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480',
      message: '03',
      signature:
        '26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435' +
        '2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb' +
        'cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f' +
        'f3348ab21aa4adafd1d234441cf807c03a00',
    },
  ])('$name', async ({ seed, publicKey, message, signature }) => {
    const privateKey = { algorithm: 'ed448', bytes: fromHex(seed) } as const;
    expect(toHex(await ed448.derivePublicKey(privateKey))).toBe(publicKey);
    const signed = await ed448.sign(privateKey, fromHex(message), { rng });
    expect(toHex(signed.signature)).toBe(signature);
    const verified = ed448.verify(fromHex(publicKey), fromHex(message), signed.signature);
    await expect(verified).resolves.toBe(true);
  });

  it('does not take a signature with the context "foo"', async () => {
    const publicKey = fromHex(
      '43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086' +
        '6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480',
    );
    const signature = fromHex(
      'd4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2' +
        '151f7647f11d8ca2ae279fb842d607217fce6e042f6815ea000c85741de5c8da' +
        '1144a6a1aba7f96de42505d7a7298524fda538fccbbb754f578c1cad10d54d0d' +
        '5428407e85dcbc98a49155c13764e66c3c00',
    );
    await expect(ed448.verify(publicKey, Uint8Array.of(3), signature)).resolves.toBe(false);
  });

  it.each([
    ['the identity', `01${'00'.repeat(56)}`],
    ['a point of order 2', `fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}00`],
    ['a point of order 4', '00'.repeat(57)],
    ['the field size', `ff${'ff'.repeat(27)}fe${'ff'.repeat(27)}00`],
    ['a last byte that is not a sign', `${'02'.repeat(56)}01`],
  ])('refuses the public key: %s', (_name, hex) => {
    expect(() => {
      ed448.checkPublicKey(fromHex(hex));
    }).toThrow(expect.toSatisfy((error) => isAppError(error, 'key-invalid')));
  });
});

describe('ECDSA: RFC 6979, A.2.6 and A.2.7', () => {
  const p384 = {
    algorithm: 'ecdsa-p384',
    secret:
      '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8' +
      '96d5724e4c70a825f872c9ea60d2edf5',
    publicKey:
      'ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64' +
      'def8f0ea9055866064a254515480bc13' +
      '8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1' +
      '288b231c3ae0d4fe7344fd2533264720',
    signatures: {
      sha256:
        '21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33' +
        'bde1e888e63355d92fa2b3c36d8fb2cd' +
        'f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb' +
        'efdc63eccd1ac42ec0cb8668a4fa0ab0',
      sha384:
        '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c' +
        '81a648152e44acf96e36dd1e80fabe46' +
        '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f' +
        'a329c145786e679e7b82c71a38628ac8',
    },
  } as const;

  const p521 = {
    algorithm: 'ecdsa-p521',
    secret:
      '00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75' +
      'caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
    publicKey:
      '01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd' +
      '371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4' +
      '00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a' +
      '28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5',
    signatures: {
      sha256:
        '01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b352601265' +
        '9d16876e25c7c1e57648f23b73564d67f61c6f14d527d54972810421e7d87589e1a7' +
        '004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a34791' +
        '6e4f7a72930b1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc',
      sha384:
        '01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b' +
        '4b576ad712a52be9730627d16054ba40cc0b8d3ff035b12ae75168397f5d50c67451' +
        '01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf' +
        '5fde143fa85dc394a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61',
    },
  } as const;

  describe.each([p384, p521])('$algorithm', ({ algorithm, secret, publicKey, signatures }) => {
    const using = scheme(algorithm);

    it('derives the public key', async () => {
      const privateKey = { algorithm, bytes: fromHex(secret) };
      expect(toHex(await using.derivePublicKey(privateKey))).toBe(publicKey);
    });

    it.each(['sha256', 'sha384'] as const)('verifies the signature of %s', async (hashId) => {
      const digest = hash(hashId, asciiToBytes('sample'));
      const signature = fromHex(signatures[hashId]);
      await expect(using.verify(fromHex(publicKey), digest, signature)).resolves.toBe(true);
      const half = signature.length / 2;
      const exchanged = Uint8Array.of(...signature.slice(half), ...signature.slice(0, half));
      await expect(using.verify(fromHex(publicKey), digest, exchanged)).resolves.toBe(false);
    });

    it('refuses a point off the curve and scalars out of range', async () => {
      const off = fromHex(publicKey);
      off[off.length - 1] = (off.at(-1) ?? 0) ^ 1;
      expect(() => {
        using.checkPublicKey(off);
      }).toThrow('not a point');
      for (const byte of [0x00, 0xff]) {
        const bytes = new Uint8Array(secret.length / 2).fill(byte);
        await expect(using.derivePublicKey({ algorithm, bytes })).rejects.toThrow('group order');
      }
    });
  });
});

describe('ML-DSA: NIST ACVP, ML-DSA-keyGen-FIPS204, first case of each set, by hash', () => {
  it.each([
    {
      id: 'ml-dsa-44',
      seed: 'd71361c000f9a7bc99dfb425bcb6bb27c32c36ab444ff3708b2d93b4e66d5b5b',
      start: 'b845fa2881407a59183071629b08223128116014fb58ff6bb4c8c9fe19cf5b0b',
      publicHash: '451a808c522218fadbdab146fc12004b0741c7d069f238f43ad77216159f6a34',
    },
    {
      id: 'ml-dsa-65',
      seed: '1bd67dc782b2958e189e315c040dd1f64c8ab232a6a170e1a7a52c33f10851b1',
      start: '43ad6560d3bb684667a559ee6ec7c816020e5b65671f270f2353a8c912b6c26b',
      publicHash: '6fb1146b85539fb5c53d35b66dae94202fcd5575a537172cf1156220476f7920',
    },
    {
      id: 'ml-dsa-87',
      seed: 'f7052fbb921759cd8716773ba6355630121d6927899fdda5768e2bc240fccb7b',
      start: '18dff392def5756ea23519a240e6b5cdcf912d89cd94dec9dc71e53f8cdf37d9',
      publicHash: '40298270777d3306d2fcb6b4691d7a7ab799cd1069eea88f843cf0ec26d4b01f',
    },
  ] as const)('$id', async ({ id, seed, start, publicHash }) => {
    const call = { rng: fixedRng(fromHex(seed)) };
    const { publicKey, privateKey } = await scheme(id).generate({ algorithm: id }, call);
    expect(toHex(publicKey.subarray(0, 32))).toBe(start);
    expect(toHex(hash('sha256', publicKey))).toBe(publicHash);
    await expect(scheme(id).derivePublicKey(privateKey)).resolves.toEqual(publicKey);
  });

  /** Wycheproof, mldsa_*_sign_seed: "Hello world", no context, seed 2a…2a, not hedged; by hash. */
  it.each([
    ['ml-dsa-44', '8cd6fc03daa72e87210a4e721523e84c14f27733789075e65736744d4787fdd5'],
    ['ml-dsa-87', '1ad45bd0419e694375bd38ec11d8e0c228ab9ffac2fce4adbe6218d9c949e293'],
  ] as const)('%s signs as in Wycheproof where the hedge is zero', async (id, signatureHash) => {
    const using = scheme(id);
    const key = await using.generate(
      { algorithm: id },
      { rng: fixedRng(new Uint8Array(32).fill(0x2a)) },
    );
    const message = asciiToBytes('Hello world');
    const zero = { rng: fixedRng(new Uint8Array(32)) };
    const { signature } = await using.sign(key.privateKey, message, zero);
    expect(toHex(hash('sha256', signature))).toBe(signatureHash);
    await expect(using.verify(key.publicKey, message, signature)).resolves.toBe(true);
    const hedged = await using.sign(key.privateKey, message, { rng });
    expect(hedged.signature).not.toEqual(signature);
  });
});

describe('ML-DSA: damaged secret keys', () => {
  it.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('%s', async (id) => {
    const using = scheme(id);
    const { privateKey } = await using.generate({ algorithm: id }, { rng });
    // rho, the hash of the public key, s1, and t0 at the end; K, from 32 on, can be anything.
    for (const at of [0, 31, 64, 127, 128, 200, -1664, -500, -1]) {
      const bytes = privateKey.bytes.slice();
      const where = at < 0 ? bytes.length + at : at;
      bytes[where] = (bytes[where] ?? 0) ^ 1;
      const derived = using.derivePublicKey({ algorithm: id, bytes });
      await expect(derived).rejects.toSatisfy((error) => isAppError(error, 'key-invalid'));
    }
    // Coefficients beyond eta.
    const bytes = privateKey.bytes.slice().fill(0xff, 128, 140);
    for (const call of [
      using.derivePublicKey({ algorithm: id, bytes }),
      using.sign({ algorithm: id, bytes }, new Uint8Array(32), { rng }),
    ]) {
      await expect(call).rejects.toSatisfy((error) => isAppError(error, 'key-invalid'));
    }
  });
});
