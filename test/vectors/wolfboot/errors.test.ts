import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheme } from '../../../src/core/crypto/index.ts';
import {
  applyDeltaImage,
  buildOtpImage,
  parsePrivateKeyFile,
  profileForKeystore,
  readKeystoreFile,
  verifyImage,
} from '../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { CliDirectory, type CliRun } from '../../support/cli-host.ts';
import { expectThrows } from '../../support/expect-error.ts';
import { provideInputs } from '../../support/image-inputs.ts';
import { imageManifest, type SignErrorVector } from '../../support/image-vectors.ts';
import { byId, slotsOf, vectorFile, vectors } from '../../support/wolfboot-vectors.ts';

/*
 * Every run in which a tool of wolfBoot ended with an error. Where it was right to refuse, so do we, with
 * the reason and without leaving anything; where it could not do what it was asked, we can.
 */

/** As their notes say: the inputs of these runs were not kept. */
const IMPORTS: Readonly<Record<string, string>> = {
  'import-ecc521-raw': 'keys/ecc521/priv_pub.der',
  'import-private-mistake': 'keys/ecc256/priv.der',
  'import-ed25519-private-mistake': 'keys/ed25519/priv.der',
};

/** Keys of these runs were not fresh. */
const STATES: Readonly<Record<string, string>> = {
  'lms-l1h5w8-exhausted': 'keys/lms-l1h5w8/state_exhausted.der',
  'xmss-10-idx1023': 'keys/xmss-10/state_idx1023.der',
};

/** Exit code and words of our refusal. */
const REFUSED: Readonly<Record<string, readonly [exitCode: number, words: string]>> = {
  'rsapss2048-sha3': [2, 'SHA-256 or SHA-384'],
  'rsapss3072-sha3': [2, 'SHA-256 or SHA-384'],
  'rsapss4096-sha3': [2, 'SHA-256 or SHA-384'],
  'lms-l1h5w8-exhausted': [1, 'all its 32 signatures'],
  'xmss-10-idx1023': [1, 'all its 1023 signatures'],
  'delta-ed448-sha3': [2, 'is hashed with sha256, the new image with sha3-384'],
  'delta-nosector': [2, 'WOLFBOOT_SECTOR_SIZE'],
  'err-auto': [2, 'name the algorithm'],
  'err-wrongkey': [1, 'Ed25519'],
  'err-tag-low': [2, '0x002F'],
  'err-tag-ff': [2, '0x12FF'],
  'err-tlv-len3': [2, '1, 2, 4 or 8'],
  'err-id16': [2, '0 to 15'],
  'err-version': [2, '4294967296'],
  'err-partition': [1, '4352 bytes'],
  'err-partition-lms': [1, '9384 bytes'],
  'import-private-mistake': [1, 'private key'],
  'import-ed25519-private-mistake': [1, 'private key'],
  'err-id32': [2, '0 to 31'],
  'err-keystoredir': [2, '-keystoreDir comes last'],
};

/** What wolfBoot's tool should have been able to do, and we do. */
const DONE_HERE: readonly string[] = [
  'quirk-rsa3072-sha384-manual',
  'hybrid-overflow',
  'err-lms-policy',
  'err-lms-delta',
  'import-ecc521-raw',
];

/** What the manifest does not say of a key, but the note or the command does. */
const OTHER_KEYS: Readonly<Record<string, { readonly key?: string; readonly key2?: string }>> = {
  'hybrid-overflow': { key2: 'ecc256' },
  'err-wrongkey': { key: 'ed25519' },
};

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

const vector = (id: string): SignErrorVector => byId(imageManifest.errors, id);

/** Bases of delta runs, by key; the note tells of the hash. */
const BASES: Readonly<Record<string, string>> = {
  'delta-ed448-sha3': '--ed448 --no-ts',
  'delta-nosector': '--ecc256 --no-ts',
  'err-lms-delta': '--lms --no-ts',
};

/** The base is signed here, with the key of the run, which is put back then. */
async function provideBase(id: string): Promise<void> {
  const options = BASES[id];
  if (options === undefined) return;
  const { env, key = '' } = vector(id);
  directory.write('base.bin', vectorFile('payloads/delta_base.bin'));
  const words = ['sign', ...options.split(' '), 'base.bin', 'key.der', '5'];
  const environment = { ...env, IMAGE_HEADER_SIZE: '512' };
  expect(await directory.run(words, { environment })).toMatchObject({ exitCode: 0 });
  directory.write('base.bin', directory.read('base_v5_signed.bin'));
  directory.erase('base_v5_signed.bin');
  directory.write('key.der', vectorFile(`keys/${key}/priv.der`));
}

async function provide(id: string): Promise<void> {
  const found = vector(id);
  if (found.tool === 'keygen') directory.makeDirectory('src');
  else await provideInputs(directory, { ...found, ...OTHER_KEYS[id] });
  await provideBase(id);
  const state = STATES[id];
  if (state !== undefined) directory.write('key.der', vectorFile(state));
  const imported = IMPORTS[id];
  if (imported !== undefined) directory.write('in.bin', vectorFile(imported));
}

function run(id: string): Promise<CliRun> {
  const { command, env } = vector(id);
  return directory.run(command, { environment: env });
}

