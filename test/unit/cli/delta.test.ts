import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyDeltaImage,
  decryptImage,
  parseEncryptionKeyFile,
  parseImage,
  verifyImage,
} from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { slotsOfKeys } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('base.bin', vectorFile('images/delta-ed25519-base.signed.bin'));
  directory.write('new.bin', vectorFile('images/delta-ed25519.signed.bin'));
  directory.write('theirs.bin', vectorFile('images/delta-ed25519.diff.bin'));
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
});
afterEach(() => {
  directory.remove();
});

const ENVIRONMENT = { WOLFBOOT_SECTOR_SIZE: '4096' };
const delta = (words: string, environment: Readonly<Record<string, string>> = ENVIRONMENT) =>
  directory.run(['delta', ...words.split(' ')], { environment });

describe('delta make', () => {
  it('gives the delta image that sign gives with the same images', async () => {
    expect(await delta('make --ed25519 base.bin new.bin ed.der')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    const made = directory.read('new_diff.bin');
    directory.write('fw.bin', vectorFile('payloads/delta_new.bin'));
    const { timestamp } = parseImage(directory.read('new.bin'), 'n');
    const words = 'sign --ed25519 --delta base.bin fw.bin ed.der 6';
    await directory.run(words.split(' '), {
      environment: { ...ENVIRONMENT, IMAGE_HEADER_SIZE: '512' },
      changeTimeSeconds: timestamp,
    });
    expect(directory.read('fw_v6_signed.bin')).toEqual(directory.read('new.bin'));
    expect(made).toEqual(directory.read('fw_v6_signed_diff.bin'));
    const slots = slotsOfKeys('ed25519');
    expect(await verifyImage(made, slots)).toMatchObject({ ok: true });
  });

  it('takes over the fields of the new image', async () => {
    directory.write('fw.bin', vectorFile('payloads/delta_new.bin'));
    const words =
      'sign --ed25519 --no-ts --id 3 --custom-tlv 0x40 4 77 --cmdline quiet fw.bin ed.der 9';
    const environment = { ...ENVIRONMENT, IMAGE_HEADER_SIZE: '512' };
    await directory.run(words.split(' '), { environment });
    await delta('make --ed25519 --json base.bin fw_v9_signed.bin ed.der');
    const [whole, diff] = ['fw_v9_signed.bin', 'fw_v9_signed_diff.bin'].map((name) =>
      parseImage(directory.read(name), name),
    );
    expect(diff).toMatchObject({ version: 9, partitionId: 3, timestamp: undefined });
    for (const tag of [0x40, 0x34]) {
      const of = (image: typeof diff) => image?.tlvs.find((tlv) => tlv.tag === tag)?.value;
      expect(of(diff)).toEqual(of(whole));
      expect(of(diff)).toBeDefined();
    }
  });

  it('encrypts it under a fresh nonce', async () => {
    directory.write('enc.key', vectorFile('payloads/enc_aes128.key'));
    const { exitCode } = await delta(
      'make --ed25519 --aes128 --encrypt enc.key base.bin new.bin ed.der',
    );
    expect(exitCode).toBe(0);
    const key = parseEncryptionKeyFile(directory.read('new_diff_encrypted.key'), 'k', 'aes128-ctr');
    const opened = decryptImage(directory.read('new_diff_encrypted.bin'), key);
    expect(opened).toEqual(directory.read('new_diff.bin'));
  });

  it('uses one index of a key that has few', async () => {
    directory.write('lms.key', vectorFile('keys/lms-l1h5w8/priv.der'));
    directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
    for (const version of ['1', '2']) {
      await directory.run(['sign', '--lms', 'fw.bin', 'lms.key', version]);
    }
    const run = await delta('make --lms fw_v1_signed.bin fw_v2_signed.bin lms.key');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('used index 2');
    expect(directory.read('lms.key')[7]).toBe(3);
  });

  it('warns when the new image has another key', async () => {
    directory.makeDirectory('src');
    await directory.run(['keygen', '--ed25519', '--force', '-g', 'other.der']);
    const run = await delta('make --ed25519 base.bin new.bin other.der');
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('new.bin was signed with another key');
  });

  it.each([
    ['another algorithm', 'make --ecc256 base.bin new.bin ed.der', 1, 'another type'],
    ['a delta image', 'make --ed25519 base.bin theirs.bin ed.der', 2, 'a delta image itself'],
    [
      'an option of sign',
      'make --ed25519 --sha384 base.bin new.bin ed.der',
      2,
      'follows from the new',
    ],
    ['no key', 'make --ed25519 base.bin new.bin', 2, 'the key of Ed25519'],
    ['neither make nor apply', 'show base.bin', 2, 'neither make nor apply'],
    ['nothing', 'apply', 2, 'the delta image is missing'],
    ['one image only', 'apply theirs.bin', 2, 'to start from'],
  ])('refuses %s', async (_name, words, exitCode, message) => {
    const before = directory.list();
    const run = await delta(words);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(directory.list()).toEqual(before);
  });

  it('never writes onto an input', async () => {
    directory.write('new_diff.bin', directory.read('base.bin'));
    const run = await delta('make --ed25519 new_diff.bin new.bin ed.der');
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.stderr).toContain('also an input');
    expect(directory.read('new_diff.bin')).toEqual(directory.read('base.bin'));
  });
});

