import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { parseImage, readKeystoreFile, verifyImage } from '../../../src/core/wolfboot/index.ts';
import { buildCliBundle, type BundleOptions, type CliBundle } from '../../support/cli-bundle.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { wasmTreeHasher } from '../../support/hash-engine.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let bundle: CliBundle;
let directory: CliDirectory;

beforeAll(async () => {
  bundle = await buildCliBundle();
}, 60_000);
afterAll(() => {
  bundle.remove();
});
beforeEach(() => {
  directory = new CliDirectory();
  directory.makeDirectory('src');
});
afterEach(() => {
  directory.remove();
});

const keyfuse = (words: string, options: Partial<BundleOptions> = {}) =>
  bundle.run(words.split(' '), { directory: directory.path, ...options });

describe('the program as it ships', () => {
  it('tells the version of the package', async () => {
    expect(await keyfuse('--version')).toEqual({
      exitCode: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  it('goes the whole way on a bare machine', async () => {
    directory.write('fw.bin', vectorFile('payloads/p4096.bin'));
    const steps = [
      'keygen --ecc256 --exportpubkey -g release.der',
      'sign --ecc256 fw.bin release.der 2',
      'verify fw_v2_signed.bin --keystore keystore.der --header-size 1024',
      'otpgen --target stm32h5 src/keystore.c',
      'verify fw_v2_signed.bin --keystore otp.bin',
      'inspect fw_v2_signed.bin --json',
    ];
    for (const step of steps) {
      const run = await keyfuse(step, { environment: { IMAGE_HEADER_SIZE: '1024' } });
      expect({ step, exitCode: run.exitCode }).toEqual({ step, exitCode: 0 });
    }
    expect(directory.list()).toEqual([
      'fw.bin',
      'fw_v2_signed.bin',
      'keystore.der',
      'otp.bin',
      'release.der',
      'release_pub.der',
      'src/keystore.c',
    ]);
    for (const secret of ['release.der', 'otp.bin']) {
      expect(statSync(join(directory.path, secret)).mode & 0o777).toBe(0o600);
    }
  });

  it('makes other keys each time', async () => {
    await keyfuse('keygen --ed25519 -g a -g b');
    expect(directory.read('a')).not.toEqual(directory.read('b'));
  });

  it('hashes a large tree on threads of the same file, and ends', async () => {
    const environment = { XMSS_PARAMS: 'XMSS-SHA2_10_256' };
    const run = await keyfuse('keygen --xmss -g a.der', { environment });
    expect(run.exitCode, run.stderr).toBe(0);
    const key = directory.read('a.der');
    const nodes = await wasmTreeHasher().xmssSubtree(
      {
        secretSeed: key.slice(4, 36),
        publicSeed: key.slice(100, 132),
        layer: 0,
        tree: 0n,
        height: 10,
      },
      { firstLeaf: 0, height: 10 },
    );
    expect(key.slice(68, 100)).toEqual(nodes.slice(-32));
  }, 60_000);

  it('takes the change time of the input for the timestamp', async () => {
    directory.write('key', vectorFile('keys/ed25519/priv.der'));
    writeFileSync(join(directory.path, 'fw.bin'), 'firmware');
    const { ctimeNs } = statSync(join(directory.path, 'fw.bin'), { bigint: true });
    expect(await keyfuse('sign --ed25519 fw.bin key 1')).toMatchObject({ exitCode: 0 });
    const image = parseImage(directory.read('fw_v1_signed.bin'), 'image');
    expect(image.timestamp).toBe(ctimeNs / 1_000_000_000n);
  });

  it('ends with 2 for wrong use and 1 for a refusal, errors on standard error', async () => {
    const wrong = await keyfuse('sign fw.bin key 1');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    const refused = await keyfuse('verify none --keystore none');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'keyfuse verify: none cannot be read: there is no such file or directory\n',
    );
  });
});

describe('the question before overwriting', () => {
  const again = 'keygen --ed25519 -g a.der';

  beforeEach(async () => {
    await keyfuse(again);
  });

  it.each([
    ['Yes', 'Yes\n', 0],
    ['Yes without an end of line', 'Yes', 0],
    ['no', 'no\n', 1],
    ['nothing', '', 1],
    ['an open line on which nobody answers', { open: true } as const, 1],
  ])('is answered by %s', async (_name, input, exitCode) => {
    const before = directory.read('a.der');
    const run = await keyfuse(again, { input });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain("[Type 'Yes']");
    expect(directory.read('a.der').every((byte, at) => byte === before[at])).toBe(exitCode === 1);
  });

  it('signs with an LMS key in two processes at once, with an index each', async () => {
    directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
    directory.write('a.key', vectorFile('keys/lms-l2h5w8/priv.der'));
    const runs = await Promise.all(
      [1, 2, 3].map((version) => keyfuse(`sign --json --lms fw.bin a.key ${version}`)),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const told = runs.map(
      ({ stdout }) => JSON.parse(stdout) as { keys: { consumedIndices: [] }[] },
    );
    expect(told.flatMap(({ keys }) => keys[0]!.consumedIndices).sort()).toEqual(['0', '1', '2']);
    expect(directory.read('a.key')[7]).toBe(3);
    const { slots } = await readKeystoreFile(
      vectorFile('keys/lms-l2h5w8/keystore.der'),
      'keystore.der',
    );
    for (const version of [1, 2, 3]) {
      const image = directory.read(`fw_v${version}_signed.bin`);
      expect(await verifyImage(image, slots)).toMatchObject({ ok: true, version });
    }
    expect(directory.list().filter((name) => name.includes('lock'))).toEqual([]);
  });
});
