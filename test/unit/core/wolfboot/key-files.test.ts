import { beforeAll, describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes, fromHex } from '../../../../src/core/bytes/index.ts';
import type { KeyPair } from '../../../../src/core/crypto/index.ts';
import {
  authKeyNamed,
  authKeys,
  checkKeystoreKey,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../../../src/core/wolfboot/index.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { keyPair } from '../../../support/keys.ts';
import { vectorFile } from '../../../support/wolfboot-vectors.ts';

let ed25519: KeyPair;
let p256: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  ed25519 = await keyPair('ed25519');
  p256 = await keyPair('ecdsa-p256');
  other = await keyPair('ecdsa-p256', 'b');
});

function pem(label: string, der: Uint8Array): Uint8Array {
  const base64 = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return asciiToBytes(`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`);
}

/** PKCS#8 of Ed25519 (RFC 8410, section 7) and of P-256 around a SEC1 key. */
function pkcs8(pair: KeyPair): Uint8Array {
  if (pair.algorithm === 'ed25519') {
    return concatBytes(fromHex('302e020100300506032b657004220420'), pair.privateKey.bytes);
  }
  const sec1 = concatBytes(
    fromHex('306b0201010420'),
    pair.privateKey.bytes,
    fromHex('a14403420004'),
    pair.publicKey,
  );
  return concatBytes(fromHex('308187020100301306072a8648ce3d020106082a8648ce3d030107046d'), sec1);
}

