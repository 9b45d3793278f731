import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../../src/core/bytes/index.ts';
import { hash } from '../../../src/core/crypto/index.ts';
import { parseOtpImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

const otpgen = (words: string, seed = 'a') =>
  directory.run(['otpgen', ...words.split(' ')], { seed });
const otp = (strideBytes?: number) =>
  parseOtpImage(directory.read('otp.bin'), 'otp.bin', { strideBytes });

/** All but the UDS, which is new in every run. */
function withoutUds(bytes: Uint8Array): string {
  const copy = bytes.slice();
  copy.fill(0, bytes.length - 64, bytes.length - 32);
  return toHex(copy);
}

describe('otpgen', () => {
  it.each([
    ['single-ecc256', 'stm32h5', 'ecc256-1-stm32h5'],
    ['three-ecc256', 'stm32h7', 'ecc256-3-stm32h7'],
    ['masks-ed25519', 'stm32h5', 'ed25519-masks-stm32h5'],
    ['max-ecc256-24', 'stm32h5', 'max-ecc256-24-stm32h5'],
    ['max-ed25519-19', 'stm32h7', 'max-ed25519-19-stm32h7'],
  ])('makes of %s for %s what wolfBoot makes', async (keystore, target, expected) => {
    directory.write('keystore.der', vectorFile(`keystores/${keystore}/keystore.der`));
    const run = await otpgen(`--target ${target} keystore.der`);
    expect(run).toMatchObject({ exitCode: 0 });
    const theirs = vectorFile(`otp/${expected}/otp.bin`);
    expect(withoutUds(directory.read('otp.bin'))).toBe(withoutUds(theirs));
    expect(otp().uds).toBe('present');
    expect(statSync(join(directory.path, 'otp.bin')).mode & 0o777).toBe(0o600);
    expect(directory.list()).toEqual(['keystore.der', 'otp.bin']);
  });

  it('replaces an earlier otp.bin, nothing else without --force, and never its input', async () => {
    directory.write('a', vectorFile('keys/ecc256/priv_pub.der'));
    directory.write('otp.bin', 'a private key');
    const refused = await otpgen('a --target stm32h5');
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('otp.bin is there and something else');
    expect(directory.read('otp.bin')).toHaveLength(13);
    expect(await otpgen('a --target stm32h5 --force')).toMatchObject({ exitCode: 0 });
    expect(await otpgen('a --target stm32h5', 'b')).toMatchObject({ exitCode: 0 });
    const before = directory.read('otp.bin');
    const onto = await otpgen('./otp.bin --target stm32h5 --force');
    expect(onto).toMatchObject({ exitCode: 1 });
    expect(onto.stderr).toContain('also the input');
    expect(directory.read('otp.bin')).toEqual(before);
  });

  it('draws a new UDS in every run and never shows it', async () => {
    directory.write('a', vectorFile('keys/ecc256/priv_pub.der'));
    const uds: Uint8Array[] = [];
    for (const seed of ['a', 'b']) {
      const { stdout, stderr } = await otpgen('a --target stm32h5', seed);
      const found = directory.read('otp.bin').slice(1984, 2016);
      expect(stdout + stderr).not.toContain(toHex(found).slice(0, 8));
      uds.push(found);
    }
    expect(equalBytes(uds[0]!, uds[1]!)).toBe(false);
  });

  it('takes keystore.c, otp.bin and a public key as well', async () => {
    directory.makeDirectory('src');
    await directory.run(['keygen', '--ecc256', '--exportpubkey', '-g', 'a.der']);
    const images: string[] = [];
    for (const file of ['keystore.der', 'src/keystore.c', 'a_pub.der', 'other.bin']) {
      expect(await otpgen(`--target stm32h5 ${file}`)).toMatchObject({ exitCode: 0 });
      images.push(toHex(directory.read('otp.bin')));
      directory.write('other.bin', directory.read('otp.bin'));
    }
    expect(new Set(images).size).toBe(1);
  });

  it('lays slots out as the bootloader reads them', async () => {
    directory.write('k', vectorFile('keystores/mixed-ecc256-first/keystore.der'));
    expect(await otpgen('--target stm32h5 --universal k')).toMatchObject({ exitCode: 0 });
    expect(otp().strideBytes).toBe(592);
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    await otpgen('--target stm32h5 --profile stm32h5-tz-psa-otp k');
    expect(otp(592).slots).toMatchObject([{ keyType: 2, publicKeySize: 64 }]);
    await otpgen('--target stm32h5 --sign ECC256 k');
    expect(otp().strideBytes).toBe(80);
  });
});

describe('otpgen --upstream-compatible', () => {
  it.each([
    ['otp-rsa2048-2', 'stm32h5', 'rsa2048-2-stm32h5'],
    ['mixed-ecc256-first', 'stm32h7', 'mixed-ecc256-first-stm32h7'],
    ['mixed-ecc384-first', 'stm32h5', 'mixed-ecc384-first-stm32h5'],
    ['max-ecc256-24', 'stm32h5', 'max-ecc256-24-stm32h5'],
  ])('makes of %s for %s the bytes of otp-keystore-gen', async (keystore, target, expected) => {
    directory.write('k', vectorFile(`keystores/${keystore}/keystore.der`));
    const run = await otpgen(`--target ${target} --upstream-compatible --sign ECC256 k`);
    expect(run).toMatchObject({ exitCode: 0 });
    const theirs = vectorFile(`otp/${expected}/otp.bin`);
    expect(withoutUds(directory.read('otp.bin'))).toBe(withoutUds(theirs));
  });

  it('says what a bootloader cannot read in it', async () => {
    directory.write('k', vectorFile('keystores/otp-rsa2048-2/keystore.der'));
    const run = await otpgen('--target stm32h5 --upstream-compatible k');
    expect(run.stdout).toContain('310 bytes apart, the bootloader reads them 336 bytes apart');
    expect(run.stderr).toContain('for comparing only');
    const right = await otpgen('--target stm32h5 k');
    expect(right.stdout).toContain('not the same as the file of otp-keystore-gen');
    expect(right.stderr).not.toContain('for comparing only');
    expect(otp(336).slots).toHaveLength(2);
  });

  it('refuses what the tool fills with memory of its own', async () => {
    directory.write('k', vectorFile('keystores/otp-mldsa2-1/keystore.der'));
    const run = await otpgen('--target stm32h5 --upstream-compatible k');
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('other memory of the tool');
    expect(directory.list()).toEqual(['k']);
  });
});

describe('otpgen --uds', () => {
  it('none leaves the place blank, for the board itself', async () => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    const run = await otpgen('--target stm32h5 --uds none k');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('no device secret');
    expect(otp().uds).toBe('absent');
    expect(
      directory
        .read('otp.bin')
        .slice(1984)
        .every((byte) => byte === 0xff),
    ).toBe(true);
  });

  it('is none or random', async () => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    expect(await otpgen('--target stm32h5 --uds zero k')).toMatchObject({ exitCode: 2 });
    expect(await otpgen('--target stm32h5 --uds random k')).toMatchObject({ exitCode: 0 });
    expect(otp().uds).toBe('present');
  });
});

