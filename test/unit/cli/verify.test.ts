import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    expect(run).toMatchObject({ exitCode, stdout: '' });
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
    expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, code: 'image-key-unknown' });
  });
});
