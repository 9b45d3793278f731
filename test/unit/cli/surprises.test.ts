import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/core/crypto/index.ts';
import {
  parseImage,
  parseKeystoreDer,
  readKeystoreFile,
  verifyImage,
} from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/* What wolfBoot's tools do unexpectedly, done otherwise: docs/wolfboot-surprises.md has the whole list. */

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
  directory.write('rsa.der', vectorFile('keys/rsa2048/priv.der'));
  directory.write('ecc.der', vectorFile('keys/ecc256/priv.der'));
});
afterEach(() => {
  directory.remove();
});

const sign = (words: string, changeTimeSeconds?: bigint) =>
  directory.run(['sign', ...words.split(' ')], { changeTimeSeconds });

describe('RSA', () => {
  it('keys are not taken for keys of another size', async () => {
    const run = await sign('--rsa4096 fw.bin rsa.der 1');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('RSA-2048');
    expect(directory.list()).not.toContain('fw_v1_signed.bin');
  });

  it('keys serve both paddings, which inspect says', async () => {
    const { stdout } = await directory.run(['inspect', '--json', 'rsa.der']);
    expect(JSON.parse(stdout)).toMatchObject({
      keyType: 'AUTH_KEY_RSA2048',
      alsoUsableAs: 'AUTH_KEY_RSAPSS2048',
    });
    for (const option of ['--rsa2048', '--rsapss2048']) {
      expect(await sign(`${option} fw.bin rsa.der 1`)).toMatchObject({ exitCode: 0 });
    }
  });

  it('hints are of the real key, so a keystore.der with its longer field still matches', async () => {
    await sign('--rsa2048 fw.bin rsa.der 1');
    const keystore = vectorFile('keys/rsa2048/keystore.der');
    const { slots } = parseKeystoreDer(keystore, 'k');
    expect(slots[0]!.publicKeySize).toBe(320);
    const image = directory.read('fw_v1_signed.bin');
    expect(parseImage(image, 'i').hint).toEqual(hash('sha256', slots[0]!.publicKey));
    expect(await verifyImage(image, slots)).toMatchObject({ ok: true });
  });

  it('signatures with DigestInfo verify too, and are made when asked for', async () => {
    const { slots } = await readKeystoreFile(vectorFile('keys/rsa2048/keystore.der'), 'k');
    for (const name of ['rsa2048-plain', 'rsa2048enc-plain']) {
      const image = vectorFile(`images/${name}.signed.bin`);
      expect(await verifyImage(image, slots)).toMatchObject({ ok: true });
    }
    directory.write('rsa.der', vectorFile('keys/rsa2048/priv.der'));
    const signatures = [];
    for (const option of ['--rsa2048', '--rsa2048enc']) {
      expect(await sign(`${option} --no-ts fw.bin rsa.der 1`)).toMatchObject({ exitCode: 0 });
      const image = directory.read('fw_v1_signed.bin');
      expect(await verifyImage(image, slots)).toMatchObject({ ok: true });
      signatures.push(parseImage(image, 'i').tlvs.find(({ name }) => name === 'signature')?.value);
    }
    expect(signatures[0]).not.toEqual(signatures[1]);
  });

  it('headers are as large as announced when the signature is made elsewhere', async () => {
    const image = vectorFile('images/quirk-rsa2048-manual-hdr1024.signed.bin');
    expect(parseImage(image, 'i').headerSizeBytes).toBe(512);
    directory.write('pub', vectorFile('keys/rsa2048/priv_pub.der'));
    const words = '--json --rsa2048 --no-ts --sha-only fw.bin pub 1'.split(' ');
    const run = await directory.run(['sign', ...words], {
      environment: { IMAGE_HEADER_SIZE: '1024' },
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ headerSizeBytes: 1024 });
  });
});

describe('the public key for --sha-only', () => {
  it.each([
    ['the private key', 'keys/ecc256/priv.der'],
    ['a keystore.der with its header', 'keys/ecc256/keystore.der'],
  ])('is not %s', async (_name, file) => {
    directory.write('key', vectorFile(file));
    const run = await sign('--ecc256 --sha-only fw.bin key 1');
    expect(run.exitCode).toBe(1);
    expect(directory.list()).not.toContain('fw_v1_digest.bin');
  });
});

describe('the timestamp', () => {
  const digest = async (words: string, time: bigint): Promise<unknown> => {
    directory.write('pub', vectorFile('keys/ecc256/priv_pub.der'));
    const run = await sign(`--json --ecc256 ${words}--sha-only fw.bin pub 1`, time);
    return (JSON.parse(run.stdout) as { digest: unknown }).digest;
  };

  it('of a copy gives another digest, none gives the same', async () => {
    expect(await digest('', 1n)).not.toBe(await digest('', 2n));
    expect(await digest('--no-ts ', 1n)).toBe(await digest('--no-ts ', 2n));
  });
});