describe('otpgen --json', () => {
  it('says everything but the secret and what could be checked against it', async () => {
    directory.write('k', vectorFile('keystores/otp-rsa2048-2/keystore.der'));
    const { stdout } = await otpgen('--target stm32h5 --json k');
    const told: unknown = JSON.parse(stdout);
    expect(told).toMatchObject({
      file: 'otp.bin',
      sizeBytes: 2048,
      target: 'stm32h5',
      uds: 'random',
      slots: 2,
      capacity: 5,
      strideBytes: 336,
      upstreamCompatible: false,
      upstreamDifferences: [
        { code: 'stride', oursBytes: 336, upstreamBytes: 310 },
        { code: 'slot-misplaced', slot: 1 },
      ],
    });
    expect(told).not.toHaveProperty('sha256');
    expect(stdout).not.toContain(toHex(directory.read('otp.bin').slice(1984, 1988)));
  });

  it('gives the hash of a file without a secret', async () => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    const { stdout } = await otpgen('--target stm32h5 --uds none --json k');
    expect(JSON.parse(stdout)).toMatchObject({
      sha256: toHex(hash('sha256', directory.read('otp.bin'))),
      upstreamDifferences: [],
    });
  });
});

describe('otpgen for large keys', () => {
  it('takes the ML-DSA level of the keys', async () => {
    directory.write('k', vectorFile('keystores/otp-mldsa3-1/keystore.der'));
    expect(await otpgen('--target stm32h5 --sign ML_DSA k')).toMatchObject({ exitCode: 0 });
    expect(otp(1968).slots[0]!.publicKey).toHaveLength(1952);
  });

  it.each([
    ['keys/mldsa5/keystore.der', 'stm32h5'],
    ['keystores/otp-mldsa2-1/keystore.der', 'stm32h7'],
  ])('refuses %s on %s: such a bootloader cannot be built', async (file, target) => {
    directory.write('k', vectorFile(file));
    const run = await otpgen(`--target ${target} k`);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('cannot even be built');
    expect(directory.list()).toEqual(['k']);
  });
});

