import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/core/bytes/index.ts';
import { scheme } from '../../../src/core/crypto/index.ts';
import {
  applyDeltaImage,
  decryptImage,
  parseEncryptionKeyFile,
  parseImage,
  parsePrivateKeyFile,
  verifyImage,
} from '../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { slotsOfKeys } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/delta_new.bin'));
  directory.write('base.bin', vectorFile('images/delta-ed25519-base.signed.bin'));
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
  directory.write('pub.der', vectorFile('keys/ed25519/priv_pub.der'));
});
afterEach(() => {
  directory.remove();
});

const SECTOR = 4096;
const run = (words: string, environment: Readonly<Record<string, string>> = {}) =>
  directory.run(['sign', '--no-ts', ...words.split(' ')], {
    environment: { WOLFBOOT_SECTOR_SIZE: `${SECTOR}`, ...environment },
  });
const sign = (words: string, environment: Readonly<Record<string, string>> = {}) =>
  run(`--ed25519 --delta base.bin ${words}`, environment);

const [WHOLE, DIFF] = ['fw_v6_signed.bin', 'fw_v6_signed_diff.bin'] as const;

function expectDelta(base = directory.read('base.bin')): void {
  const [whole, diff] = [directory.read(WHOLE), directory.read(DIFF)];
  expect(applyDeltaImage(diff, base, SECTOR, 'forward')).toEqual(whole);
  expect(applyDeltaImage(diff, whole, SECTOR, 'inverse')).toEqual(base);
}

