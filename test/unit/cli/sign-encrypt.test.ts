import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../../src/core/bytes/index.ts';
import {
  decryptImage,
  encryptImage,
  parseEncryptionKeyFile,
  type ImageCipher,
} from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
  directory.write('enc.key', vectorFile('payloads/enc_chacha.key'));
});
afterEach(() => {
  directory.remove();
});

const INPUTS = ['ed.der', 'enc.key', 'fw.bin'];
const SEALED = 'fw_v1_signed_and_encrypted';

const sign = (words: string, more: Parameters<CliDirectory['run']>[1] = {}) =>
  directory.run(['sign', '--ed25519', '--no-ts', ...words.split(' ')], more);

const keyIn = (name: string, cipher: ImageCipher = 'chacha20') =>
  parseEncryptionKeyFile(directory.read(name), name, cipher);

describe('--encrypt', () => {
  it('draws a fresh nonce and keeps it with the key in a file of its own', async () => {
    const nonces = [];
    for (const seed of ['one', 'two']) {
      const { exitCode, stdout, stderr } = await sign('--encrypt enc.key fw.bin ed.der 1', {
        seed,
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain(`${SEALED}.key (44 bytes, secret`);
      const names = [`${SEALED}.bin`, `${SEALED}.key`, 'fw_v1_signed.bin'];
      expect(directory.list()).toEqual([...INPUTS, ...names].sort());
      const key = keyIn(`${SEALED}.key`);
      expect(key.key).toEqual(keyIn('enc.key').key);
      const plain = directory.read('fw_v1_signed.bin');
      expect(directory.read(`${SEALED}.bin`)).toEqual(encryptImage(plain, key));
      nonces.push(toHex(key.nonce));
    }
    expect(new Set([...nonces, toHex(keyIn('enc.key').nonce)]).size).toBe(3);
  });

  it('keeps the new key file from others, and its input as it is', async () => {
    await sign('--encrypt enc.key fw.bin ed.der 1');
    expect(statSync(join(directory.path, `${SEALED}.key`)).mode & 0o777).toBe(0o600);
    expect(directory.read('enc.key')).toEqual(vectorFile('payloads/enc_chacha.key'));
  });

  it.each(['--keep-iv', '--upstream-compatible'])(
    'uses the nonce of its file with %s, and says what that means',
    async (option) => {
      const { exitCode, stderr } = await sign(`${option} --encrypt enc.key fw.bin ed.der 1`);
      expect(exitCode).toBe(0);
      expect(stderr).toContain('warning: the nonce in enc.key is used as it is');
      expect(directory.list()).not.toContain(`${SEALED}.key`);
      const plain = directory.read('fw_v1_signed.bin');
      expect(directory.read(`${SEALED}.bin`)).toEqual(encryptImage(plain, keyIn('enc.key')));
    },
  );

  it('is told by the environment where a Makefile leaves no place for an option', async () => {
    const environment = { KEYFUSE_SIGN_OPTIONS: ' --keep-iv ' };
    await sign('--encrypt enc.key fw.bin ed.der 1', { environment });
    expect(directory.list()).not.toContain(`${SEALED}.key`);
    const other = { KEYFUSE_SIGN_OPTIONS: '--no-ts' };
    const run = await sign('--encrypt enc.key fw.bin ed.der 2', { environment: other });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('KEYFUSE_SIGN_OPTIONS "--no-ts"');
  });

  it.each([
    ['--chacha', 'chacha20', 'enc_chacha', 44],
    ['--aes128', 'aes128-ctr', 'enc_aes128', 32],
    ['--aes256', 'aes256-ctr', 'enc_aes256', 48],
  ] as const)('%s before or after it', async (option, cipher, file, keyFileBytes) => {
    directory.write('enc.key', vectorFile(`payloads/${file}.key`));
    for (const words of [`${option} --encrypt enc.key`, `--encrypt enc.key ${option}`]) {
      expect(await sign(`${words} fw.bin ed.der 1`)).toMatchObject({ exitCode: 0 });
      expect(directory.read(`${SEALED}.key`)).toHaveLength(keyFileBytes);
      const opened = decryptImage(directory.read(`${SEALED}.bin`), keyIn(`${SEALED}.key`, cipher));
      expect(opened).toEqual(directory.read('fw_v1_signed.bin'));
    }
  });

  it('warns of a key file that is longer than its cipher takes', async () => {
    directory.write(
      'enc.key',
      concatBytes(vectorFile('payloads/enc_chacha.key'), Uint8Array.of(1)),
    );
    const { exitCode, stderr } = await sign('--encrypt enc.key fw.bin ed.der 1');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('enc.key: 1 more bytes follow');
  });

  it('says which of two ciphers counts', async () => {
    directory.write('enc.key', vectorFile('payloads/enc_aes256.key'));
    const run = await sign('--chacha --aes256 --encrypt enc.key fw.bin ed.der 1');
    expect(run.stderr).toContain('--aes256 counts, not --chacha');
  });

  it('never writes onto the key file it was given', async () => {
    directory.write(`${SEALED}.key`, vectorFile('payloads/enc_chacha.key'));
    const { exitCode, stderr } = await sign(`--encrypt ${SEALED}.key fw.bin ed.der 1`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('also an input');
    expect(directory.list()).not.toContain('fw_v1_signed.bin');
  });

  it('does nothing to a header or a digest', async () => {
    const header = await sign('--header-only --encrypt enc.key fw.bin ed.der 1');
    expect(header.stderr).toContain('--encrypt does nothing with --header-only');
    directory.write('pub', vectorFile('keys/ed25519/priv_pub.der'));
    await sign('--sha-only --encrypt enc.key fw.bin pub 1');
    expect(directory.list()).toEqual(
      [...INPUTS, 'fw_v1_digest.bin', 'fw_v1_header.bin', 'pub'].sort(),
    );
  });

  it('tells a program about the nonce, never about the key', async () => {
    const { stdout } = await sign('--json --encrypt enc.key fw.bin ed.der 1');
    const { nonce, key } = keyIn(`${SEALED}.key`);
    expect(JSON.parse(stdout)).toMatchObject({
      encryption: { cipher: 'chacha20', nonce: toHex(nonce), freshNonce: true },
      outputs: [{ file: 'fw_v1_signed.bin' }, { file: `${SEALED}.bin` }, { file: `${SEALED}.key` }],
    });
    expect(stdout).not.toContain(toHex(key));
    expect(stdout).not.toContain(toHex(key.subarray(0, 8)));
    const outputs = (JSON.parse(stdout) as { outputs: readonly object[] }).outputs;
    expect(outputs.at(-1)).not.toHaveProperty('sha256');
  });
});
