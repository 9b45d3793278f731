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
import { run } from '../../../src/cli/run.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { CliDirectory, cliHost } from '../../support/cli-host.ts';
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

describe('keygen makes', () => {
  it.each([
    ['--ed25519', 'ed25519', 64, 32],
    ['--ed448', 'ed448', 114, 57],
    ['--ecc256', 'ecdsa-p256', 96, 64],
    ['--ecc384', 'ecdsa-p384', 144, 96],
    ['--ecc521', 'ecdsa-p521', 198, 132],
    ['--rsa2048', 'rsa-2048', undefined, 294],
    ['--rsapss3072', 'rsa-pss-3072', undefined, 422],
    ['--ml_dsa', 'ml-dsa-44', 3872, 1312],
    ['--ml_dsa --ml-dsa-level 3', 'ml-dsa-65', 5984, 1952],
    ['--ml_dsa --ml-dsa-level 5', 'ml-dsa-87', 7488, 2592],
    ['--lms --lms-levels 2 --lms-height 5 --lms-winternitz 8', 'lms', 124, 60],
    ['--xmss --xmss-params XMSSMT-SHA2_20/4_256', 'xmssmt', 10877, 68],
  ] as const)('%s keys', async (words, algorithm, privateBytes, publicBytes) => {
    const run = await keygen(...words.split(' '), '--exportpubkey', '-g', 'a.der');
    expect(run.exitCode).toBe(0);
    const file = directory.read('a.der');
    if (privateBytes !== undefined) expect(file).toHaveLength(privateBytes);
    const pair = await parsePrivateKeyFile(file, 'a.der', algorithm, { publicHalf: 'stored' });
    for (const [slot] of [der(), c()]) {
      expect(slot!.publicKey).toEqual(pair.publicKey);
      expect(slot!.publicKey).toHaveLength(publicBytes);
    }
    expect(directory.read('a_pub.der')).toEqual(pair.publicKey);
  });

  it('keys of the size that follows the level, not of the size of level 2', async () => {
    await keygen('--ml_dsa', '--ml-dsa-level', '5', '--exportpubkey', '-g', 'a.der');
    expect(directory.read('a_pub.der')).toHaveLength(2592);
    expect(directory.read('keystore.der')).toHaveLength(2608);
  });

  it('a mixed keystore and a universal one', async () => {
    const words =
      '--ecc256 -g a --ml_dsa --ml-dsa-level 3 -g b --ed25519 --id 2 -g c --ecc521 -g d';
    expect((await keygen(...words.split(' '))).exitCode).toBe(0);
    const mixed = parseKeystoreDer(directory.read('keystore.der'), 'k');
    expect(mixed).toMatchObject({ layout: 'per-algorithm' });
    expect(directory.read('keystore.der')).toHaveLength(80 + 1968 + 48 + 148);

    expect((await keygen('--force', '--universal', ...words.split(' '))).exitCode).toBe(0);
    const universal = parseKeystoreDer(directory.read('keystore.der'), 'k');
    expect(universal).toMatchObject({ layout: 'universal' });
    expect(directory.read('keystore.der')).toHaveLength(4 * 2608);
    for (const { slots } of [mixed, universal]) {
      expect(slots.map(({ keyType }) => keyType)).toEqual([2, 11, 1, 7]);
      expect(slots.map(({ partitionMask }) => partitionMask)).toEqual([
        0xffffffff, 0xffffffff, 4, 4,
      ]);
    }
  });

  it('an empty P-521 slot only when the file must be as wolfBoot writes it', async () => {
    await keygen('--ecc521', '-g', 'a');
    expect(directory.read('keystore.der')).toHaveLength(148);
    await keygen('--ecc521', '--force', '--upstream-compatible', '-g', 'a');
    expect(directory.read('keystore.der')).toHaveLength(16);
    expect(c()[0]!.publicKey).toHaveLength(132);
  });
});

describe('keygen takes parameters', () => {
  const lms = '--lms -g a.key'.split(' ');

  it('from the environment of wolfBoot', async () => {
    const environment = { LMS_LEVELS: '2', LMS_HEIGHT: '5', LMS_WINTERNITZ: '4' };
    const run = await directory.run(['keygen', ...lms], { environment });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('LMS/HSS L2-H5-W4');
  });

  it('from options before the environment, and says so', async () => {
    const environment = { LMS_LEVELS: '1', LMS_HEIGHT: '5', LMS_WINTERNITZ: '4' };
    const run = await directory.run(['keygen', '--lms-winternitz', '8', ...lms], { environment });
    expect(run.stdout).toContain('L1-H5-W8');
    expect(run.stderr).toContain('--lms-winternitz 8 counts, not LMS_WINTERNITZ=4');
  });

  it('as wolfBoot chooses them, and names each', async () => {
    const run = await directory.run(['keygen', '--lms-height', '5', ...lms]);
    expect(run.stdout).toContain('L1-H5-W8');
    expect(run.stderr).toContain('neither --lms-levels nor LMS_LEVELS is given: 1');
    expect(run.stderr).toContain('LMS_WINTERNITZ');
    expect(run.stderr).not.toContain('LMS_HEIGHT');
    const plain = await directory.run(['keygen', '--ml_dsa', '-g', 'b']);
    expect(plain.stderr).toContain('ML_DSA_LEVEL is given: 2');
  });

  it('for which no bootloader can be built, and says so', async () => {
    const words = '--lms-levels 5 --lms-height 5 --lms-winternitz 8'.split(' ');
    const run = await directory.run(['keygen', ...words, ...lms]);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toContain('no wolfBoot can be built for LMS L5-H5-W8');
  });

  it.each([
    ['--lms --lms-levels 9', '--lms-levels'],
    ['--lms --lms-height 6', '--lms-height'],
    ['--lms --lms-winternitz 3', '--lms-winternitz'],
    ['--xmss --xmss-params XMSS-SHA2_10_512', 'XMSS-SHA2_10_256'],
    ['--ml_dsa --ml-dsa-level 4', '2, 3, 5'],
  ])('but not %s', async (words, message) => {
    const run = await keygen(...words.split(' '), '-g', 'a.key');
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(directory.list()).toEqual([]);
  });
});

