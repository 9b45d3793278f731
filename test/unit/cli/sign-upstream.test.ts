import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/* `--upstream-compatible`: what wolfBoot's sign makes of words and keys that ours refuses. */

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
  directory.write('rsa.der', vectorFile('keys/rsa3072/priv.der'));
  directory.write('rsa_pub.der', vectorFile('keys/rsa3072/priv_pub.der'));
});
afterEach(() => {
  directory.remove();
});

type Environment = Readonly<Record<string, string>>;

const sign = (words: string, environment: Environment = {}) =>
  directory.run(['sign', '--no-ts', ...words.split(' ')], { environment });

/** Refused as it is, with the words; made with the option. */
async function onlyCompatible(
  words: string,
  refusal: string,
  output: string,
  environment: Environment = {},
): Promise<string> {
  const strict = await sign(words, environment);
  expect(strict.exitCode).toBeGreaterThan(0);
  expect(strict.stderr).toContain(refusal);
  const before = directory.list();
  const { exitCode, stderr } = await sign(`--upstream-compatible ${words}`, environment);
  expect(exitCode).toBe(0);
  expect(directory.list()).toEqual([...before, output].sort());
  return stderr;
}

describe('words', () => {
  it.each([
    ['1.2.3', 1],
    ['abc', 0],
    ['0x10', 0],
    ['+7x', 7],
  ])('version %s is read as %i and stands in the name as typed', async (text, version) => {
    const name = `fw_v${text}_signed.bin`;
    const stderr = await onlyCompatible(`--ed25519 fw.bin ed.der ${text}`, `"${text}"`, name);
    expect(stderr).toContain(`version "${text}" is read as ${version}`);
    expect(parseImage(directory.read(name), name).version).toBe(version);
  });

  it.each(['-1', '4294967296', '99999999999999999999'])(
    'version %s is refused by both',
    async (text) => {
      const run = await sign(`--upstream-compatible --ed25519 fw.bin ed.der ${text}`);
      expect(run.exitCode).toBe(2);
    },
  );

  it('after the file names are ignored', async () => {
    const words = '--ed25519 fw.bin ed.der 1 --sha384';
    const stderr = await onlyCompatible(words, 'options come first', 'fw_v1_signed.bin');
    expect(stderr).toContain('it is ignored');
    expect(parseImage(directory.read('fw_v1_signed.bin'), 'i').hash).toBe('sha256');
  });

  it('of a path end at its last dot, be it a directory', async () => {
    directory.write('out.d/fw', vectorFile('payloads/p13.bin'));
    await sign('--upstream-compatible --ed25519 out.d/fw ed.der 1');
    expect(directory.list()).toContain('out_v1_signed.bin');
  });

  it('name three algorithms, of which the first and the last count', async () => {
    const words = '--ed25519 --ecc256 --rsa3072 fw.bin ed.der rsa.der 1';
    const environment = { IMAGE_HEADER_SIZE: '1024' };
    const stderr = await onlyCompatible(words, 'at most two', 'fw_v1_signed.bin', environment);
    expect(stderr).toContain('only Ed25519 and RSA-3072 count');
  });

  it('name a cipher without a key, and nothing is encrypted', async () => {
    const words = '--ed25519 --aes128 fw.bin ed.der 1';
    const stderr = await onlyCompatible(words, '--encrypt FILE', 'fw_v1_signed.bin');
    expect(stderr).toContain('nothing is encrypted');
  });

  it.each([
    ['0x400', 256],
    ['1024 bytes', 1024],
    ['-5', 256],
  ])('IMAGE_HEADER_SIZE=%s gives a header of %i bytes', async (text, size) => {
    const environment = { IMAGE_HEADER_SIZE: text };
    const name = 'fw_v1_signed.bin';
    await onlyCompatible('--ed25519 fw.bin ed.der 1', 'IMAGE_HEADER_SIZE', name, environment);
    expect(parseImage(directory.read(name), name).headerSizeBytes).toBe(size);
  });
});

describe('RSA keys', () => {
  it.each([
    ['--rsa2048', 3, 512],
    ['--rsa4096', 4, 1024],
  ])('of another size sign with %s, and the image says so', async (option, type, header) => {
    const name = 'fw_v1_signed.bin';
    await onlyCompatible(`${option} fw.bin rsa.der 1`, 'RSA-3072', name);
    const image = parseImage(directory.read(name), name);
    expect(image).toMatchObject({ authKeyCode: type, headerSizeBytes: header });
    expect(image.signature).toHaveLength(384);
  });

  it('get the header of a SHA-256 image when the signature is made elsewhere', async () => {
    directory.write('sig.bin', new Uint8Array(384));
    const words = '--rsa3072 --manual-sign fw.bin rsa_pub.der 1 sig.bin';
    const environment = { IMAGE_HEADER_SIZE: '4096' };
    const name = 'fw_v1_signed.bin';
    const stderr = await onlyCompatible(words, 'does not belong', name, environment);
    expect(stderr).toContain('the header has 512 bytes whatever IMAGE_HEADER_SIZE says');
    expect(stderr).toContain('the signature was not checked');
    expect(directory.read(name)).toHaveLength(512 + 1000);
  });

  it('and overflow it with SHA-384, where ours has room', async () => {
    directory.write('sig.bin', new Uint8Array(384));
    const words = '--rsa3072 --sha384 --manual-sign fw.bin rsa_pub.der 1 sig.bin';
    const run = await sign(`--upstream-compatible ${words}`);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('but has 512');
  });

  it('ours says that its header is another than wolfBoot would make', async () => {
    const words = '--rsa3072 --sha-only fw.bin rsa_pub.der 1';
    const run = await sign(words, { IMAGE_HEADER_SIZE: '1024' });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain("wolfBoot's own tool would give it 512 here");
  });

  it('are hashed as they stand for a digest, even private ones', async () => {
    const words = '--rsa3072 --sha-only fw.bin rsa.der 1';
    await onlyCompatible(words, 'private key', 'fw_v1_digest.bin');
    const wrong = directory.read('fw_v1_digest.bin');
    await sign('--rsa3072 --sha-only fw.bin rsa_pub.der 1');
    expect(directory.read('fw_v1_digest.bin')).not.toEqual(wrong);
    expect(wrong).toHaveLength(32);
  });
});

describe('keys that use up an index', () => {
  it('are never spent on an image that cannot verify, not even then', async () => {
    directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
    const run = await sign('--upstream-compatible --lms fw.bin lms.key 1', { LMS_HEIGHT: '10' });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('LMS_HEIGHT=10');
    expect(directory.read('lms.key')).toEqual(vectorFile('keys/lms-l1h5w8/priv.der'));
  });
});

describe('a second signature made elsewhere, or that of a policy,', () => {
  it('is no part of it', async () => {
    const words = '--ed25519 --ecc256 --manual-sign fw.bin a b 1 sig';
    const run = await sign(`--upstream-compatible ${words}`);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('takes one only');
    const policy = '--ed25519 --policy p --manual-sign fw.bin a 1 sig';
    const second = await sign(`--upstream-compatible ${policy}`);
    expect(second).toMatchObject({ exitCode: 2 });
    expect(second.stderr).toContain('--policy');
  });
});