describe('otpgen refuses', () => {
  it.each([
    ['no target', 'k', '--target'],
    ['an unknown target', '--target stm32f4 k', 'stm32f4'],
    ['no keystore', '--target stm32h5', 'keystore'],
    ['two keystores', '--target stm32h5 k k', 'too many'],
    ['an unknown option', '--target stm32h5 --lock k', '--lock'],
    ['an unknown profile', '--target stm32h5 --profile x k', 'stm32h5-tz-dualbank-otp'],
    ['a profile of another chip', '--target stm32h7 --profile stm32h5-tz-psa-otp k', 'stm32h5'],
    [
      'profile and type',
      '--target stm32h5 --profile stm32h5-tz-psa-otp --universal k',
      '--profile',
    ],
    ['an unknown type', '--target stm32h5 --sign DSA k', 'ECC256'],
  ])('%s, with exit code 2', async (_name, words, message) => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    const { exitCode, stderr } = await otpgen(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual(['k']);
  });

  it.each([
    ['one key too many', 'keystores/max-ecc256-25/keystore.der', 'stm32h5', '24'],
    [
      'one key too many for the small chip',
      'keystores/max-ed25519-20/keystore.der',
      'stm32h7',
      '19',
    ],
    ['mixed sizes', 'keystores/mixed-ecc256-first/keystore.der', 'stm32h5', '--universal'],
    ['a private key', 'keys/ecc256/priv.der', 'stm32h5', 'private key'],
    ['an image', 'images/ecc256-plain.signed.bin', 'stm32h5', 'firmware image'],
    ['an empty file', 'payloads/p0.bin', 'stm32h5', 'empty'],
  ])('%s, with exit code 1', async (_name, file, target, message) => {
    directory.write('k', vectorFile(file));
    const { exitCode, stderr } = await otpgen(`--target ${target} k`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual(['k']);
  });

  it('keys for another bootloader', async () => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    const run = await otpgen('--target stm32h5 --profile stm32h5-tz-dualbank-otp-ed25519 k');
    expect(run).toMatchObject({ exitCode: 1 });
    expect(directory.list()).toEqual(['k']);
  });
});

describe('otpgen --config', () => {
  const CONFIG =
    'TARGET=stm32h5\nSIGN=ECC256\nFLASH_OTP_KEYSTORE=1\nWOLFBOOT_UNIVERSAL_KEYSTORE=1\n';

  beforeEach(() => {
    directory.write('k', vectorFile('keys/ecc256/priv_pub.der'));
    directory.write('.config', CONFIG);
  });

  it('lays the slots out as this build reads them', async () => {
    const run = await otpgen('--config .config --json k');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ target: 'stm32h5', bootloaderStrideBytes: 592 });
  });

  it('says so where the build takes its keys from elsewhere', async () => {
    directory.write('.config', CONFIG.replace('KEYSTORE=1', 'KEYSTORE=0'));
    const { stderr } = await otpgen('--config .config k');
    expect(stderr).toContain('takes its keys from its own program, not from OTP');
  });

  it.each([
    ['--config .config --target stm32h7 k', 'is a build for stm32h5, not stm32h7'],
    ['--config .config --universal k', '--config says it all'],
    ['--config .config --profile stm32h5-tz-psa-otp k', '--config says it all'],
    ['--config other k', 'does not say enough'],
  ])('%s is wrong use', async (words, expected) => {
    directory.write('other', CONFIG.replace('stm32h5', 'stm32f4'));
    const { exitCode, stderr } = await otpgen(words);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(expected);
    expect(directory.list()).not.toContain('otp.bin');
  });
});