describe('keygen imports', () => {
  it('every key of the named algorithm from a keystore, with its mask', async () => {
    directory.write('k', vectorFile('keystores/masks-ed25519/keystore.der'));
    expect(await keygen('--ed25519', '-i', 'k', '-g', 'a')).toMatchObject({ exitCode: 0 });
    expect(der().map(({ partitionMask }) => partitionMask)).toEqual([
      0xffffffff, 0xe, 1, 0x80000010, 0xffffffff,
    ]);
    await keygen('--force', '--id', '1', '--ed25519', '-i', 'k');
    expect(der().map(({ partitionMask }) => partitionMask)).toEqual([2, 2, 2, 2]);
    expect(c()).toHaveLength(4);
  });

  it('keys of one algorithm from a mixed keystore, and says that there are others', async () => {
    directory.write('k', vectorFile('keystores/mixed/keystore.der'));
    const run = await keygen('--ecc384', '-i', 'k', '--rsa2048', '-i', 'k');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('4 keys of other algorithms left out');
    expect(der().map(({ keyType }) => keyType)).toEqual([6, 3]);
  });

  it('from an otp.bin', async () => {
    directory.write('otp.bin', vectorFile('otp/ecc256-3-stm32h5/otp.bin'));
    expect(await keygen('--ecc256', '-i', 'otp.bin')).toMatchObject({ exitCode: 0 });
    expect(directory.read('keystore.der')).toEqual(
      vectorFile('keystores/three-ecc256/keystore.der'),
    );
  });

  it('no key that wolfBoot left empty or zero', async () => {
    directory.write('k', vectorFile('keys/ecc521/keystore.der'));
    const run = await keygen('--ecc521', '-i', 'k');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('keystore.c');
    expect(directory.list()).toEqual(['k']);
  });

  it('RSA keys for PSS, whose files are the same', async () => {
    directory.write('k', vectorFile('keys/rsa2048/priv_pub.der'));
    expect(await keygen('--rsapss2048', '-i', 'k')).toMatchObject({ exitCode: 0 });
    expect(der()).toMatchObject([{ keyType: 12 }]);
  });
});

describe('keygen --json', () => {
  it('says everything in one object, and nothing secret', async () => {
    const words = '--json --lms --lms-height 5 --exportpubkey --id 1 -g a.key'.split(' ');
    const run = await keygen(...words);
    const told: unknown = JSON.parse(run.stdout);
    expect(told).toMatchObject({
      done: true,
      keystoreC: 'src/keystore.c',
      keystoreDer: 'keystore.der',
      layout: 'per-algorithm',
      keys: [
        {
          slot: 0,
          from: 'generated',
          file: 'a.key',
          publicFile: 'a_pub.key',
          algorithm: 'lms',
          keyType: 'AUTH_KEY_LMS',
          parameters: 'L1-H5-W8',
          partitionMask: 2,
        },
      ],
    });
    expect(run.stdout).not.toContain(toHex(directory.read('a.key').slice(16, 24)));
  });

  it('says that nothing was done', async () => {
    directory.write('src/keystore.c', 'old');
    const run = await keygen('--json', '--no-overwrite', '--ecc256', '-g', 'a');
    expect(JSON.parse(run.stdout)).toEqual({ done: false, keystoreC: 'src/keystore.c' });
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

  it('a longer file of another key as a whole', async () => {
    // wolfBoot's tool leaves the tail of the old file, and sign then refuses the key.
    directory.write('a.der', vectorFile('keys/xmssmt-20-4/priv.der'));
    const words = '--lms --lms-height 5 --force -g a.der'.split(' ');
    expect(await keygen(...words)).toMatchObject({ exitCode: 0 });
    expect(directory.read('a.der')).toHaveLength(124);
  });

  it('nothing that appears while the keys are made, not even with --force', async () => {
    const rng = seededRng('late');
    const notes: string[] = [];
    const host = cliHost(directory.path, {
      note: (line) => notes.push(line),
      rng: {
        bytes: (lengthBytes) => {
          directory.write('late.der', 'theirs');
          return rng.bytes(lengthBytes);
        },
      },
    });
    const words = ['keygen', '--ecc256', '--force', '-g', 'late.der'];
    expect(await run(words, host, '0.0.0-test')).toBe(1);
    expect(notes.join()).toContain('appeared meanwhile');
    expect(directory.list()).toEqual(['late.der']);
    expect(bytesToLatin1(directory.read('late.der'))).toBe('theirs');
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
    ['a private key', 'keys/ecc256/priv.der', 'private key'],
    ['a key of another type', 'keys/ed25519/priv_pub.der', 'Ed25519'],
    ['a keystore without such a key', 'keys/ed25519/keystore.der', 'no key of ECDSA P-256'],
    ['a keystore of zeros', 'keystores/import-short/in.bin', 'in.bin'],
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