describe('delta apply', () => {
  it('makes the new image of the base, and the base of the new image', async () => {
    expect(await delta('apply theirs.bin base.bin')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(directory.read('theirs_applied.bin')).toEqual(directory.read('new.bin'));
    const { stdout } = await delta('apply theirs.bin new.bin --inverse --out back.bin --json');
    expect(directory.read('back.bin')).toEqual(directory.read('base.bin'));
    expect(JSON.parse(stdout)).toMatchObject({ direction: 'inverse', file: 'back.bin' });
  });

  it('takes the sector size from the command line too', async () => {
    const run = await delta('apply --sector-size 0x1000 theirs.bin base.bin', {});
    expect(run).toMatchObject({ exitCode: 0 });
    const wrong = await delta('apply --sector-size 256 theirs.bin base.bin');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('sector size');
    expect(await delta('apply theirs.bin base.bin', {})).toMatchObject({ exitCode: 2 });
  });

  it('opens an encrypted one', async () => {
    directory.write('diff', vectorFile('images/delta-ecc256-enc.diff_encrypted.bin'));
    directory.write('k', vectorFile('payloads/enc_aes128.key'));
    directory.write('base.bin', vectorFile('images/delta-base.signed.bin'));
    const run = await delta('apply --encryption-key k --aes128 diff base.bin --out new');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(directory.read('new')).toEqual(vectorFile('images/delta-ecc256-enc.signed.bin'));
    const closed = await delta('apply diff base.bin');
    expect(closed.exitCode).toBe(1);
  });

  it.each([
    ['the wrong base', 'apply theirs.bin new.bin', 'for version 5'],
    ['a whole image', 'apply new.bin base.bin', 'not a delta image'],
    ['an output that is no image', 'apply theirs.bin base.bin --out ed.der', 'something else'],
    ['its own input', 'apply theirs.bin base.bin --out base.bin', 'also an input'],
  ])('refuses %s', async (_name, words, message) => {
    const before = directory.list();
    const run = await delta(words);
    expect(run.exitCode).toBeGreaterThan(0);
    expect(run.stderr).toContain(message);
    expect(directory.list()).toEqual(before);
    expect(directory.read('ed.der')).toEqual(vectorFile('keys/ed25519/priv.der'));
  });

  it('applies what delta make made', async () => {
    await delta('make --ed25519 base.bin new.bin ed.der');
    const diff = directory.read('new_diff.bin');
    const [base, whole] = [directory.read('base.bin'), directory.read('new.bin')];
    expect(applyDeltaImage(diff, base, 4096, 'forward')).toEqual(whole);
    expect(await delta('apply new_diff.bin base.bin')).toMatchObject({ exitCode: 0 });
    expect(directory.read('new_diff_applied.bin')).toEqual(whole);
  });
});

describe('decrypt', () => {
  const decrypt = (words: string) => directory.run(['decrypt', ...words.split(' ')]);
  const PLAIN = 'images/ed25519-enc-aes128-unaligned';

  beforeEach(() => {
    directory.write('sealed.bin', vectorFile(`${PLAIN}.encrypted.bin`));
    directory.write('k', vectorFile('payloads/enc_aes128.key'));
  });

  it('opens an image, and cuts it to its length', async () => {
    const run = await decrypt('sealed.bin --encryption-key k --aes128');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(directory.read('sealed_decrypted.bin')).toEqual(vectorFile(`${PLAIN}.signed.bin`));
    const words = 'sealed.bin --encryption-key k --aes128 --header-size 256 --out plain.bin --json';
    const { stdout } = await decrypt(words);
    expect(JSON.parse(stdout)).toMatchObject({
      cipher: 'aes128-ctr',
      file: 'plain.bin',
      sizeBytes: 269,
    });
    expect(directory.read('plain.bin')).toEqual(vectorFile(`${PLAIN}.signed.bin`));
  });

  it.each([
    ['no key', 'sealed.bin', 2, '--encryption-key FILE is missing'],
    ['a cipher without a key', 'sealed.bin --aes128', 2, '--encryption-key'],
    ['a key that is too short', 'sealed.bin --encryption-key k', 1, 'nonce of 12'],
    ['a plain image', 'new.bin --encryption-key k --aes128', 1, 'not encrypted'],
    ['the image of another key', 'ed.der --encryption-key k --aes128', 1, 'no image comes out'],
    ['no image', '--encryption-key k', 2, 'is missing'],
    ['two images', 'a b --encryption-key k', 2, '"b"'],
    [
      'to overwrite its input',
      'sealed.bin --encryption-key k --aes128 --out sealed.bin',
      1,
      'input',
    ],
  ])('refuses %s', async (_name, words, exitCode, message) => {
    const before = directory.list();
    const run = await decrypt(words);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(directory.list()).toEqual(before);
  });
});
