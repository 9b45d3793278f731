import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hash,
  scheme,
  signRsaDigestInfo,
  verifyRsaDigestInfo,
} from '../../src/core/crypto/index.ts';
import type { AlgorithmId, KeyPair } from '../../src/core/crypto/index.ts';
import {
  authKeyOfAlgorithm,
  backupForms,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../src/core/wolfboot/index.ts';
import { seededRng } from '../support/bytes-rng.ts';
import { signatureFromDer, signatureToDer } from '../support/ecdsa-der.ts';
import { keyPair } from '../support/keys.ts';
import { workFolder, type RunResult, type WorkFolder } from '../support/peer-tools.ts';

/* Every algorithm that openssl has too: keys in every form, and signatures, both ways. */

const rng = seededRng('openssl keys');

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

/** Words of `openssl genpkey`. */
const generators: Readonly<Partial<Record<AlgorithmId, readonly string[]>>> = {
  ed25519: ['-algorithm', 'ed25519'],
  ed448: ['-algorithm', 'ed448'],
  'ecdsa-p256': ['-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'ecdsa-p384': ['-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'ecdsa-p521': ['-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  'rsa-2048': ['-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa-3072': ['-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:3072'],
};

const generated = Object.entries(generators) as [AlgorithmId, readonly string[]][];
const known: readonly AlgorithmId[] = [
  ...generated.map(([algorithm]) => algorithm),
  'rsa-4096',
  'rsa-pss-2048',
  'rsa-pss-3072',
  'rsa-pss-4096',
];

describe.each(known)('our %s keys', (algorithm) => {
  it('are read by openssl in every form, as the same key', async () => {
    const pair = await keyPair(algorithm);
    const spki = writePublicKeyFile(algorithm, pair.publicKey, 'spki');
    for (const form of backupForms(algorithm).filter((each) => each !== 'raw')) {
      const isPem = form.endsWith('pem');
      folder.write('key', writePrivateKeyFile(pair, form));
      const input = ['-in', 'key', '-inform', isPem ? 'PEM' : 'DER'];
      const { output, exitCode } = openssl('pkey', ...input, '-pubout', '-outform', 'DER');
      expect({ form, exitCode }).toEqual({ form, exitCode: 0 });
      expect(output).toEqual(spki);
      expect(openssl('pkey', ...input, '-check', '-noout')).toMatchObject({ exitCode: 0 });
    }
  });

  it('are read by openssl as public keys', async () => {
    const { publicKey } = await keyPair(algorithm);
    folder.write('pub.pem', writePublicKeyFile(algorithm, publicKey, 'spki-pem'));
    const { output } = openssl('pkey', '-pubin', '-in', 'pub.pem', '-outform', 'DER');
    expect(output).toEqual(writePublicKeyFile(algorithm, publicKey, 'spki'));
  });
});

describe.each(generated)("openssl's %s keys", (algorithm, words) => {
  const authKey = authKeyOfAlgorithm(algorithm);

  async function generate(): Promise<KeyPair> {
    openssl('genpkey', ...words, '-out', 'key.pem');
    return parsePrivateKeyFile(folder.read('key.pem'), 'key.pem', algorithm);
  }

  it('are read in every form, and written as openssl does', async () => {
    const pair = await generate();
    expect(pair.algorithm).toBe(algorithm);
    openssl(
      'pkcs8',
      '-topk8',
      '-nocrypt',
      '-in',
      'key.pem',
      '-outform',
      'DER',
      '-out',
      'pkcs8.der',
    );
    expect(writePrivateKeyFile(pair, 'pkcs8')).toEqual(folder.read('pkcs8.der'));
    expect(writePrivateKeyFile(pair, 'pkcs8-pem')).toEqual(folder.read('key.pem'));
    const names = ['pkcs8.der'];
    if (backupForms(algorithm).includes('pem')) {
      openssl('pkey', '-in', 'key.pem', '-traditional', '-out', 'old.pem');
      openssl('pkey', '-in', 'key.pem', '-traditional', '-outform', 'DER', '-out', 'old.der');
      expect(writePrivateKeyFile(pair, 'pem')).toEqual(folder.read('old.pem'));
      expect(writePrivateKeyFile(pair, 'der')).toEqual(folder.read('old.der'));
      names.push('old.pem', 'old.der');
    }
    for (const name of names) {
      await expect(parsePrivateKeyFile(folder.read(name), name)).resolves.toEqual(pair);
    }
  });

  it('are read as public keys, from a certificate too', async () => {
    const { publicKey } = await generate();
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'pub.pem');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-outform', 'DER', '-out', 'pub.der');
    const subject = ['-subj', '/C=JP/O=Keyfuse/CN=test', '-days', '9'];
    openssl('req', '-x509', '-new', '-key', 'key.pem', ...subject, '-out', 'cert.pem');
    openssl('x509', '-in', 'cert.pem', '-outform', 'DER', '-out', 'cert.der');
    for (const name of ['pub.pem', 'pub.der', 'cert.pem', 'cert.der']) {
      const found = await parsePublicKeyFile(folder.read(name), name, authKey.name);
      expect(found.algorithm).toBe(algorithm);
      expect(found.publicKey).toEqual(publicKey);
      await expect(parsePrivateKeyFile(folder.read(name), name)).rejects.toThrow(
        /public|CERTIFICATE|no private key/,
      );
    }
    expect(writePublicKeyFile(algorithm, publicKey, 'spki')).toEqual(folder.read('pub.der'));
  });
});

describe('public keys in other forms of openssl', () => {
  it.each(['P-256', 'P-384', 'P-521'])('%s: a compressed point', async (curve) => {
    const option = `ec_paramgen_curve:${curve}`;
    openssl('genpkey', '-algorithm', 'ec', '-pkeyopt', option, '-out', 'key.pem');
    const { publicKey } = await parsePrivateKeyFile(folder.read('key.pem'), 'key.pem');
    openssl('ec', '-in', 'key.pem', '-conv_form', 'compressed', '-pubout', '-out', 'pub.pem');
    const found = await parsePublicKeyFile(folder.read('pub.pem'), 'pub.pem');
    expect(found.publicKey).toEqual(publicKey);
    // The private key carries its public half compressed as well.
    openssl('ec', '-in', 'key.pem', '-conv_form', 'compressed', '-out', 'small.pem');
    const pair = await parsePrivateKeyFile(folder.read('small.pem'), 'small.pem');
    expect(pair.publicKey).toEqual(publicKey);
  });

  it('RSA: PKCS#1', async () => {
    const { publicKey } = await keyPair('rsa-3072');
    folder.write('pub.der', publicKey);
    const words = ['rsa', '-pubin', '-inform', 'DER', '-in', 'pub.der', '-RSAPublicKey_out'];
    openssl(...words, '-out', 'pkcs1.pem');
    openssl(...words, '-outform', 'DER', '-out', 'pkcs1.der');
    for (const name of ['pkcs1.pem', 'pkcs1.der']) {
      const found = await parsePublicKeyFile(folder.read(name), name);
      expect(found.authKey.name).toBe('RSA3072');
      expect(found.publicKey).toEqual(publicKey);
    }
  });

  it('RSA: keys marked for PSS', async () => {
    const bits = 'rsa_keygen_bits:2048';
    openssl('genpkey', '-algorithm', 'rsa-pss', '-pkeyopt', bits, '-out', 'key.pem');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'pub.pem');
    const pair = await parsePrivateKeyFile(folder.read('key.pem'), 'key.pem');
    expect(pair.algorithm).toBe('rsa-pss-2048');
    const found = await parsePublicKeyFile(folder.read('pub.pem'), 'pub.pem');
    expect(found.authKey.name).toBe('RSAPSS2048');
    expect(found.publicKey).toEqual(pair.publicKey);
  });

  it('RSA: other sizes and exponents', async () => {
    const words = ['genpkey', '-algorithm', 'rsa', '-pkeyopt'];
    openssl(...words, 'rsa_keygen_bits:1024', '-out', 'small.pem');
    await expect(parsePrivateKeyFile(folder.read('small.pem'), 's')).rejects.toThrow('1024 bits');
    openssl(...words, 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3', '-out', 'e3.pem');
    const pair = await parsePrivateKeyFile(folder.read('e3.pem'), 'e3.pem');
    expect(pair.publicKey).toHaveLength(292);
    const { signature } = await scheme('rsa-2048').sign(pair.privateKey, rng.bytes(32), { rng });
    expect(signature).toHaveLength(256);
    openssl(...words, 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_primes:3', '-out', 'p3.pem');
    await expect(parsePrivateKeyFile(folder.read('p3.pem'), 'p3.pem')).rejects.toThrow();
  });
});

/** Verifies `signature` of the file `digest` with openssl. */
function verifies(pair: KeyPair, signature: Uint8Array, ...options: readonly string[]): boolean {
  folder.write('pub.pem', writePublicKeyFile(pair.algorithm, pair.publicKey, 'spki-pem'));
  folder.write('signature', signature);
  const words = ['pkeyutl', '-verify', '-pubin', '-inkey', 'pub.pem', '-in', 'digest'];
  return openssl(...words, '-sigfile', 'signature', ...options).exitCode === 0;
}

function signs(pair: KeyPair, ...options: readonly string[]): Uint8Array {
  folder.write('key.pem', writePrivateKeyFile(pair, 'pkcs8-pem'));
  return openssl('pkeyutl', '-sign', '-inkey', 'key.pem', '-in', 'digest', ...options).output;
}

function rsaOptions(algorithm: AlgorithmId, hashId: string): readonly string[] {
  const mode = algorithm.startsWith('rsa-pss')
    ? ['rsa_padding_mode:pss', 'rsa_pss_saltlen:digest', `digest:${hashId}`]
    : ['rsa_padding_mode:pkcs1'];
  return mode.flatMap((option) => ['-pkeyopt', option]);
}

describe('signatures', () => {
  it.each([
    ['ecdsa-p256', 32],
    ['ecdsa-p384', 48],
    ['ecdsa-p521', 66],
  ] as const)('%s', async (algorithm, fieldBytes) => {
    const pair = await keyPair(algorithm);
    const using = scheme(algorithm);
    for (const hashId of ['sha256', 'sha384', 'sha3-384'] as const) {
      const digest = hash(hashId, rng.bytes(40));
      folder.write('digest', digest);
      const { signature } = await using.sign(pair.privateKey, digest, { rng });
      expect(verifies(pair, signatureToDer(signature))).toBe(true);
      const theirs = signatureFromDer(signs(pair), fieldBytes);
      await expect(using.verify(pair.publicKey, digest, theirs)).resolves.toBe(true);
      folder.write('digest', digest.fill(0, 0, 2));
      expect(verifies(pair, signatureToDer(signature))).toBe(false);
      await expect(using.verify(pair.publicKey, digest, theirs)).resolves.toBe(false);
    }
  });

  it.each(['ed25519', 'ed448'] as const)('%s: the same bytes', async (algorithm) => {
    const pair = await keyPair(algorithm);
    const digest = hash('sha384', rng.bytes(40));
    folder.write('digest', digest);
    const { signature } = await scheme(algorithm).sign(pair.privateKey, digest, { rng });
    expect(verifies(pair, signature, '-rawin')).toBe(true);
    expect(signs(pair, '-rawin')).toEqual(signature);
  });

  it.each(known.filter((id) => id.startsWith('rsa-')))('%s', async (algorithm) => {
    const pair = await keyPair(algorithm);
    const using = scheme(algorithm);
    for (const hashId of ['sha256', 'sha384'] as const) {
      const digest = hash(hashId, rng.bytes(40));
      const options = rsaOptions(algorithm, hashId);
      folder.write('digest', digest);
      const { signature } = await using.sign(pair.privateKey, digest, { rng });
      expect(verifies(pair, signature, ...options)).toBe(true);
      const theirs = signs(pair, ...options);
      await expect(using.verify(pair.publicKey, digest, theirs)).resolves.toBe(true);
      if (!algorithm.startsWith('rsa-pss')) expect(theirs).toEqual(signature);
      folder.write('digest', digest.fill(0, 0, 2));
      expect(verifies(pair, signature, ...options)).toBe(false);
      await expect(using.verify(pair.publicKey, digest, theirs)).resolves.toBe(false);
    }
  });

  it('rsa-2048: the bare digest comes out again', async () => {
    const pair = await keyPair('rsa-2048');
    const digest = hash('sha256', rng.bytes(40));
    const { signature } = await scheme('rsa-2048').sign(pair.privateKey, digest, { rng });
    folder.write('pub.pem', writePublicKeyFile('rsa-2048', pair.publicKey, 'spki-pem'));
    folder.write('signature', signature);
    const words = ['pkeyutl', '-verifyrecover', '-pubin', '-inkey', 'pub.pem', '-in', 'signature'];
    expect(openssl(...words).output).toEqual(digest);
  });

  it.each(['sha256', 'sha384', 'sha3-384'] as const)('RSA with DigestInfo: %s', async (hashId) => {
    const pair = await keyPair('rsa-3072');
    const digest = hash(hashId, rng.bytes(40));
    folder.write('digest', digest);
    const signature = await signRsaDigestInfo(pair.privateKey, digest, hashId, { rng });
    const options = ['-pkeyopt', 'rsa_padding_mode:pkcs1', '-pkeyopt', `digest:${hashId}`];
    expect(verifies(pair, signature, ...options)).toBe(true);
    expect(signs(pair, ...options)).toEqual(signature);
    await expect(verifyRsaDigestInfo(pair.publicKey, digest, hashId, signature)).resolves.toBe(
      true,
    );
    await expect(scheme('rsa-3072').verify(pair.publicKey, digest, signature)).resolves.toBe(false);
  });
});