describe('--delta', () => {
  it('writes the whole image and the way to it and back', async () => {
    expect(await sign('fw.bin ed.der 6')).toMatchObject({ exitCode: 0, stderr: '' });
    expectDelta();
    const { headerSizeBytes, delta, version } = parseImage(directory.read(DIFF), DIFF);
    // Neither has more than 256 bytes in it, and the base has 512.
    expect({ headerSizeBytes, version }).toEqual({ headerSizeBytes: 512, version: 6 });
    expect(delta).toMatchObject({ baseVersion: 5 });
    expect(delta?.baseDigest).toEqual(parseImage(directory.read('base.bin'), 'b').digest);
    for (const name of [WHOLE, DIFF]) {
      const verdict = await verifyImage(directory.read(name), slotsOfKeys('ed25519'));
      expect(verdict).toMatchObject({ ok: true });
    }
  });

  it('says in JSON what is in it', async () => {
    const { stdout } = await sign('--json fw.bin ed.der 6');
    const { delta } = parseImage(directory.read(DIFF), DIFF);
    expect(JSON.parse(stdout)).toMatchObject({
      delta: {
        baseVersion: 5,
        patchSizeBytes: delta?.patchSizeBytes,
        inverseSizeBytes: delta?.inverseSizeBytes,
        sectorSizeBytes: SECTOR,
      },
    });
  });

  it('leaves the digest of the base out when told to', async () => {
    await sign('--no-base-sha fw.bin ed.der 6');
    expect(parseImage(directory.read(DIFF), DIFF).delta?.baseDigest).toBeUndefined();
    expectDelta();
    const alone = await run('--ed25519 --no-base-sha fw.bin ed.der 6');
    expect(alone.stderr).toContain('--no-base-sha does nothing without --delta');
  });

  it('encrypts the delta image and not the whole one', async () => {
    directory.write('enc.key', vectorFile('payloads/enc_aes256.key'));
    await sign('--aes256 --encrypt enc.key fw.bin ed.der 6');
    const sealed = 'fw_v6_signed_diff_encrypted';
    const key = parseEncryptionKeyFile(directory.read(`${sealed}.key`), 'k', 'aes256-ctr');
    expect(decryptImage(directory.read(`${sealed}.bin`), key)).toEqual(directory.read(DIFF));
    expect(directory.list().filter((name) => name.includes('encrypted'))).toHaveLength(2);
    const { delta, headerSizeBytes } = parseImage(directory.read(DIFF), DIFF);
    expect(((delta?.inverseOffsetBytes ?? 0) - headerSizeBytes) % 64).toBe(0);
    expectDelta();
  });

  it('gives both images the header that the fields of the delta need', async () => {
    directory.write('chain', new Uint8Array(300));
    directory.write('base.bin', vectorFile('payloads/delta_base.bin'));
    await run('--ed25519 --cert-chain chain base.bin ed.der 5', { IMAGE_HEADER_SIZE: '1024' });
    directory.write('base.bin', directory.read('base_v5_signed.bin'));
    const { exitCode, stderr } = await sign('--cert-chain chain fw.bin ed.der 6');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('grew from 512 to 1024');
    for (const name of [WHOLE, DIFF]) {
      expect(parseImage(directory.read(name), name).headerSizeBytes).toBe(1024);
    }
    expectDelta();
  });

  it.each([
    ['a newer or equal base', 'fw.bin ed.der 5', 'would not take it for an update'],
    ['a base of another key type', '', 'another type'],
  ])('warns of %s', async (_name, words, message) => {
    directory.write('ecc.der', vectorFile('keys/ecc256/priv.der'));
    const other = '--ecc256 --delta base.bin fw.bin ecc.der 6';
    const { exitCode, stderr } = words === '' ? await run(other, HEADER) : await sign(words);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(message);
  });

  it.each([
    ['no sector size', '', {}, { WOLFBOOT_SECTOR_SIZE: '' }, 'WOLFBOOT_SECTOR_SIZE'],
    ['a sector of 64 KiB', '', {}, { WOLFBOOT_SECTOR_SIZE: '0x10000' }, 'up to 65535'],
    ['a sector that is no number', '', {}, { WOLFBOOT_SECTOR_SIZE: '4k' }, '4k'],
    ['a header of another size', '', {}, { IMAGE_HEADER_SIZE: '1024' }, 'no bootloader boots both'],
    ['a base with another hash', '--sha384 ', {}, {}, 'hashed with sha256'],
    ['a delta image for a base', '', { base: DIFF }, {}, 'is a delta image itself'],
    ['a base of version 0', '', { version: '0' }, {}, 'version 0'],
  ])('refuses %s with exit code 2', async (_name, option, change, environment, message) => {
    const { base, version } = change as { base?: string; version?: string };
    if (base !== undefined) {
      await sign('fw.bin ed.der 6');
      directory.write('base.bin', directory.read(base));
      for (const name of [WHOLE, DIFF]) directory.erase(name);
    }
    if (version !== undefined) {
      await run(`--ed25519 fw.bin ed.der ${version}`, HEADER);
      directory.write('base.bin', directory.read(`fw_v${version}_signed.bin`));
      directory.erase(`fw_v${version}_signed.bin`);
    }
    const before = directory.list();
    const { exitCode, stderr, stdout } = await sign(`${option}fw.bin ed.der 6`, environment);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(directory.list()).toEqual(before);
  });
});

const HEADER = { IMAGE_HEADER_SIZE: '512' };

