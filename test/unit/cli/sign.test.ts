import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
  directory.write('ed_pub.der', vectorFile('keys/ed25519/priv_pub.der'));
  directory.write('ecc.der', vectorFile('keys/ecc256/priv.der'));
  directory.write('ecc_pub.der', vectorFile('keys/ecc256/priv_pub.der'));
});
afterEach(() => {
  directory.remove();
});

const INPUTS = ['ecc.der', 'ecc_pub.der', 'ed.der', 'ed_pub.der', 'fw.bin'];

const sign = (words: string, environment: Readonly<Record<string, string>> = {}) =>
  directory.run(['sign', ...words.split(' ')], { environment });

const image = (name: string) => parseImage(directory.read(name), name);

describe('where sign writes', () => {
  it.each([
    ['fw.bin', 'fw_v1_signed.bin'],
    ['./fw.bin', 'fw_v1_signed.bin'],
    ['out.d/fw', 'out.d/fw_v1_signed.bin'],
    ['out.d/my.fw.elf.bin', 'out.d/my.fw.elf_v1_signed.bin'],
    ['.hidden', '_v1_signed.bin'],
  ])('%s becomes %s', async (input, output) => {
    directory.write(input, new Uint8Array(10));
    const { exitCode, stdout } = await sign(`--ed25519 ${input} ed.der 1`);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(output);
    expect(directory.list()).toContain(output);
  });

  it('the version as typed goes into the name, as a number into the image', async () => {
    await sign('--ed25519 fw.bin ed.der 007');
    expect(image('fw_v007_signed.bin').version).toBe(7);
  });

  it('replaces the image of an earlier run', async () => {
    directory.write('fw_v1_signed.bin', 'old');
    expect(await sign('--ed25519 fw.bin ed.der 1')).toMatchObject({ exitCode: 0 });
    expect(image('fw_v1_signed.bin').version).toBe(1);
  });

  it('never onto an input, whatever links there are', async () => {
    symlinkSync('fw.bin', join(directory.path, 'fw_v1_signed.bin'));
    const { exitCode, stderr } = await sign('--ed25519 fw.bin ed.der 1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('also an input');
    expect(directory.read('fw.bin')).toEqual(vectorFile('payloads/p1000.bin'));
  });
});

describe('the environment of sign', () => {
  it('IMAGE_HEADER_SIZE raises the header, and says when it is too small', async () => {
    expect(await sign('--ed25519 fw.bin ed.der 1', { IMAGE_HEADER_SIZE: '1024' })).toMatchObject({
      stderr: '',
    });
    expect(image('fw_v1_signed.bin').headerSizeBytes).toBe(1024);
    const small = await sign('--ed25519 fw.bin ed.der 2', { IMAGE_HEADER_SIZE: '128' });
    expect(small.stderr).toContain('IMAGE_HEADER_SIZE=128 is too small');
    expect(image('fw_v2_signed.bin').headerSizeBytes).toBe(256);
    for (const unset of ['', '0']) {
      const run = await sign('--ed25519 fw.bin ed.der 3', { IMAGE_HEADER_SIZE: unset });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });

  it('says which size the bootloader needs when the header grows', async () => {
    directory.write('chain', new Uint8Array(900));
    const { stderr, exitCode } = await sign('--ed25519 --cert-chain chain fw.bin ed.der 1');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('IMAGE_HEADER_SIZE=2048');
  });

  const partition = { WOLFBOOT_PARTITION_SIZE: '0x1000', WOLFBOOT_SECTOR_SIZE: '0x400' };

  it.each([
    ['fits with one sector set aside', 2816, {}, 0],
    ['one byte too many', 2817, {}, 1],
    ['fits with two sectors set aside', 1792, { NVM_FLASH_WRITEONCE: '1' }, 0],
    ['one byte too many for two', 1793, { NVM_FLASH_WRITEONCE: '1' }, 1],
    ['write-once means 1 and nothing else', 2816, { NVM_FLASH_WRITEONCE: 'yes' }, 0],
    ['no sector: the whole partition', 3840, { WOLFBOOT_SECTOR_SIZE: '' }, 0],
    ['a sector as large as the partition', 3840, { WOLFBOOT_SECTOR_SIZE: '4096' }, 0],
    ['no partition size: no limit', 99999, { WOLFBOOT_PARTITION_SIZE: '' }, 0],
    [
      'the update partition is not for applications',
      2817,
      { WOLFBOOT_PARTITION_UPDATE_SIZE: '0x8000' },
      1,
    ],
  ])('%s', async (_name, size, more, exitCode) => {
    directory.write('fw.bin', new Uint8Array(size));
    const run = await sign('--ed25519 fw.bin ed.der 1', { ...partition, ...more });
    expect(run).toMatchObject({ exitCode });
    expect(directory.list().includes('fw_v1_signed.bin')).toBe(exitCode === 0);
  });

  it('the bootloader itself may use the update partition', async () => {
    directory.write('fw.bin', new Uint8Array(5000));
    const environment = { ...partition, WOLFBOOT_PARTITION_UPDATE_SIZE: '0x8000' };
    for (const words of ['--wolfboot-update', '--id 0']) {
      const run = await sign(`--ed25519 ${words} fw.bin ed.der 1`, environment);
      expect(run).toMatchObject({ exitCode: 0 });
    }
    expect(image('fw_v1_signed.bin').partitionId).toBe(0);
  });

  it('a partition that is too small is found before the key is even read', async () => {
    const run = await sign('--ed25519 fw.bin missing.der 1', { WOLFBOOT_PARTITION_SIZE: '1000' });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('room for 1000');
  });

  it.each([
    { IMAGE_HEADER_SIZE: '0x400' },
    { IMAGE_HEADER_SIZE: '1k' },
    { IMAGE_HEADER_SIZE: '-1' },
    { IMAGE_HEADER_SIZE: '1048577' },
    { IMAGE_HEADER_SIZE: '4294967295' },
    { WOLFBOOT_PARTITION_SIZE: '0' },
    { WOLFBOOT_PARTITION_SIZE: '64k' },
    { WOLFBOOT_PARTITION_SIZE: '0100000' },
    { WOLFBOOT_PARTITION_SIZE: '4294967296' },
    { WOLFBOOT_PARTITION_SIZE: '0x10000', WOLFBOOT_SECTOR_SIZE: 'big' },
  ])('%j is refused with exit code 2', async (environment) => {
    const { exitCode, stderr } = await sign('--ed25519 fw.bin ed.der 1', environment);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(Object.keys(environment).at(-1));
    expect(directory.list()).toEqual(INPUTS);
  });
});

describe('sign refuses with exit code 2', () => {
  it.each([
    ['no words', '', 'algorithm'],
    ['no algorithm', 'fw.bin ed.der 1', '--ecc256'],
    ['an unknown option', '--ed25519 --fast fw.bin ed.der 1', '--fast'],
    ['an option after the file names', '--ed25519 fw.bin ed.der 1 --no-ts', '--no-ts'],
    ['an option among the file names', '--ed25519 fw.bin --no-ts ed.der 1', '--no-ts'],
    ['one word too many', '--ed25519 fw.bin ed.der 1 sig.bin', 'sig.bin'],
    ['one word too few', '--ed25519 fw.bin 1', 'version'],
    ['a dotted version', '--ed25519 fw.bin ed.der 1.2.3', '1.2.3'],
    ['a hexadecimal version', '--ed25519 fw.bin ed.der 0x10', '0x10'],
    ['a version that is a word', '--ed25519 fw.bin ed.der abc', 'abc'],
    ['a negative version', '--ed25519 fw.bin ed.der -1', '-1'],
    ['a version of 2^32', '--ed25519 fw.bin ed.der 4294967296', '4294967296'],
    ['an id of 16', '--ed25519 --id 16 fw.bin ed.der 1', '16'],
    ['an id that is no number', '--ed25519 --id x fw.bin ed.der 1', 'x'],
    ['three algorithms', '--ed25519 --ecc256 --rsa2048 fw.bin ed.der ecc.der r.der 1', 'two'],
    ['an algorithm with --no-sign', '--no-sign --ed25519 fw.bin ed.der 1', '--no-sign'],
    ['a digest of an unsigned image', '--no-sign --sha-only fw.bin 1', '--no-sign'],
    ['a cipher without a key', '--ed25519 --aes128 fw.bin ed.der 1', '--encrypt FILE'],
    [
      'a header as the target of a delta',
      '--ed25519 --header-only --delta b fw.bin ed.der 1',
      'no target',
    ],
    [
      'a device tree with a delta',
      '--ed25519 --dts t --delta b fw.bin ed.der 1',
      '--dts and --delta',
    ],
    [
      'one signature of two',
      '--ed25519 --ecc256 --manual-sign fw.bin ed_pub.der ecc_pub.der 1 s',
      'P-256',
    ],
    [
      'no signature of the policy',
      '--ed25519 --manual-sign --policy p fw.bin ed_pub.der 1 s',
      'policy',
    ],
    [
      'no signature of the delta',
      '--ed25519 --manual-sign --delta b fw.bin ed_pub.der 1 s',
      'delta image',
    ],
    ['digest and header', '--ed25519 --sha-only --header-only fw.bin ed.der 1', '--sha-only'],
    ['a tag that is no number', '--ed25519 --custom-tlv zz 1 1 fw.bin ed.der 1', 'zz'],
    ['a tag of 17 bits', '--ed25519 --custom-tlv 0x10030 1 1 fw.bin ed.der 1', '0x10030'],
    ['a value that is no number', '--ed25519 --custom-tlv 0x30 1 -1 fw.bin ed.der 1', '-1'],
    [
      'a value of 65 bits',
      '--ed25519 --custom-tlv 0x30 8 0x10000000000000000 fw.bin ed.der 1',
      '8 bytes',
    ],
    [
      'a length of 4294967295',
      '--ed25519 --custom-tlv 0x30 4294967295 1 fw.bin ed.der 1',
      '4294967295',
    ],
    ['an odd number of digits', '--ed25519 --custom-tlv-buffer 0x30 123 fw.bin ed.der 1', '123'],
    ['digits that are none', '--ed25519 --custom-tlv-buffer 0x30 zz fw.bin ed.der 1', 'zz'],
    ['17 fields', `--ed25519 ${'--custom-tlv 0x30 1 1 '.repeat(17)}fw.bin ed.der 1`, '16'],
  ])('%s', async (_name, words, message) => {
    const { exitCode, stderr, stdout } = await directory.run([
      'sign',
      ...words.split(' ').filter((word) => word !== ''),
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual(INPUTS);
  });

  it('one RSA type with DigestInfo and without it', async () => {
    const { exitCode, stderr } = await sign('--rsa2048enc --rsa2048 fw.bin ed.der 1');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('with DigestInfo or without it, not both');
    expect((await sign('--ed25519enc fw.bin ed.der 1')).exitCode).toBe(2);
    expect(directory.list()).toEqual(INPUTS);
  });

  it('a text that is no UTF-8', async () => {
    const run = await directory.run([
      'sign',
      '--ed25519',
      '--cmdline',
      'a\uFFFD',
      'fw.bin',
      'ed.der',
      '1',
    ]);
    expect(run).toMatchObject({ exitCode: 2 });
  });

  it.each(['', 'x'.repeat(256), 'é'.repeat(128)])(
    'a command line of wrong length',
    async (text) => {
      const run = await directory.run([
        'sign',
        '--ed25519',
        '--cmdline',
        text,
        'fw.bin',
        'ed.der',
        '1',
      ]);
      expect(run).toMatchObject({ exitCode: 2 });
    },
  );
});

describe('sign refuses with exit code 1', () => {
  it.each([
    ['a missing image', '--ed25519 none.bin ed.der 1', 'none.bin'],
    ['a missing key', '--ed25519 fw.bin none.der 1', 'none.der'],
    ['a directory for a key', '--ed25519 fw.bin . 1', 'directory'],
    ['the public key for the private one', '--ed25519 fw.bin ed_pub.der 1', 'ed_pub.der'],
    ['the private key for the public one', '--ed25519 --sha-only fw.bin ed.der 1', 'private key'],
    ['a key of another type', '--ecc256 fw.bin ed.der 1', 'Ed25519'],
    ['firmware for a key', '--ecc256 fw.bin fw.bin 1', 'fw.bin'],
    [
      'an empty field from a file',
      '--ed25519 --custom-tlv-file 0x30 empty fw.bin ed.der 1',
      'empty',
    ],
    [
      'a private key for a field',
      '--ed25519 --custom-tlv-pubkey-der 0x30 ed.der fw.bin ed.der 1',
      'private',
    ],
    ['a device tree that is none', '--ed25519 --dts fw.bin fw.bin ed.der 1', 'device tree'],
    ['a policy that is none', '--ed25519 --policy fw.bin fw.bin ed.der 1', 'PCR'],
    [
      'a header that overflows',
      '--ed25519 --ecc256 fw.bin ed.der ecc.der 1',
      'IMAGE_HEADER_SIZE to 512',
    ],
    [
      'an encryption key that is too short',
      '--ed25519 --encrypt ed_pub.der fw.bin ed.der 1',
      'nonce of 12',
    ],
    ['a base that is no image', '--ed25519 --delta fw.bin fw.bin ed.der 1', 'fw.bin'],
  ])('%s', async (_name, words, message) => {
    directory.write('empty', '');
    const environment = { WOLFBOOT_SECTOR_SIZE: '4096', IMAGE_HEADER_SIZE: '256' };
    const { exitCode, stderr, stdout } = await sign(words, environment);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual([...INPUTS, 'empty'].sort());
  });

  it('keys in the wrong order', async () => {
    const words = '--ed25519 --ecc256 fw.bin ecc.der ed.der 1';
    const { exitCode, stderr } = await sign(words, { IMAGE_HEADER_SIZE: '512' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ecc.der is a private key of ECDSA P-256');
  });

  it('a signature made elsewhere that does not fit', async () => {
    const digest = await sign('--ed25519 --no-ts --sha-only fw.bin ed_pub.der 1');
    expect(digest).toMatchObject({ exitCode: 0 });
    expect(directory.read('fw_v1_digest.bin').length).toBe(32);
    for (const signature of [new Uint8Array(64), new Uint8Array(63), new Uint8Array()]) {
      directory.write('sig.bin', signature);
      const run = await sign('--ed25519 --no-ts --manual-sign fw.bin ed_pub.der 1 sig.bin');
      expect(run.exitCode).toBe(1);
      expect(directory.list()).not.toContain('fw_v1_signed.bin');
    }
  });
});

describe('sign says', () => {
  it('that an unsigned image is unsigned', async () => {
    const { exitCode, stderr } = await sign('--no-sign fw.bin 1');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('not signed');
  });

  it('that a number was cut, and that a tag has a meaning', async () => {
    const { stderr } = await sign('--ed25519 --custom-tlv 0x34 1 0x1ff fw.bin ed.der 1');
    expect(stderr).toContain('cut to 1 bytes');
    expect(stderr).toContain('command line');
  });

  it('that one algorithm twice is one signature', async () => {
    const { exitCode, stderr } = await sign('--ed25519 --ed25519 fw.bin ed.der 1');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('one signature');
  });

  it('the digest on standard output, for the owner of the key', async () => {
    const { stdout } = await sign('--ed25519 --no-ts --sha-only fw.bin ed_pub.der 1');
    const digest = directory.read('fw_v1_digest.bin');
    expect(stdout).toContain(`sha256 ${Buffer.from(digest).toString('hex')}`);
  });
});

describe('a policy signed elsewhere', () => {
  it('goes into the image with a signature of its own', async () => {
    directory.write('policy', vectorFile('payloads/policy.bin'));
    const environment = { IMAGE_HEADER_SIZE: '512' };
    const words = '--ed25519 --no-ts --policy policy';
    await sign(`${words} fw.bin ed.der 1`, environment);
    const made = directory.read('fw_v1_signed.bin');
    const { signature, policy } = image('fw_v1_signed.bin');
    directory.erase('fw_v1_signed.bin');
    directory.write('sig', signature!);
    directory.write('policy_sig', policy!.signature);
    const manual = `${words} --manual-sign fw.bin ed_pub.der 1 sig`;
    expect(await sign(`${manual} policy_sig`, environment)).toMatchObject({ exitCode: 0 });
    expect(directory.read('fw_v1_signed.bin')).toEqual(made);
    directory.erase('fw_v1_signed.bin');
    const wrong = await sign(`${manual} sig`, environment);
    expect(wrong).toMatchObject({ exitCode: 1 });
    expect(wrong.stderr).toContain('the signature of the policy does not belong');
    expect(directory.list()).not.toContain('fw_v1_signed.bin');
  });
});
