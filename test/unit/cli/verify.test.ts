import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeIntelHex } from '../../../src/core/stm32/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(async () => {
  directory = new CliDirectory();
  directory.makeDirectory('src');
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  await directory.run([
    'keygen',
    '--ecc256',
    '--exportpubkey',
    '-g',
    'a.der',
    '--id',
    '2',
    '-g',
    'b.der',
  ]);
  await directory.run(['sign', '--ecc256', 'fw.bin', 'a.der', '3']);
  await directory.run(['otpgen', '--target', 'stm32h5', 'keystore.der']);
});
afterEach(() => {
  directory.remove();
});

const verify = (words: string) => directory.run(['verify', ...words.split(' ')]);

describe('verify accepts', () => {
  it.each(['keystore.der', 'src/keystore.c', 'otp.bin', 'a_pub.der'])('%s', async (keystore) => {
    const run = await verify(`fw_v3_signed.bin --keystore ${keystore}`);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('version 3, partition 1');
    expect(run.stdout).toContain('slot 0');
  });

  it('the right header size', async () => {
    const run = await verify('--header-size 256 --keystore a_pub.der fw_v3_signed.bin');
    expect(run).toMatchObject({ exitCode: 0 });
  });

  it('and names what nobody signed', async () => {
    const image = directory.read('fw_v3_signed.bin');
    image[255] = 7;
    directory.write('fw_v3_signed.bin', image);
    const run = await verify('fw_v3_signed.bin --keystore a_pub.der');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('warning: 1 byte at offset 255');
  });
});

describe('verify refuses', () => {
  it.each([
    ['another key', 'fw_v3_signed.bin --keystore b_pub.der', 1, 'not in the keystore'],
    ['another header size', 'fw_v3_signed.bin --keystore a_pub.der --header-size 1024', 1, '1024'],
    ['a key file', 'fw_v3_signed.bin --keystore a.der', 1, 'private key'],
    ['what is no image', 'fw.bin --keystore a_pub.der', 1, 'no signed image'],
    ['a missing file', 'none.bin --keystore a_pub.der', 1, 'none.bin'],
    ['no keystore', 'fw_v3_signed.bin', 2, '--keystore'],
    ['no image', '--keystore a_pub.der', 2, 'image'],
    ['a bad size', 'fw_v3_signed.bin --keystore a_pub.der --header-size 1k', 2, '1k'],
    ['an unknown option', 'fw_v3_signed.bin --keystore a_pub.der --fast', 2, '--fast'],
    ['two images', 'fw_v3_signed.bin fw.bin --keystore a_pub.der', 2, 'too many'],
  ])('%s', async (_name, words, exitCode, message) => {
    const run = await verify(words);
    expect(run.exitCode).toBe(exitCode);
    if (exitCode === 2) expect(run.stdout).toBe('');
    expect(run.stderr).toContain(message);
  });

  it('a partition that the key may not verify', async () => {
    await directory.run(['sign', '--ecc256', 'fw.bin', 'b.der', '4']);
    const run = await verify('fw_v4_signed.bin --keystore keystore.der');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('0x00000004');
  });

  it('changed firmware', async () => {
    const image = directory.read('fw_v3_signed.bin');
    image[600]! ^= 1;
    directory.write('fw_v3_signed.bin', image);
    const run = await verify('fw_v3_signed.bin --keystore keystore.der');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('changed after signing');
  });

  it.each(['rsa2048', 'rsapss3072', 'ed448', 'ecc521', 'mldsa3', 'lms-l2h5w8', 'xmss-10'])(
    'nothing of a %s image that is whole',
    async (id) => {
      const image = vectorFile(`images/${id}-plain.signed.bin`);
      directory.write('i.bin', image);
      directory.write('k', vectorFile(`keys/${id}/priv_pub.der`));
      const files = id.startsWith('rsapss') ? 'keys/rsapss3072/keystore.der' : undefined;
      if (files !== undefined) directory.write('k', vectorFile(files));
      if (id.startsWith('mldsa')) directory.write('k', vectorFile(`keys/${id}/keystore.der`));
      expect(await verify('i.bin --keystore k')).toMatchObject({ exitCode: 0 });
      image[image.length - 1]! ^= 1;
      directory.write('i.bin', image);
      expect(await verify('i.bin --keystore k')).toMatchObject({ exitCode: 1 });
    },
  );
});