describe('parsePrivateKeyFile', () => {
  it('reads what writePrivateKeyFile writes', async () => {
    for (const pair of [ed25519, p256]) {
      for (const form of ['raw', 'der'] as const) {
        const file = writePrivateKeyFile(pair, form);
        await expect(parsePrivateKeyFile(file, 'k', pair.algorithm)).resolves.toEqual(pair);
      }
    }
  });

  it('reads PKCS#8, as DER and as PEM', async () => {
    for (const pair of [ed25519, p256]) {
      await expect(parsePrivateKeyFile(pkcs8(pair), 'k')).resolves.toEqual(pair);
      const text = concatBytes(asciiToBytes('a comment\r\n'), pem('PRIVATE KEY', pkcs8(pair)));
      await expect(parsePrivateKeyFile(text, 'k.pem')).resolves.toEqual(pair);
    }
  });

  it('reads SEC1 in PEM behind EC PARAMETERS, as openssl ecparam writes it', async () => {
    const text = concatBytes(
      pem('EC PARAMETERS', fromHex('06082a8648ce3d030107')),
      pem('EC PRIVATE KEY', writePrivateKeyFile(p256, 'der')),
    );
    await expect(parsePrivateKeyFile(text, 'k.pem')).resolves.toEqual(p256);
  });

  it('derives the public key where the file has none', async () => {
    const sec1 = concatBytes(
      fromHex('30310201010420'),
      p256.privateKey.bytes,
      fromHex('a00a06082a8648ce3d030107'),
    );
    await expect(parsePrivateKeyFile(sec1, 'k')).resolves.toEqual(p256);
  });

  it('refuses halves that do not belong together', async () => {
    const wrong = { ...p256, publicKey: other.publicKey };
    await expectRejects(
      parsePrivateKeyFile(writePrivateKeyFile(wrong, 'raw'), 'k'),
      'key-mismatch',
      'public half',
    );
    await expectRejects(
      parsePrivateKeyFile(writePrivateKeyFile(wrong, 'der'), 'k'),
      'key-mismatch',
    );
  });

  it('refuses a zero scalar', async () => {
    const file = writePrivateKeyFile(p256, 'raw').fill(0, 64);
    await expectRejects(parsePrivateKeyFile(file, 'k'), 'key-mismatch');
  });

  it('refuses another scheme than expected', async () => {
    await expectRejects(
      parsePrivateKeyFile(writePrivateKeyFile(p256, 'raw'), 'k', 'ed25519'),
      'key-invalid',
      'ECDSA P-256',
    );
  });

  it('names public keys for what they are', async () => {
    await expectRejects(parsePrivateKeyFile(ed25519.publicKey, 'k'), 'unrecognised-file', 'public');
    await expectRejects(parsePrivateKeyFile(p256.publicKey, 'k'), 'key-mismatch', 'public key');
    const startsLikeDer = Uint8Array.of(0x30, 0x17, ...ed25519.publicKey.subarray(2));
    await expectRejects(parsePrivateKeyFile(startsLikeDer, 'k'), 'unrecognised-file', 'public');
    const spki = writePublicKeyFile('ecdsa-p256', p256.publicKey, 'der');
    await expectRejects(parsePrivateKeyFile(spki, 'k'), 'key-invalid', 'public key');
    await expectRejects(parsePrivateKeyFile(pem('PUBLIC KEY', spki), 'k'), 'key-invalid', 'public');
  });

  it('says how to decrypt an encrypted key', async () => {
    const encrypted = pem('ENCRYPTED PRIVATE KEY', new Uint8Array(40));
    await expectRejects(parsePrivateKeyFile(encrypted, 'k'), 'key-invalid', 'openssl pkey');
    const old = asciiToBytes(
      '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n',
    );
    await expectRejects(parsePrivateKeyFile(old, 'k'), 'key-invalid', 'encrypted');
  });

  it('names files that are no keys', async () => {
    const files: readonly [Uint8Array, string][] = [
      [new Uint8Array(), 'empty'],
      [vectorFile('keystores/single-ecc256/keystore.der'), 'keystore.der'],
      [vectorFile('otp/ecc256-1-stm32h5/otp.bin'), 'OTP image'],
      [asciiToBytes('WOLF and more'), 'firmware image'],
      [asciiToBytes('ssh-ed25519 AAAA'), 'OpenSSH'],
      [asciiToBytes('hello'), '5 bytes'],
    ];
    for (const [file, words] of files) {
      await expectRejects(parsePrivateKeyFile(file, 'k'), 'unrecognised-file', words);
    }
  });

  it.each([
    ['a curve that is not named', `30250201010420${'11'.repeat(32)}`],
    ['a short scalar', `30300201010 41f${'11'.repeat(31)}a00a06082a8648ce3d030107`],
    ['a length beyond the end', `30ff0201010420${'11'.repeat(32)}`],
    ['bytes behind the key', `30310201010420${'11'.repeat(32)}a00a06082a8648ce3d03010700`],
    ['a length of five bytes', '308500000000010203'],
    ['an endless length', '30800201010000'],
    ['a length longer than needed', '30810302010104'],
  ])('refuses broken DER: %s', async (_name, hex) => {
    await expectRejects(parsePrivateKeyFile(fromHex(hex), 'k.der'), 'malformed', 'k.der');
  });

  it.each([
    ['no END line', '-----BEGIN PRIVATE KEY-----\nAAAA\n'],
    ['another END line', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n'],
    ['no base64', '-----BEGIN PRIVATE KEY-----\nA!AA\n-----END PRIVATE KEY-----\n'],
    ['cut base64', '-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----\n'],
  ])('refuses broken PEM: %s', async (_name, text) => {
    await expectRejects(parsePrivateKeyFile(asciiToBytes(text), 'k.pem'), 'malformed', 'k.pem');
  });

  it('says nothing about the key in its errors', async () => {
    const file = writePrivateKeyFile({ ...p256, publicKey: other.publicKey }, 'raw');
    const error: unknown = await parsePrivateKeyFile(file, 'k').catch((thrown: unknown) => thrown);
    const words = JSON.stringify([String(error), error]);
    const secret = Buffer.from(p256.privateKey.bytes);
    expect(words).not.toContain(secret.toString('hex').slice(0, 8));
  });
});

describe('parsePublicKeyFile', () => {
  it('reads raw, SPKI and PEM', async () => {
    const spki = writePublicKeyFile('ecdsa-p256', p256.publicKey, 'der');
    expect(spki).toHaveLength(91);
    for (const file of [p256.publicKey, spki, pem('PUBLIC KEY', spki)]) {
      const found = await parsePublicKeyFile(file, 'k');
      expect(found).toMatchObject({ algorithm: 'ecdsa-p256', keyType: 2 });
      expect(found.publicKey).toEqual(p256.publicKey);
    }
    const edSpki = concatBytes(fromHex('302a300506032b6570032100'), ed25519.publicKey);
    expect((await parsePublicKeyFile(edSpki, 'k')).publicKey).toEqual(ed25519.publicKey);
    expect(writePublicKeyFile('ed25519', ed25519.publicKey, 'der')).toEqual(ed25519.publicKey);
  });

  it('reads an RSA key as PSS when that is asked for', async () => {
    const file = vectorFile('keys/rsa2048/priv_pub.der');
    expect((await parsePublicKeyFile(file, 'k')).authKey.name).toBe('RSA2048');
    expect((await parsePublicKeyFile(file, 'k', 'RSAPSS2048')).authKey.name).toBe('RSAPSS2048');
    await expectRejects(parsePublicKeyFile(file, 'k', 'RSA4096'), 'key-invalid', 'RSA-2048');
  });

  it('refuses another type than expected', async () => {
    await expectRejects(
      parsePublicKeyFile(p256.publicKey, 'k', 'ED25519'),
      'key-invalid',
      'Ed25519 is needed',
    );
  });

  it('refuses private keys of every kind by name', async () => {
    const files = [
      writePrivateKeyFile(ed25519, 'raw'),
      writePrivateKeyFile(p256, 'raw'),
      writePrivateKeyFile(p256, 'der'),
      pkcs8(p256),
      pkcs8(ed25519),
      pem('PRIVATE KEY', pkcs8(p256)),
      pem('EC PRIVATE KEY', writePrivateKeyFile(p256, 'der')),
      vectorFile('keys/rsa2048/priv.der'),
    ];
    for (const file of files) {
      await expectRejects(parsePublicKeyFile(file, 'k'), 'key-invalid', 'private');
    }
  });

  it('writes out a compressed point, in SubjectPublicKeyInfo or bare', async () => {
    const even = (p256.publicKey.at(-1) ?? 0) % 2 === 0;
    const x = p256.publicKey.slice(0, 32);
    const point = concatBytes(Uint8Array.of(even ? 2 : 3), x);
    const prefix = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');
    const uncompressed = concatBytes(Uint8Array.of(4), p256.publicKey);
    for (const file of [concatBytes(prefix, point), point, uncompressed]) {
      const found = await parsePublicKeyFile(file, 'k');
      expect(found).toMatchObject({ algorithm: 'ecdsa-p256' });
      expect(found.publicKey).toEqual(p256.publicKey);
    }
    const noPoint = concatBytes(Uint8Array.of(2), new Uint8Array(32).fill(0xff));
    await expectRejects(parsePublicKeyFile(noPoint, 'k'), 'key-invalid', 'curve');
  });

  it('refuses keys that can verify nothing', async () => {
    await expectRejects(
      parsePublicKeyFile(new Uint8Array(64).fill(3), 'k'),
      'key-invalid',
      'curve',
    );
    await expectRejects(parsePublicKeyFile(new Uint8Array(32), 'k'), 'key-invalid', 'zero');
    await expectRejects(parsePublicKeyFile(new Uint8Array(60).fill(1), 'k'), 'key-invalid', 'LMS');
  });

  it('refuses other curves and other files', async () => {
    const secp256k1 = fromHex(`3056301006072a8648ce3d020106052b8104000a034200${'04'.repeat(65)}`);
    await expectRejects(parsePublicKeyFile(secp256k1, 'k'), 'key-invalid', 'curve');
    await expectRejects(parsePublicKeyFile(asciiToBytes('hello'), 'k'), 'unrecognised-file');
    const request = pem('CERTIFICATE REQUEST', new Uint8Array(30));
    await expectRejects(parsePublicKeyFile(request, 'k'), 'key-invalid', 'CERTIFICATE REQUEST');
    const certificate = pem('CERTIFICATE', new Uint8Array(30));
    await expectRejects(parsePublicKeyFile(certificate, 'k'), 'malformed');
  });
});

describe('checkKeystoreKey', () => {
  it('knows fourteen key types by number, name and option', () => {
    expect(authKeys.map(({ code }) => code)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    ]);
    expect(authKeyNamed('ML_DSA').option).toBe('--ml_dsa');
    expect(authKeyNamed('RSAPSS2048').option).toBe('--rsapss2048');
  });

  it.each(authKeys.map((key) => ({ name: key.name, key })))(
    'refuses an empty, a zero and a random $name key',
    ({ key }) => {
      const size = key.keySizesBytes[0]!;
      expectThrows(() => checkKeystoreKey(key, new Uint8Array()), 'key-invalid', 'missing');
      expectThrows(() => checkKeystoreKey(key, new Uint8Array(size)), 'key-invalid', 'zero');
      expectThrows(() => checkKeystoreKey(key, new Uint8Array(size + 1).fill(1)), 'key-invalid');
      // Every string of the right length is an ML-DSA public key.
      if (key.family === 'ml-dsa') return;
      expectThrows(() => checkKeystoreKey(key, new Uint8Array(size).fill(0xfe)), 'key-invalid');
    },
  );

  it('refuses an RSA key of another size', () => {
    const key = vectorFile('keys/rsa2048/slot_pubkey.bin');
    expect(() => checkKeystoreKey(authKeyNamed('RSA2048'), key)).not.toThrow();
    expectThrows(() => checkKeystoreKey(authKeyNamed('RSA4096'), key), 'key-invalid', '2048 bits');
  });
});