describe('every error of sign and keygen', () => {
  it('is refused here too, or done', () => {
    const known = [...Object.keys(REFUSED), ...DONE_HERE];
    const ids = imageManifest.errors.map(({ id }) => id);
    expect(known.toSorted()).toEqual(ids.toSorted());
    expect(new Set(known).size).toBe(25);
  });

  it.each(Object.entries(REFUSED))('%s', async (id, [exitCode, words]) => {
    await provide(id);
    const before = directory.list();
    const key = before.includes('key.der') ? directory.read('key.der') : undefined;
    const found = await run(id);
    expect(found).toMatchObject({ exitCode, stdout: '' });
    expect(found.stderr).toContain(words);
    expect(directory.list()).toEqual(before);
    if (key) expect(directory.read('key.der')).toEqual(key);
  });
});

describe('what wolfBoot could not do', () => {
  const slots = async (id: string) =>
    (await readKeystoreFile(vectorFile(`keys/${id}/keystore.der`), 'k')).slots;

  it('import-ecc521-raw: a P-521 key is imported', async () => {
    await provide('import-ecc521-raw');
    expect(await run('import-ecc521-raw')).toMatchObject({ exitCode: 0 });
    const { slots: imported } = await readKeystoreFile(directory.read('keystore.der'), 'k');
    expect(imported[0]!.publicKey).toEqual(slotsOf(byId(vectors.keys, 'ecc521'))[0]!.publicKey);
  });

  it('err-lms-policy: an LMS key signs policy and image', async () => {
    await provide('err-lms-policy');
    expect(await run('err-lms-policy')).toMatchObject({ exitCode: 0 });
    const image = directory.read('fw_v5_signed.bin');
    expect(await verifyImage(image, await slots('lms-l2h5w8'))).toMatchObject({ ok: true });
    expect(directory.read('key.der')[7]).toBe(vectorFile('keys/lms-l2h5w8/priv.der')[7]! + 2);
  });

  it('err-lms-delta: an LMS key signs the image and the delta to it', async () => {
    await provide('err-lms-delta');
    const found = await run('err-lms-delta');
    expect(found).toMatchObject({ exitCode: 0 });
    expect(found.stderr).toContain('used indices 0 and 1');
    expect(directory.read('key.der')[7]).toBe(2);
    const [whole, diff] = ['fw_v6_signed.bin', 'fw_v6_signed_diff.bin'].map((name) =>
      directory.read(name),
    );
    for (const image of [whole!, diff!]) {
      expect(await verifyImage(image, await slots('lms-l2h5w8'))).toMatchObject({ ok: true });
    }
    expect(applyDeltaImage(diff!, directory.read('base.bin'), 4096, 'forward')).toEqual(whole);
  });

  it('hybrid-overflow: the header grows to hold two signatures, and as in wolfBoot it does not', async () => {
    await provide('hybrid-overflow');
    const compatible = [
      'sign',
      '--upstream-compatible',
      ...vector('hybrid-overflow').command.slice(1),
    ];
    const refused = await directory.run(compatible);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('IMAGE_HEADER_SIZE to 512');
    const found = await run('hybrid-overflow');
    expect(found).toMatchObject({ exitCode: 0 });
    expect(found.stderr).toContain('IMAGE_HEADER_SIZE=512');
    const both = [...(await slots('ed25519')), ...(await slots('ecc256'))];
    expect(await verifyImage(directory.read('fw_v21_signed.bin'), both)).toMatchObject({
      ok: true,
      secondarySlotIndex: 1,
    });
  });

  it('quirk-rsa3072-sha384-manual: the header has room for what was signed elsewhere', async () => {
    const { command, key = '' } = vector('quirk-rsa3072-sha384-manual');
    directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
    directory.write('key.der', vectorFile(`keys/${key}/priv_pub.der`));
    const digest = '--rsa3072 --no-ts --sha-only --sha384 fw.bin key.der 18'.split(' ');
    expect(await directory.run(['sign', ...digest])).toMatchObject({ exitCode: 0 });
    const { privateKey } = await parsePrivateKeyFile(vectorFile(`keys/${key}/priv.der`), 'k');
    const { signature } = await scheme('rsa-3072').sign(
      privateKey,
      directory.read('fw_v18_digest.bin'),
      { rng: seededRng('blinding') },
    );
    directory.write('sig.bin', signature);
    const [, ...words] = command;
    expect(await directory.run(['sign', '--no-ts', ...words])).toMatchObject({ exitCode: 0 });
    const image = directory.read('fw_v18_signed.bin');
    expect(await verifyImage(image, await slots(key))).toMatchObject({ ok: true });
  });
});

describe('every error of otp-keystore-gen', () => {
  const overflows = vectors.errors.filter(({ tool }) => tool === 'otp-keystore-gen');

  it('is one of too many keys', () => {
    expect(overflows).toHaveLength(14);
    expect(overflows.every(({ id }) => id.startsWith('max-'))).toBe(true);
  });

  it.each(overflows)(
    '$id: the same exit code, and no file',
    async ({ keystore, target, exit_code }) => {
      const isP521 = keystore!.includes('ecc521');
      const real = slotsOf(byId(vectors.keystores, keystore!));
      expectThrows(
        () =>
          buildOtpImage({
            profile: profileForKeystore(target!, real),
            slots: real,
            uds: undefined,
          }),
        'keystore-too-large',
      );
      directory.write('k', vectorFile(`keystores/${keystore!}/keystore.der`));
      const found = await directory.run(['otpgen', '--target', target!, 'k']);
      expect(found).toMatchObject({ exitCode: exit_code, stdout: '' });
      // keygen's keystore.der of P-521 holds no keys, which is said first.
      expect(found.stderr).toContain(isP521 ? 'keystore.c' : 'do not fit');
      expect(directory.list()).toEqual(['k']);
    },
  );

  it('makes 39 with those of sign and keygen', () => {
    expect(overflows.length + imageManifest.errors.length).toBe(39);
  });
});
