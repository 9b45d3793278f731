import { linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImage, readKeystoreFile, verifyImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/* sign with keys whose every signature uses up an index: their files go on, first and durably. */

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
  directory.write('xmss.key', vectorFile('keys/xmss-10/priv.der'));
});
afterEach(() => {
  directory.remove();
});

const sign = (words: string, environment: Readonly<Record<string, string>> = {}) =>
  directory.run(['sign', ...words.split(' ')], { environment });
const lmsIndex = (): number => directory.read('lms.key')[7]!;
const xmssIndex = (): number => directory.read('xmss.key')[3]!;

/** With the key at another index; LMS keys are their index and a seed. */
function lmsKeyAt(index: number): Uint8Array {
  const key = vectorFile('keys/lms-l1h5w8/priv.der').slice();
  key[7] = index;
  return key;
}

async function verified(image: string, keystore: string): Promise<void> {
  const { slots } = await readKeystoreFile(vectorFile(`keys/${keystore}/keystore.der`), 'k');
  expect(await verifyImage(directory.read(image), slots)).toMatchObject({ ok: true });
}

describe('sign with a stateful key', () => {
  it('advances LMS and makes an image that verifies', async () => {
    const run = await sign('--lms --no-ts fw.bin lms.key 1');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('lms.key: used index 0; 31 of 32 signatures left');
    expect(lmsIndex()).toBe(1);
    await verified('fw_v1_signed.bin', 'lms-l1h5w8');
    expect(parseImage(directory.read('fw_v1_signed.bin'), 'i').headerSizeBytes).toBe(2 * 1296);
    expect(directory.list()).toEqual(['fw.bin', 'fw_v1_signed.bin', 'lms.key', 'xmss.key']);
  });

  it('advances XMSS without building its tree', async () => {
    const run = await sign('--xmss --no-ts fw.bin xmss.key 1');
    expect(run.exitCode).toBe(0);
    expect(xmssIndex()).toBe(1);
    await verified('fw_v1_signed.bin', 'xmss-10');
  });

  it('uses an index each for a policy and its image, where wolfBoot fails for LMS', async () => {
    directory.write('policy', vectorFile('payloads/policy.bin'));
    const run = await sign('--json --lms --policy policy fw.bin lms.key 1', {
      IMAGE_HEADER_SIZE: '8192',
    });
    expect(run.exitCode).toBe(0);
    expect(lmsIndex()).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({
      keys: [{ consumedIndices: ['0', '1'], signaturesLeft: '30', parameters: 'L1-H5-W8' }],
    });
    await verified('fw_v1_signed.bin', 'lms-l1h5w8');
  });

  it('and a plain one for a hybrid image', async () => {
    directory.write('ecc.key', vectorFile('keys/ecc256/priv.der'));
    const run = await sign('--json --lms --ecc256 fw.bin lms.key ecc.key 1', {
      IMAGE_HEADER_SIZE: '8192',
    });
    expect(run.exitCode).toBe(0);
    expect(lmsIndex()).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      headerSizeBytes: 8192,
      keys: [{ keyType: 'AUTH_KEY_LMS' }, { keyType: 'AUTH_KEY_ECC256', algorithm: 'ecdsa-p256' }],
      outputs: [{ file: 'fw_v1_signed.bin' }],
    });
  });

  it('warns when few signatures are left, and at the last', async () => {
    directory.write('lms.key', lmsKeyAt(28));
    expect((await sign('--lms fw.bin lms.key 1')).stderr).toContain(
      'warning: lms.key: used index 28; 3 of 32',
    );
    directory.write('lms.key', lmsKeyAt(31));
    expect((await sign('--lms fw.bin lms.key 1')).stderr).toContain('the last signature');
    const run = await sign('--lms fw.bin lms.key 2');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('all its 32 signatures');
    expect(lmsIndex()).toBe(32);
  });

  it('works for the digest and the public half without touching the state', async () => {
    directory.write('pub', vectorFile('keys/lms-l1h5w8/priv_pub.der'));
    expect(await sign('--lms --no-ts --sha-only fw.bin pub 1')).toMatchObject({ exitCode: 0 });
    expect(lmsIndex()).toBe(0);
  });
});

describe('no index is used up', () => {
  const unused = async (words: string, environment = {}, message = ''): Promise<void> => {
    const run = await sign(words, environment);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain(message);
    expect([lmsIndex(), xmssIndex()]).toEqual([0, 0]);
    expect(directory.list().filter((name) => name.endsWith('.lock'))).toEqual([]);
  };

  it('for an image that does not fit its partition', () =>
    unused(
      '--lms fw.bin lms.key 1',
      { WOLFBOOT_PARTITION_SIZE: '0x1000', WOLFBOOT_SECTOR_SIZE: '0x400' },
      '3592 bytes',
    ));

  it('when the environment speaks of other LMS parameters', () =>
    unused('--lms fw.bin lms.key 1', { LMS_HEIGHT: '10' }, 'LMS_HEIGHT=10'));

  it('when the environment speaks of another XMSS set', () =>
    unused(
      '--xmss fw.bin xmss.key 1',
      { XMSS_PARAMS: 'XMSSMT-SHA2_20/2_256' },
      'XMSS_PARAMS=XMSSMT-SHA2_20/2_256',
    ));

  it('for a key of another scheme', () => unused('--xmss fw.bin lms.key 1', {}, 'LMS'));

  it('for a policy when only one signature is left', async () => {
    directory.write('policy', vectorFile('payloads/policy.bin'));
    directory.write('lms.key', lmsKeyAt(31));
    const run = await sign('--lms --policy policy fw.bin lms.key 1', { IMAGE_HEADER_SIZE: '8192' });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('this run takes 2: for the image, the policy');
    expect(lmsIndex()).toBe(31);
  });

  it('when the image could not be written', async () => {
    mkdirSync(join(directory.path, 'fw_v1_signed.bin'));
    await unused('--lms fw.bin lms.key 1', {}, 'not a file');
  });

  it('when the second key of a hybrid image cannot be read', () =>
    unused('--lms --ecc256 fw.bin lms.key missing 1', { IMAGE_HEADER_SIZE: '8192' }, 'missing'));

  it('when the key has a second name', async () => {
    linkSync(join(directory.path, 'lms.key'), join(directory.path, 'other.key'));
    await unused('--lms fw.bin lms.key 1', {}, 'hard links');
  });

  it('for a file that is longer than its key', async () => {
    const key = vectorFile('keys/lms-l1h5w8/priv.der');
    directory.write('lms.key', new Uint8Array([...key, 0, 0]));
    await unused('--lms fw.bin lms.key 1', {}, 'lms.key');
  });
});
