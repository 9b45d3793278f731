import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes, fromHex } from '../../src/core/bytes/index.ts';
import { hash, scheme } from '../../src/core/crypto/index.ts';
import {
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../src/core/wolfboot/index.ts';
import { seededRng } from '../support/bytes-rng.ts';
import { signatureFromDer, signatureToDer } from '../support/ecdsa-der.ts';
import { keyPair } from '../support/keys.ts';
import { workFolder, type RunResult, type WorkFolder } from '../support/peer-tools.ts';

/* openssl verifies what we sign, we verify what openssl signs, and each reads the other's key files. */

const ROUNDS = 8;
const rng = seededRng('openssl');

let folder: WorkFolder;

beforeEach(() => {
  folder = workFolder();
});
afterEach(() => {
  folder.remove();
});

function openssl(...args: readonly string[]): RunResult {
  return folder.run('openssl', ...args);
}

describe('openssl and ECDSA P-256', () => {
  const p256 = scheme('ecdsa-p256');

  it.each(['sha256', 'sha384'] as const)(
    'verifies our signatures of %s digests',
    async (hashId) => {
      for (let round = 0; round < ROUNDS; round++) {
        const pair = await p256.generate({ algorithm: 'ecdsa-p256' }, { rng });
        const digest = hash(hashId, rng.bytes(100));
        const { signature } = await p256.sign(pair.privateKey, digest, { rng });
        folder.write('pub.der', writePublicKeyFile('ecdsa-p256', pair.publicKey, 'der'));
        folder.write('digest', digest);
        folder.write('signature', signatureToDer(signature));
        const verify = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', 'pub.der'];
        const files = ['-in', 'digest', '-sigfile', 'signature'];
        expect(openssl(...verify, ...files)).toMatchObject({ exitCode: 0 });
        folder.write('digest', digest.fill(0, 0, 4));
        expect(openssl(...verify, ...files).exitCode).not.toBe(0);
      }
    },
  );

  it('makes signatures that we verify', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'key.pem');
      const pair = await parsePrivateKeyFile(folder.read('key.pem'), 'key.pem');
      const digest = hash('sha256', rng.bytes(50));
      folder.write('digest', digest);
      const { output } = openssl('pkeyutl', '-sign', '-inkey', 'key.pem', '-in', 'digest');
      const signature = signatureFromDer(output, 32);
      await expect(p256.verify(pair.publicKey, digest, signature)).resolves.toBe(true);
      await expect(p256.verify(pair.publicKey, digest.fill(1, 31), signature)).resolves.toBe(false);
    }
  });

  it('writes keys in every form that we read as the same key', async () => {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem');
    openssl('ec', '-in', 'key.pem', '-outform', 'DER', '-out', 'sec1.der');
    openssl('pkey', '-in', 'key.pem', '-out', 'pkcs8.pem');
    openssl('pkcs8', '-in', 'key.pem', '-topk8', '-nocrypt', '-outform', 'DER', '-out', 'p8.der');
    openssl('ec', '-in', 'key.pem', '-no_public', '-outform', 'DER', '-out', 'short.der');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-outform', 'DER', '-out', 'pub.der');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'pub.pem');
    const pair = await parsePrivateKeyFile(folder.read('key.pem'), 'key.pem');
    for (const name of ['sec1.der', 'pkcs8.pem', 'p8.der', 'short.der']) {
      await expect(parsePrivateKeyFile(folder.read(name), name)).resolves.toEqual(pair);
    }
    for (const name of ['pub.der', 'pub.pem']) {
      const { publicKey } = await parsePublicKeyFile(folder.read(name), name);
      expect(publicKey).toEqual(pair.publicKey);
    }
    expect(writePrivateKeyFile(pair, 'der')).toEqual(folder.read('sec1.der'));
    expect(writePublicKeyFile('ecdsa-p256', pair.publicKey, 'der')).toEqual(folder.read('pub.der'));
  });

  it('finds nothing wrong with our keys', async () => {
    folder.write('key.der', writePrivateKeyFile(await keyPair('ecdsa-p256'), 'der'));
    expect(openssl('pkey', '-inform', 'DER', '-in', 'key.der', '-check', '-noout')).toMatchObject({
      exitCode: 0,
    });
  });

  it('writes encrypted keys, which we refuse', async () => {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem');
    openssl('pkey', '-in', 'key.pem', '-aes128', '-passout', 'pass:x', '-out', 'sealed.pem');
    openssl('ec', '-in', 'key.pem', '-aes128', '-passout', 'pass:x', '-out', 'old.pem');
    for (const name of ['sealed.pem', 'old.pem']) {
      await expect(parsePrivateKeyFile(folder.read(name), name)).rejects.toThrow('encrypted');
    }
  });
});

describe('openssl and Ed25519', () => {
  const ed25519 = scheme('ed25519');
  const spkiHead = fromHex('302a300506032b6570032100');

  it('verifies our signatures', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const pair = await ed25519.generate({ algorithm: 'ed25519' }, { rng });
      const digest = hash('sha256', rng.bytes(100));
      const { signature } = await ed25519.sign(pair.privateKey, digest, { rng });
      folder.write('pub.der', concatBytes(spkiHead, pair.publicKey));
      folder.write('digest', digest);
      folder.write('signature', signature);
      const verify = ['pkeyutl', '-verify', '-rawin', '-pubin', '-keyform', 'DER'];
      const files = ['-inkey', 'pub.der', '-in', 'digest', '-sigfile', 'signature'];
      expect(openssl(...verify, ...files)).toMatchObject({ exitCode: 0 });
      folder.write('digest', digest.fill(0, 0, 4));
      expect(openssl(...verify, ...files).exitCode).not.toBe(0);
    }
  });

  it('makes keys and signatures that are the same as ours', async () => {
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'key.pem');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'pub.pem');
    const pair = await parsePrivateKeyFile(folder.read('key.pem'), 'key.pem');
    const { publicKey } = await parsePublicKeyFile(folder.read('pub.pem'), 'pub.pem');
    expect(publicKey).toEqual(pair.publicKey);
    const message = asciiToBytes('the digest of an image');
    folder.write('message', message);
    const { output } = openssl('pkeyutl', '-sign', '-rawin', '-inkey', 'key.pem', '-in', 'message');
    expect((await ed25519.sign(pair.privateKey, message, { rng })).signature).toEqual(output);
    await expect(ed25519.verify(publicKey, message, output)).resolves.toBe(true);
  });
});
