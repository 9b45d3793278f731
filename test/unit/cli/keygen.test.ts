import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesToLatin1, equalBytes, toHex } from '../../../src/core/bytes/index.ts';
import {
  parseKeystoreC,
  parseKeystoreDer,
  parsePrivateKeyFile,
  parsePublicKeyFile,
} from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.makeDirectory('src');
});
afterEach(() => {
  directory.remove();
});

const keygen = (...words: readonly string[]) => directory.run(['keygen', ...words]);
const modeOf = (name: string): number => statSync(join(directory.path, name)).mode & 0o777;
const der = (name = 'keystore.der') => parseKeystoreDer(directory.read(name), name).slots;
const c = (name = 'src/keystore.c') =>
  parseKeystoreC(bytesToLatin1(directory.read(name)), name).slots;

describe('keygen writes', () => {
  it('a private key for its owner only, and both keystores', async () => {
    expect(await keygen('--ecc256', '-g', 'a.der')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(directory.list()).toEqual(['a.der', 'keystore.der', 'src/keystore.c']);
    expect(modeOf('a.der')).toBe(0o600);
    directory.write('ordinary', '');
    expect(modeOf('keystore.der')).toBe(modeOf('ordinary'));
    const pair = await parsePrivateKeyFile(directory.read('a.der'), 'a.der', 'ecdsa-p256');
    expect(directory.read('a.der').length).toBe(96);
    for (const slots of [der(), c()]) {
      expect(slots).toMatchObject([{ slotId: 0, keyType: 2, partitionMask: 0xffffffff }]);
      expect(toHex(slots[0]!.publicKey)).toBe(toHex(pair.publicKey));
    }
  });

  it('imports before keys that it makes, each with its own mask and type', async () => {
    directory.write('in.bin', vectorFile('keys/ecc256/priv_pub.der'));
    directory.write('rsa.bin', vectorFile('keys/rsa2048/priv_pub.der'));
    const words =
      '--ed25519 -g a.der --id 1,2,3 --ecc256 -g b.der -i in.bin --id 31 --rsa2048 -i rsa.bin';
    expect(await keygen(...words.split(' '))).toMatchObject({ exitCode: 0 });
    const seen = der().map(({ slotId, keyType, partitionMask }) => [
      slotId,
      keyType,
      partitionMask,
    ]);
    expect(seen).toEqual([
      [0, 2, 0xe],
      [1, 3, 0x80000000],
      [2, 1, 0xffffffff],
      [3, 2, 0xe],
    ]);
    expect(bytesToLatin1(directory.read('src/keystore.c'))).toContain(
      'KEYSTORE_PUBKEY_SIZE_RSA2048',
    );
  });

  it('public halves under names of their own', async () => {
    directory.makeDirectory('keys.d');
    const run = await keygen(
      '--ed25519',
      '--exportpubkey',
      '-g',
      './a.b.der',
      '-g',
      'keys.d/plain',
    );
    expect(run).toMatchObject({ exitCode: 0 });
    expect(directory.list()).toEqual([
      'a.b.der',
      'a_pub.b.der',
      'keys.d/plain',
      'keys.d/plain_pub',
      'keystore.der',
      'src/keystore.c',
    ]);
    expect(directory.read('a_pub.b.der')).toEqual(der()[0]!.publicKey);
  });

  it('DER when asked, whatever the order of the words', async () => {
    await keygen('--ecc256', '-g', 'a.der', '--exportpubkey', '--der');
    expect(directory.read('a.der').length).toBe(121);
    expect(directory.read('a_pub.der').length).toBe(91);
    const { publicKey } = await parsePublicKeyFile(directory.read('a_pub.der'), 'a', 'ECC256');
    expect(toHex(publicKey)).toBe(toHex(der()[0]!.publicKey));
  });

  it('zeros into keystore.c with --nolocalkeys', async () => {
    await keygen('--ecc256', '--nolocalkeys', '-g', 'a.der');
    expect(equalBytes(c()[0]!.publicKey, new Uint8Array(64))).toBe(true);
    expect(equalBytes(der()[0]!.publicKey, new Uint8Array(64))).toBe(false);
  });

  it('both keystores where -keystoreDir says', async () => {
    directory.makeDirectory('out');
    await keygen('--ecc256', '-g', 'a.der', '-keystoreDir', 'out');
    expect(directory.list()).toEqual(['a.der', 'out/keystore.c', 'out/keystore.der']);
  });

  it('the keys of one run only', async () => {
    await keygen('--ecc256', '-g', 'a.der', '-g', 'b.der');
    await keygen('--ecc256', '--force', '-g', 'c.der');
    expect(der().length).toBe(1);
    expect(c().length).toBe(1);
  });

  it('no secret to the terminal', async () => {
    const { stdout, stderr } = await keygen('--ecc256', '-g', 'a.der');
    const secret = toHex(directory.read('a.der').slice(64));
    expect((stdout + stderr).replace(/\s/g, '')).not.toContain(secret.slice(0, 16));
  });
});

describe('keygen overwrites', () => {
  const first = async (): Promise<Uint8Array> => {
    await keygen('--ecc256', '-g', 'a.der');
    return directory.read('a.der');
  };

  it.each([undefined, '', 'yes', 'YES', 'y', 'Yes!'])(
    'nothing on the answer %j',
    async (answer) => {
      const before = await first();
      const files = directory.list();
      const run = await directory.run(['keygen', '--ecc256', '-g', 'a.der'], { answer, seed: 'b' });
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toContain('a.der, src/keystore.c would be overwritten');
      expect(directory.read('a.der')).toEqual(before);
      expect(directory.list()).toEqual(files);
    },
  );

  it('on the word Yes, or unasked with --force', async () => {
    const before = await first();
    const words = ['keygen', '--ecc256', '-g', 'a.der'];
    const yes = await directory.run(words, { answer: 'Yes', seed: 'b' });
    expect(yes).toMatchObject({ exitCode: 0 });
    const second = directory.read('a.der');
    expect(second).not.toEqual(before);
    const forced = await directory.run([...words, '--force'], { seed: 'c' });
    expect(forced).toMatchObject({ exitCode: 0, stderr: '' });
    expect(directory.read('a.der')).not.toEqual(second);
    expect(modeOf('a.der')).toBe(0o600);
    expect(directory.list()).toEqual(['a.der', 'keystore.der', 'src/keystore.c']);
  });

  it('no keystore and no key with --no-overwrite, not even with --force', async () => {
    const before = await first();
    const again = await keygen('--ecc256', '--force', '--no-overwrite', '-g', 'b.der');
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toContain('nothing was done');
    expect(directory.list()).toEqual(['a.der', 'keystore.der', 'src/keystore.c']);

    const other = new CliDirectory();
    other.makeDirectory('src');
    other.write('a.der', before);
    // wolfBoot's tool would overwrite the key here: only keystore.c protects it.
    const words = ['keygen', '--ecc256', '--force', '--no-overwrite', '-g', 'a.der'];
    expect(await other.run(words, { answer: 'Yes' })).toMatchObject({ exitCode: 1 });
    expect(other.list()).toEqual(['a.der']);
    expect(other.read('a.der')).toEqual(before);
    other.remove();
  });

  it('no public half of another key without asking', async () => {
    directory.write('a_pub.der', 'somebody else');
    expect(await keygen('--ecc256', '--exportpubkey', '-g', 'a.der')).toMatchObject({
      exitCode: 1,
    });
    expect(directory.list()).toEqual(['a_pub.der']);
  });
});

describe('keygen refuses', () => {
  it.each([
    ['nothing to do', [], 'algorithm'],
    ['no key', ['--ecc256'], 'at least one key'],
    ['no algorithm before the key', ['-g', 'a.der', '--ed25519'], 'algorithm before a.der'],
    ['an option for a file', ['--ecc256', '-g', '--der'], '--der'],
    ['a missing file', ['--ecc256', '-g'], 'missing'],
    ['an unknown option', ['--ecc256', '--pem', '-g', 'a.der'], '--pem'],
    ['a stray word', ['--ecc256', 'a.der'], 'a.der'],
    ['an id of 32', ['--ecc256', '--id', '32', '-g', 'a.der'], '0 to 31'],
    ['an id that is no number', ['--ecc256', '--id', 'foo', '-g', 'a.der'], 'foo'],
    ['an empty id', ['--ecc256', '--id', '1,', '-g', 'a.der'], 'partition id'],
    ['words after -keystoreDir', ['--ecc256', '-keystoreDir', 'src', '-g', 'a.der'], 'last'],
    ['one file for two keys', ['--ecc256', '-g', 'a.der', '-g', './a.der'], 'same file'],
    ['a key where the keystore goes', ['--ecc256', '-g', 'keystore.der'], 'same file'],
    [
      'a key where a public half goes',
      ['--ecc256', '--exportpubkey', '-g', 'a', '-g', 'a_pub'],
      'same',
    ],
    ['65 keys', ['--ecc256', ...Array.from({ length: 65 }, (_, i) => ['-g', `${i}`]).flat()], '64'],
  ])('%s, with exit code 2', async (_name, words, message) => {
    const { exitCode, stderr, stdout } = await keygen(...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual([]);
  });

  it.each([
    '--rsa2048',
    '--ecc384',
    '--ecc521',
    '--ed448',
    '--lms',
    '--xmss',
    '--ml_dsa',
    '--rsapss4096',
  ])('to make %s keys, which it cannot yet, with exit code 2', async (option) => {
    expect(await keygen(option, '-g', 'a.der')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(directory.list()).toEqual([]);
  });

  it.each([
    ['a private key', 'keys/ecc256/priv.der', 'private key'],
    ['a key of another type', 'keys/ed25519/priv_pub.der', 'Ed25519'],
    ['a keystore', 'keys/ecc256/keystore.der', 'keystore.der'],
    ['firmware', 'payloads/p1000.bin', 'in.bin'],
  ])('to import %s', async (_name, file, message) => {
    directory.write('in.bin', vectorFile(file));
    const { exitCode, stderr } = await keygen('--ecc256', '-g', 'a.der', '-i', 'in.bin');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual(['in.bin']);
  });

  it('to overwrite what it imports', async () => {
    directory.write('a.der', vectorFile('keys/ecc256/priv_pub.der'));
    const run = await keygen('--ecc256', '--force', '-i', 'a.der', '-g', 'a.der');
    expect(run).toMatchObject({ exitCode: 2 });
  });

  it('to write without the directory of the keystore', async () => {
    const other = new CliDirectory();
    const run = await other.run(['keygen', '--ecc256', '-g', 'a.der']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('no directory src');
    expect(other.list()).toEqual([]);
    other.remove();
  });
});

describe('a keygen that fails', () => {
  it('leaves nothing behind', async () => {
    directory.makeDirectory('keystore.der');
    const run = await keygen('--ecc256', '-g', 'a.der');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('keystore.der cannot be written');
    expect(directory.list()).toEqual([]);
  });

  it('leaves the old key where it was', async () => {
    await keygen('--ecc256', '-g', 'a.der');
    const before = directory.read('a.der');
    const run = await directory.run(
      ['keygen', '--ecc256', '--force', '-g', 'a.der', '-g', 'missing/b.der'],
      { seed: 'b' },
    );
    expect(run.exitCode).toBe(1);
    expect(directory.read('a.der')).toEqual(before);
    expect(directory.list()).toEqual(['a.der', 'keystore.der', 'src/keystore.c']);
  });
});
