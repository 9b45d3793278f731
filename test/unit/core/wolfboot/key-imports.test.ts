import { describe, expect, it } from 'vitest';
import {
  asciiToBytes,
  bytesToLatin1,
  concatBytes,
  fromHex,
  toBase64,
  toHex,
} from '../../../../src/core/bytes/index.ts';
import {
  encodeDer,
  mlDsaSecretFromSeed,
  OBJECT_IDS,
  parseRsaSpki,
  type AlgorithmId,
  type MlDsaId,
} from '../../../../src/core/crypto/index.ts';
import {
  algorithmOfSlot,
  authKeyNamed,
  backupForms,
  checkKeystoreKey,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../../../src/core/wolfboot/index.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { keyPair } from '../../../support/keys.ts';
import { slotsOf, byId, vectorFile, vectors } from '../../../support/wolfboot-vectors.ts';

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function json(value: unknown): Uint8Array {
  return asciiToBytes(JSON.stringify(value, null, 2));
}

async function ecJwk(algorithm: AlgorithmId, crv: string) {
  const { publicKey } = await keyPair(algorithm);
  const half = publicKey.length / 2;
  const [x, y] = [publicKey.slice(0, half), publicKey.slice(half)].map(base64Url);
  return { kty: 'EC', crv, x, y };
}

describe('JWK', () => {
  it.each([
    ['ecdsa-p256', 'P-256'],
    ['ecdsa-p384', 'P-384'],
    ['ecdsa-p521', 'P-521'],
  ] as const)('%s', async (algorithm, crv) => {
    const { publicKey } = await keyPair(algorithm);
    const jwk = await ecJwk(algorithm, crv);
    for (const file of [json(jwk), json({ keys: [{ ...jwk, kid: '1', use: 'sig' }] })]) {
      const found = await parsePublicKeyFile(file, 'key.jwk');
      expect(found.algorithm).toBe(algorithm);
      expect(found.publicKey).toEqual(publicKey);
    }
    await expectRejects(
      parsePublicKeyFile(json({ ...jwk, y: jwk.x }), 'k'),
      'key-invalid',
      'curve',
    );
    await expectRejects(parsePublicKeyFile(json({ ...jwk, x: 'AQ' }), 'k'), 'malformed', '1 bytes');
    await expectRejects(parsePublicKeyFile(json({ ...jwk, x: 'a+b=' }), 'k'), 'malformed', 'x');
  });

  it.each([
    ['ed25519', 'Ed25519'],
    ['ed448', 'Ed448'],
  ] as const)('%s', async (algorithm, crv) => {
    const { publicKey } = await keyPair(algorithm);
    const file = json({ kty: 'OKP', crv, x: base64Url(publicKey) });
    expect((await parsePublicKeyFile(file, 'k')).publicKey).toEqual(publicKey);
    const short = json({ kty: 'OKP', crv, x: base64Url(publicKey.slice(1)) });
    await expectRejects(parsePublicKeyFile(short, 'k'), 'key-invalid', 'bytes long');
  });

  it.each([
    ['RS256', 'RSA2048'],
    ['PS256', 'RSAPSS2048'],
  ] as const)('RSA, %s', async (alg, name) => {
    const { publicKey } = await keyPair('rsa-2048');
    const { modulus } = parseRsaSpki(publicKey)!;
    const n = base64Url(fromHex(modulus.toString(16)));
    const found = await parsePublicKeyFile(json({ kty: 'RSA', alg, n, e: 'AQAB' }), 'k');
    expect(found.authKey.name).toBe(name);
    expect(found.publicKey).toEqual(publicKey);
    const even = json({ kty: 'RSA', n, e: 'AQAA' });
    await expectRejects(parsePublicKeyFile(even, 'k'), 'key-invalid', 'even');
  });

  it('refuses private keys by name, and never quotes them', async () => {
    const jwk = { ...(await ecJwk('ecdsa-p256', 'P-256')), d: 'c2VjcmV0' };
    await expectRejects(parsePublicKeyFile(json(jwk), 'k'), 'key-invalid', 'private key');
    const broken = asciiToBytes('{"kty":"EC","d":"c2VjcmV0');
    const error: unknown = await parsePublicKeyFile(broken, 'k').catch((thrown: unknown) => thrown);
    expect(JSON.stringify([String(error), error])).not.toContain('c2VjcmV0');
  });

  it('refuses other types, several keys and other JSON', async () => {
    const jwk = await ecJwk('ecdsa-p256', 'P-256');
    const files: readonly [unknown, string][] = [
      [{ kty: 'oct', k: 'AQAB' }, 'private'],
      [{ ...jwk, crv: 'secp256k1' }, 'type'],
      [{ kty: 'OKP', crv: 'X25519', x: 'AQ' }, 'type'],
      [{ keys: [jwk, jwk] }, '2 keys'],
      [{}, 'type'],
    ];
    for (const [value, words] of files) {
      await expectRejects(parsePublicKeyFile(json(value), 'k'), 'key-invalid', words);
    }
  });

  it('does not take a raw key that starts with a brace for JSON', async () => {
    // keygen made such a key: 7b is the first byte of its seed.
    const file = vectorFile('keys/ed25519-der/priv.der');
    expect(bytesToLatin1(file.subarray(0, 1))).toBe('{');
    await expectRejects(parsePublicKeyFile(file, 'k'), 'key-invalid', 'private key of Ed25519');
  });
});

/** PKCS#8 around the private key of ML-DSA. */
function mlDsaPkcs8(name: 'mlDsa44' | 'mlDsa65' | 'mlDsa87', content: Uint8Array): Uint8Array {
  return encodeDer(
    'sequence',
    encodeDer('integer', Uint8Array.of(0)),
    encodeDer('sequence', encodeDer('objectIdentifier', OBJECT_IDS[name])),
    encodeDer('octetString', content),
  );
}

describe('ML-DSA in PKCS#8 (RFC 9881)', () => {
  /** 000102…1f, as in the examples of appendix C. */
  const seed = Uint8Array.from({ length: 32 }, (_, index) => index);

  it('the example of appendix C.1, seed only, and the ends of its public key', async () => {
    const file = asciiToBytes(
      '-----BEGIN PRIVATE KEY-----\n' +
        'MDQCAQAwCwYJYIZIAWUDBAMRBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4f\n' +
        '-----END PRIVATE KEY-----\n',
    );
    const pair = await parsePrivateKeyFile(file, 'seed.pem');
    expect(pair.algorithm).toBe('ml-dsa-44');
    const hex = toHex(pair.publicKey);
    expect(hex.slice(0, 54)).toBe('d7b2b47254aae0db45e7930d4a98d2c97d8f1397d1789dafa17024');
    expect(hex.slice(-74)).toBe(
      'efa679369a2202766151f16a965f9f81ece76cc070b55869e4db9784cf05c830b3242c8312',
    );
    const pem = writePublicKeyFile('ml-dsa-44', pair.publicKey, 'spki-pem');
    const again = await parsePublicKeyFile(pem, 'pub.pem');
    expect(again.publicKey).toEqual(pair.publicKey);
  });

  it.each([
    ['mlDsa44', 'ml-dsa-44'],
    ['mlDsa65', 'ml-dsa-65'],
    ['mlDsa87', 'ml-dsa-87'],
  ] as const)('%s: seed, expanded key and both are the same key', async (name, id) => {
    const expanded = mlDsaSecretFromSeed(id, seed);
    const octets = encodeDer('octetString', expanded);
    const both = encodeDer('sequence', encodeDer('octetString', seed), octets);
    const forms = [encodeDer('implicit0', seed), octets, both];
    const pairs = await Promise.all(
      forms.map((content) => parsePrivateKeyFile(mlDsaPkcs8(name, content), 'k')),
    );
    for (const pair of pairs) {
      expect(pair).toEqual(pairs[0]);
      expect(pair.algorithm).toBe(id);
      expect(pair.privateKey.bytes).toEqual(expanded);
    }
  });

  it('refuses a seed and an expanded key that do not belong together', async () => {
    const id: MlDsaId = 'ml-dsa-44';
    const other = encodeDer('octetString', mlDsaSecretFromSeed(id, seed.slice().fill(9)));
    const both = encodeDer('sequence', encodeDer('octetString', seed), other);
    await expectRejects(parsePrivateKeyFile(mlDsaPkcs8('mlDsa44', both), 'k'), 'key-mismatch');
    const short = encodeDer('implicit0', seed.slice(1));
    await expectRejects(parsePrivateKeyFile(mlDsaPkcs8('mlDsa44', short), 'k'), 'malformed');
    const level = encodeDer('octetString', mlDsaSecretFromSeed('ml-dsa-65', seed));
    await expectRejects(parsePrivateKeyFile(mlDsaPkcs8('mlDsa44', level), 'k'), 'malformed');
  });

  it('refuses an expanded key that is damaged', async () => {
    const expanded = mlDsaSecretFromSeed('ml-dsa-44', seed);
    expanded[64] = (expanded[64] ?? 0) ^ 1;
    const file = mlDsaPkcs8('mlDsa44', encodeDer('octetString', expanded));
    await expectRejects(parsePrivateKeyFile(file, 'k'), 'key-mismatch');
  });
});

describe('PKCS#8 with more in it (RFC 5958)', () => {
  it('compares a public key that stands outside', async () => {
    const pair = await keyPair('ed25519');
    const head = writePrivateKeyFile(pair, 'pkcs8').slice(2);
    const file = (publicKey: Uint8Array): Uint8Array => {
      const outside = encodeDer('implicit1', Uint8Array.of(0), publicKey);
      const attributes = encodeDer('explicit0');
      const content = concatBytes(head, attributes, outside);
      content[2] = 1;
      return concatBytes(Uint8Array.of(0x30, content.length), content);
    };
    await expect(parsePrivateKeyFile(file(pair.publicKey), 'k')).resolves.toEqual(pair);
    const other = await keyPair('ed25519', 'b');
    await expectRejects(parsePrivateKeyFile(file(other.publicKey), 'k'), 'key-mismatch');
  });
});

describe('forms of private keys', () => {
  it.each([
    ['ed448', ['raw', 'pkcs8', 'pkcs8-pem']],
    ['ecdsa-p521', ['raw', 'der', 'pem', 'pkcs8', 'pkcs8-pem']],
    ['rsa-pss-3072', ['der', 'pem', 'pkcs8', 'pkcs8-pem']],
    ['ml-dsa-65', ['raw', 'pkcs8', 'pkcs8-pem']],
    ['lms', ['raw']],
    ['xmssmt', ['raw']],
  ] as const)('%s', (algorithm, forms) => {
    expect(backupForms(algorithm)).toEqual(forms);
  });

  it('refuses a form that an algorithm does not have', async () => {
    const pair = await keyPair('lms');
    for (const form of ['pem', 'pkcs8', 'pkcs8-pem'] as const) {
      expectThrows(() => writePrivateKeyFile(pair, form), 'invalid-argument');
    }
    expectThrows(() => writePublicKeyFile('lms', pair.publicKey, 'spki'), 'invalid-argument');
    const edwards = await keyPair('ed25519');
    expectThrows(() => writePrivateKeyFile(edwards, 'pem'), 'invalid-argument');
  });

  it('takes an RSA file for what is expected', async () => {
    const file = vectorFile('keys/rsapss3072/priv.der');
    expect((await parsePrivateKeyFile(file, 'k')).algorithm).toBe('rsa-3072');
    expect((await parsePrivateKeyFile(file, 'k', 'rsa-pss-3072')).algorithm).toBe('rsa-pss-3072');
    const wanted = parsePrivateKeyFile(file, 'k', ['rsa-4096', 'rsa-pss-4096']);
    await expectRejects(wanted, 'key-invalid', 'RSA-4096 or RSA-PSS-4096 is needed');
  });

  it('reads SEC1 without its public key, though it is as long as a raw Ed25519 key', async () => {
    const { privateKey, publicKey } = await keyPair('ecdsa-p384');
    const file = encodeDer(
      'sequence',
      encodeDer('integer', Uint8Array.of(1)),
      encodeDer('octetString', privateKey.bytes),
      encodeDer('explicit0', encodeDer('objectIdentifier', OBJECT_IDS.secp384r1)),
    );
    expect(file).toHaveLength(64);
    const pair = await parsePrivateKeyFile(file, 'k');
    expect(pair.algorithm).toBe('ecdsa-p384');
    expect(pair.publicKey).toEqual(publicKey);
  });
});

describe('files whose length is that of a raw key', () => {
  /** What a certificate has around its key; the extension makes it as long as wanted. */
  async function certificate(lengthBytes: number): Promise<Uint8Array> {
    const { publicKey } = await keyPair('ecdsa-p256');
    const spki = writePublicKeyFile('ecdsa-p256', publicKey, 'der');
    const empty = encodeDer('sequence');
    const build = (paddingBytes: number): Uint8Array =>
      encodeDer(
        'sequence',
        encodeDer(
          'sequence',
          encodeDer('explicit0', encodeDer('integer', Uint8Array.of(2))),
          encodeDer('integer', Uint8Array.of(1)),
          ...[empty, empty, empty, empty],
          spki,
        ),
        empty,
        encodeDer('bitString', new Uint8Array(paddingBytes)),
      );
    return build(lengthBytes - build(1000).length + 1000);
  }

  it.each([1411, 2113, 3872, 5848])('a certificate of %i bytes', async (lengthBytes) => {
    const file = await certificate(lengthBytes);
    expect(file).toHaveLength(lengthBytes);
    expect((await parsePublicKeyFile(file, 'k')).algorithm).toBe('ecdsa-p256');
    const asPrivate = parsePrivateKeyFile(file, 'k');
    await expectRejects(asPrivate, 'key-invalid', 'public key');
  });

  it('a raw key that starts like DER', async () => {
    let seed = 0;
    let found = await keyPair('ml-dsa-44', 'a');
    // The first bytes of a public ML-DSA key are random; those of this one are made so.
    const publicKey = found.publicKey.slice();
    publicKey.set([0x30, 0x82, 0x05, 0x1c]);
    expect((await parsePublicKeyFile(publicKey, 'k')).publicKey).toEqual(publicKey);
    while (found.publicKey[0] !== 0x30 && seed < 600) found = await keyPair('ed25519', `${seed++}`);
    const raw = writePrivateKeyFile(found, 'raw');
    await expect(parsePrivateKeyFile(raw, 'k', 'ed25519')).resolves.toEqual(found);
  });
});

describe('algorithmOfSlot', () => {
  function slot(id: string) {
    return slotsOf(byId(vectors.keys, id))[0]!;
  }

  it.each([
    ['mldsa2', undefined, 'ml-dsa-44'],
    ['mldsa3', undefined, 'ml-dsa-65'],
    ['mldsa5', 4627, 'ml-dsa-87'],
    ['lms-l2h5w8', 2644, 'lms'],
    ['xmss-10', undefined, 'xmss'],
    ['xmss-10', 2500, 'xmss'],
    ['xmssmt-20-2', 4963, 'xmssmt'],
    ['xmssmt-20-4', 9251, 'xmssmt'],
    ['rsapss2048', undefined, 'rsa-pss-2048'],
  ] as const)('%s with a signature of %s bytes', (id, signatureBytes, expected) => {
    const { keyType, publicKey } = slot(id);
    expect(algorithmOfSlot(keyType, publicKey, signatureBytes)).toBe(expected);
  });

  it('knows no algorithm of what is no key', () => {
    expect(algorithmOfSlot(0, new Uint8Array(32))).toBeUndefined();
    expect(algorithmOfSlot(11, new Uint8Array(7))).toBeUndefined();
    const shake = slot('xmss-10').publicKey.slice();
    shake[3] = 0x22;
    expect(algorithmOfSlot(10, shake)).toBeUndefined();
    // A parameter set that exists can stand in a keystore, though nothing here verifies with it.
    expect(() => {
      checkKeystoreKey(authKeyNamed('XMSS'), shake);
    }).not.toThrow();
  });
});

describe('numbers of megabytes are refused at once', () => {
  /** Longer than `encodeDer` writes lengths. */
  function huge(tag: number, content: Uint8Array): Uint8Array {
    const { length } = content;
    const head = Uint8Array.of(tag, 0x83, length >>> 16, (length >>> 8) & 0xff, length & 0xff);
    return concatBytes(head, content);
  }
  const modulus = huge(0x02, new Uint8Array(8_000_000).fill(0x7f));
  const exponent = encodeDer('integer', Uint8Array.of(1, 0, 1));

  async function quickly(work: Promise<unknown>): Promise<void> {
    const start = performance.now();
    await expectRejects(work, 'malformed', 'more than any RSA key');
    expect(performance.now() - start).toBeLessThan(3000);
  }

  it('in a public key, bare and as SubjectPublicKeyInfo', async () => {
    const bare = huge(0x30, concatBytes(modulus, exponent));
    const algorithm = encodeDer(
      'sequence',
      encodeDer('objectIdentifier', OBJECT_IDS.rsaEncryption),
      encodeDer('null'),
    );
    const bits = huge(0x03, concatBytes(Uint8Array.of(0), bare));
    await quickly(parsePublicKeyFile(bare, 'k.der'));
    await quickly(parsePublicKeyFile(huge(0x30, concatBytes(algorithm, bits)), 'k.der'));
  });

  it('in a private key', async () => {
    const version = encodeDer('integer', Uint8Array.of(0));
    const key = huge(0x30, concatBytes(version, modulus, exponent));
    await quickly(parsePrivateKeyFile(key, 'k.der'));
  });

  it('in a JWK', async () => {
    const n = 'f39_'.repeat(2_000_000);
    await quickly(parsePublicKeyFile(json({ kty: 'RSA', n, e: 'AQAB' }), 'k.json'));
  });
});