describe('a delta image with signatures made elsewhere', () => {
  const signElsewhere = async (digest: string, signature: string): Promise<void> => {
    const { privateKey } = await parsePrivateKeyFile(directory.read('ed.der'), 'k');
    const made = await scheme('ed25519').sign(privateKey, directory.read(digest), {
      rng: seededRng('x'),
    });
    directory.write(signature, made.signature);
  };

  it('is made in four steps, and is the one that the key makes itself', async () => {
    await sign('fw.bin ed.der 6');
    const [whole, diff] = [directory.read(WHOLE), directory.read(DIFF)];
    for (const name of [WHOLE, DIFF]) directory.erase(name);
    expect(await sign('--sha-only fw.bin pub.der 6')).toMatchObject({ exitCode: 0 });
    await signElsewhere('fw_v6_digest.bin', 'whole.sig');
    const second = await sign('--json --sha-only fw.bin pub.der 6 whole.sig');
    expect(second).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(second.stdout)).toHaveProperty('deltaDigest');
    await signElsewhere('fw_v6_diff_digest.bin', 'diff.sig');
    const made = await sign('--manual-sign fw.bin pub.der 6 whole.sig diff.sig');
    expect(made).toMatchObject({ exitCode: 0 });
    expect(directory.read(WHOLE)).toEqual(whole);
    expect(directory.read(DIFF)).toEqual(diff);
  });

  it('is not made with the signature of the whole image', async () => {
    await sign('--sha-only fw.bin pub.der 6');
    await signElsewhere('fw_v6_digest.bin', 'sig');
    const run = await sign('--manual-sign fw.bin pub.der 6 sig sig');
    expect(run.exitCode).toBe(1);
    expect(directory.list()).not.toContain(WHOLE);
  });
});

describe('keys that use up an index', () => {
  const base = async (): Promise<void> => {
    directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
    await run('--lms fw.bin lms.key 1');
    directory.write('base.bin', directory.read('fw_v1_signed.bin'));
    directory.erase('fw_v1_signed.bin');
    directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
    directory.write('fw.bin', vectorFile('payloads/delta_base.bin'));
  };
  const lms = (words: string, environment: Readonly<Record<string, string>> = {}) =>
    run(`--lms --delta base.bin ${words}fw.bin lms.key 6`, environment);
  const index = (): number => directory.read('lms.key')[7]!;

  it('sign the policy once and both images', async () => {
    await base();
    directory.write('policy', vectorFile('payloads/policy.bin'));
    directory.write('base.bin', vectorFile('payloads/delta_new.bin'));
    await run('--lms base.bin lms.key 1', { IMAGE_HEADER_SIZE: '8192' });
    directory.write('base.bin', directory.read('base_v1_signed.bin'));
    directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
    const found = await lms('--policy policy ', { IMAGE_HEADER_SIZE: '8192' });
    expect(found).toMatchObject({ exitCode: 0 });
    expect(found.stderr).toContain('used indices 0 and 1 and 2');
    const [whole, diff] = [WHOLE, DIFF].map((name) => parseImage(directory.read(name), name));
    expect(whole?.policy).toBeDefined();
    expect(diff?.policy).toEqual(whole?.policy);
    expectDelta();
  });

  it('use none for a delta that does not fit its partition', async () => {
    await base();
    // The firmware grows by what no patch can shorten; the image of 2592 + 5000 bytes still fits.
    const random = Uint8Array.from({ length: 5000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff);
    directory.write('fw.bin', concatBytes(random, vectorFile('payloads/p255.bin')));
    const found = await lms('', {
      WOLFBOOT_PARTITION_SIZE: `${SECTOR + 2592 + 5255}`,
    });
    expect(found).toMatchObject({ exitCode: 1 });
    expect(found.stderr).toContain('partition has room for');
    expect(index()).toBe(0);
    expect(directory.list()).not.toContain(WHOLE);
  });

  it.each([
    ['the hash of the base is another', '--sha384 ', {}],
    ['the header of the base is another', '', { IMAGE_HEADER_SIZE: '4096' }],
    ['the sector size is too large', '', { WOLFBOOT_SECTOR_SIZE: '0x20000' }],
  ])('use none when %s', async (_name, option, environment) => {
    await base();
    const found = await lms(option, environment);
    expect(found).toMatchObject({ exitCode: 2 });
    expect(index()).toBe(0);
  });

  it('use none when only one signature is left', async () => {
    await base();
    const last = vectorFile('keys/lms-l1h5w8/priv.der').slice();
    last[7] = 31;
    directory.write('lms.key', last);
    const found = await lms('');
    expect(found).toMatchObject({ exitCode: 1 });
    expect(found.stderr).toContain('this run takes 2: for the image, the delta image');
    expect(index()).toBe(31);
  });
});