describe('verify explains', () => {
  const good = 'fw_v3_signed.bin --keystore a_pub.der';

  it('every check, and marks what it could not check', async () => {
    const { stdout } = await verify(good);
    expect(stdout).toMatch(/^ {2}ok {2}signature /m);
    expect(stdout).toMatch(/^ {2}\? {3}header-size /m);
    expect(stdout).toContain('what is marked "?" was not checked');
  });

  it.each([
    ['--partition 1 --running-version 2', 0, 'version 3 is newer than 2'],
    ['--partition 2', 1, 'not for partition 2'],
    ['--running-version 3', 1, 'version 3 runs already'],
    ['--running-version 4', 1, 'a downgrade'],
    ['--running fw_v3_signed.bin', 1, 'version 3 runs already'],
    ['--profile stm32h7-otp', 0, 'as the bootloader expects'],
    ['--profile stm32h7-otp-ed25519', 1, 'the bootloader is built for Ed25519'],
    ['--profile stm32h5-otp', 1, 'IMAGE_HEADER_SIZE=1024'],
    ['--profile stm32h5-otp --header-size 256', 0, 'fits the partition'],
    ['--config build.config', 1, 'the bootloader is built for sha384'],
    ['--encryption-key enc.key', 1, 'the bootloader decrypts what it is given'],
  ])('%s', async (words, exitCode, message) => {
    directory.write('enc.key', vectorFile('payloads/enc_chacha.key'));
    directory.write(
      'build.config',
      'TARGET=stm32h7\nSIGN=ECC256\nHASH=SHA384\nIMAGE_HEADER_SIZE=256\n',
    );
    const run = await verify(`${good} ${words}`);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain(message);
  });

  it.each([
    ['--profile nobody', 'stm32h5-tz-dualbank-otp'],
    ['--profile stm32h5-otp --config fw.bin', 'one of them'],
    ['--partition 16', '16'],
    ['--running-version new', 'new'],
    ['--aes128', '--encryption-key'],
  ])('%s is wrong use', async (words, message) => {
    const run = await verify(`${good} ${words}`);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
  });

  it('an image in a container', async () => {
    const image = directory.read('fw_v3_signed.bin');
    const program = new Uint8Array(64).fill(1);
    const bootAddress = 0x08020000;
    const one = [
      { address: 0x08000000, bytes: program },
      { address: bootAddress, bytes: image },
    ];
    directory.write('one.hex', writeIntelHex(one));
    directory.write('two.hex', writeIntelHex([...one, { address: 0x080f0000, bytes: image }]));
    directory.write('none.hex', writeIntelHex(one.slice(0, 1)));
    expect(await verify('one.hex --keystore a_pub.der')).toMatchObject({ exitCode: 0 });
    const two = await verify('two.hex --keystore a_pub.der');
    expect(two.exitCode).toBe(2);
    expect(two.stderr).toContain('0x08020000, 0x080F0000');
    const named = await verify('two.hex --keystore a_pub.der --address 0x08020000');
    expect(named).toMatchObject({ exitCode: 0 });
    expect(await verify('none.hex --keystore a_pub.der')).toMatchObject({ exitCode: 2 });
  });

  it('an encrypted image and a delta', async () => {
    directory.write('k', vectorFile('keys/ecc256/keystore.der'));
    directory.write('enc.key', vectorFile('payloads/enc_chacha.key'));
    directory.write('enc.bin', vectorFile('images/ecc256-enc-chacha.encrypted.bin'));
    expect(await verify('enc.bin --keystore k')).toMatchObject({ exitCode: 1 });
    const open = await verify('enc.bin --keystore k --encryption-key enc.key --chacha');
    expect(open).toMatchObject({ exitCode: 0 });
    directory.write('base.bin', vectorFile('images/delta-base.signed.bin'));
    directory.write('diff.bin', vectorFile('images/delta-ecc256.diff.bin'));
    const delta = await verify('diff.bin --keystore k --running base.bin');
    expect(delta).toMatchObject({ exitCode: 0 });
    expect(delta.stdout).toContain('which runs on the board');
  });
});

describe('verify --json', () => {
  it('says what it found, or why not', async () => {
    const good = await verify('--json fw_v3_signed.bin --keystore keystore.der');
    expect(good.exitCode).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      version: 3,
      partitionId: 1,
      key: { slot: 0, keyType: 2 },
      warnings: [],
    });
    const bad = await verify('--json fw_v3_signed.bin --keystore b_pub.der');
    expect(bad.exitCode).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      answer: 'no',
      code: 'image-key-unknown',
      cause: 'key-unknown-other-of-type',
    });
    const { checks } = JSON.parse(good.stdout) as { checks: readonly { outcome: string }[] };
    expect(checks.every(({ outcome }) => outcome !== 'bad')).toBe(true);
  });
});
