import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { byId, slotsOf, vectorFile, vectors } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

interface Report {
  readonly kind: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256?: string;
  readonly spans: readonly { path: string; startBytes: number; endBytes: number; value?: string }[];
  readonly warnings: readonly string[];
  readonly [fact: string]: unknown;
}

async function inspect(bytes: Uint8Array | string): Promise<Report> {
  directory.write('f', bytes);
  const { exitCode, stdout, stderr } = await directory.run(['inspect', 'f', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

describe('inspect recognises', () => {
  it.each([
    ['images/ed25519-plain.signed.bin', 'image'],
    ['images/mldsa5-plain.signed.bin', 'image'],
    ['images/delta-ecc256.diff.bin', 'delta-image'],
    ['images/ecc256-headeronly.header.bin', 'image-header'],
    ['keys/rsa2048/keystore.der', 'keystore.der'],
    ['keystores/mixed-universal/keystore.der', 'keystore.der'],
    ['otp/ecc256-3-stm32h5/otp.bin', 'otp.bin'],
    ['otp/ecc256-1-notarget/otp.bin', 'otp.bin'],
    ['../primer/ecc256-os.bin', 'primer'],
    ['keys/ecc256/priv.der', 'private-key'],
    ['keys/ecc256-der/priv.der', 'private-key'],
    ['keys/ed25519/priv.der', 'private-key'],
    ['keys/ecc256/priv_pub.der', 'public-key'],
    ['keys/ecc256-der/priv_pub.der', 'public-key'],
    ['keys/xmss-10/priv_pub.der', 'public-key'],
    ['keys/rsa4096/priv_pub.der', 'public-key'],
    ['payloads/policy.bin', 'policy'],
  ])('%s as %s', async (file, kind) => {
    const bytes = vectorFile(file);
    const report = await inspect(bytes);
    expect(report).toMatchObject({ kind, file: 'f', sizeBytes: bytes.length });
    for (const { startBytes, endBytes } of report.spans) {
      expect(startBytes).toBeLessThan(endBytes);
      expect(endBytes).toBeLessThanOrEqual(bytes.length);
    }
  });

  it('keystore.c', async () => {
    directory.makeDirectory('src');
    await directory.run(['keygen', '--ecc256', '-g', 'a.der']);
    const { stdout } = await directory.run(['inspect', 'src/keystore.c', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'keystore.c', slots: [{ slotId: 0 }] });
  });

  it.each([
    ['nothing', new Uint8Array(), 1],
    ['firmware', vectorFile('payloads/p1000.bin'), 1],
    ['text', 'hello', 1],
  ])('but not %s', async (_name, bytes, exitCode) => {
    directory.write('f', bytes);
    const run = await directory.run(['inspect', 'f']);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain('Known are');
  });

  it('and complains about a broken file as what it claims to be', async () => {
    const image = vectorFile('images/ed25519-plain.signed.bin');
    directory.write('f', image.slice(0, 300));
    const run = await directory.run(['inspect', 'f']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('f: size at offset 4');
  });
});

describe('inspect says', () => {
  it('what stands in an image, and where', async () => {
    const report = await inspect(vectorFile('images/ecc256-tlvmulti.signed.bin'));
    expect(report).toMatchObject({
      version: 13,
      timestamp: '1795223376',
      partitionId: 1,
      keyType: 'ECDSA P-256',
      hash: 'sha256',
      digestHolds: true,
      headerSizeBytes: 256,
      payloadSizeBytes: 1000,
      warnings: [],
    });
    expect(report.tlvs).toContainEqual({
      tag: '0x0041',
      name: 'custom',
      offsetBytes: 52,
      lengthBytes: 11,
      value: toHex(new TextEncoder().encode('hello-world')),
      covered: true,
    });
    expect(report.spans).toContainEqual(
      expect.objectContaining({ path: 'payload', startBytes: 256, endBytes: 1256 }),
    );
  });

  it('that the digest does not hold', async () => {
    const image = vectorFile('images/ed25519-plain.signed.bin');
    image[1000]! ^= 1;
    expect(await inspect(image)).toMatchObject({ digestHolds: false });
  });

  it('the fields of a delta image', async () => {
    expect(await inspect(vectorFile('images/delta-ecc256.diff.bin'))).toMatchObject({
      delta: {
        baseVersion: 1,
        patchSizeBytes: 0xb5,
        inverseOffsetBytes: 0x2c0,
        inverseSizeBytes: 0x9d,
      },
    });
  });

  it('the same in the same words: keys in order, no matter how often', async () => {
    directory.write('f', vectorFile('keystores/three-ecc256/keystore.der'));
    const runs = await Promise.all([1, 2].map(() => directory.run(['inspect', '--json', 'f'])));
    expect(runs[0]!.stdout).toBe(runs[1]!.stdout);
    const keys = Object.keys(JSON.parse(runs[0]!.stdout) as object);
    expect(keys).toEqual(keys.toSorted());
  });

  it('it in lines for people', async () => {
    directory.write('f', vectorFile('images/ed25519-cmdline.signed.bin'));
    const { stdout } = await directory.run(['inspect', 'f']);
    expect(stdout).toContain('f: image, 1256 bytes');
    expect(stdout).toMatch(/^ {2}0x0030\s+14\s+cmdline\s+root=\/dev\/x ro$/m);
  });

  it('what a primer would burn', async () => {
    const report = await inspect(vectorFile('../primer/ecc256-os.bin'));
    expect(report.writes).toContainEqual(
      expect.objectContaining({ what: 'uds', offsetBytes: 1984, content: 'random' }),
    );
  });
});

describe('inspect says of a private key', () => {
  const stateless = vectors.keys.filter(({ id }) => !/^(?:lms|xmss)/.test(id));

  it.each(stateless)(
    '$id: type, algorithm, public half and length of a signature',
    async (vector) => {
      const report = await inspect(vectorFile(vector.private));
      const [slot] = slotsOf(vector);
      expect(report).toMatchObject({
        kind: 'private-key',
        // An RSA key does not say that it is meant for PSS.
        keyType: vector.keystore_c.slots[0]!.key_type.replace('RSAPSS', 'RSA'),
        publicKey: toHex(slot!.publicKey),
        publicHalf: 'recomputed',
      });
      expect(report).not.toHaveProperty('nextIndex');
    },
  );

  it.each([
    ['lms-l1h5w8', 'lms', 'L1-H5-W8', '32', 1296],
    ['lms-l2h5w8', 'lms', 'L2-H5-W8', '1024', 2644],
    ['lms-l4h5w8', 'lms', 'L4-H5-W8', '1048576', 5340],
    ['xmss-10', 'xmss', 'XMSS-SHA2_10_256', '1023', 2500],
    ['xmssmt-20-2', 'xmssmt', 'XMSSMT-SHA2_20/2_256', '1048575', 4963],
    ['xmssmt-20-4', 'xmssmt', 'XMSSMT-SHA2_20/4_256', '1048575', 9251],
  ])('%s: parameters and state', async (id, algorithm, parameters, capacity, signatureBytes) => {
    const vector = byId(vectors.keys, id);
    expect(await inspect(vectorFile(vector.private))).toMatchObject({
      kind: 'private-key',
      algorithm,
      parameters,
      capacity,
      nextIndex: '0',
      signaturesLeft: capacity,
      signatureBytes,
      publicKey: toHex(slotsOf(vector)[0]!.publicKey),
      publicHalf: 'stored',
      warnings: [],
    });
  });

  it('that few signatures are left, or none', async () => {
    const key = vectorFile('keys/lms-l1h5w8/priv.der').slice();
    key[7] = 30;
    expect(await inspect(key)).toMatchObject({
      signaturesLeft: '2',
      warnings: ['2 of 32 signatures are left'],
    });
    key[7] = 32;
    expect(await inspect(key)).toMatchObject({ signaturesLeft: '0', nextIndex: '32' });
  });

  it('whether its tree is its own, when asked', async () => {
    const key = vectorFile('keys/lms-l1h5w8/priv.der').slice();
    directory.write('f', key);
    const good = await directory.run(['inspect', '--prove', '--json', 'f']);
    expect(JSON.parse(good.stdout)).toMatchObject({ publicHalf: 'recomputed' });
    key[123]! ^= 1; // the root
    directory.write('f', key);
    expect(await directory.run(['inspect', 'f'])).toMatchObject({ exitCode: 0 });
    const bad = await directory.run(['inspect', '--prove', 'f']);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain('does not belong');
  });
});

describe('inspect keeps secrets', () => {
  it.each([
    'keys/ecc256/priv.der',
    'keys/ecc256-der/priv.der',
    'keys/ed25519/priv.der',
    'keys/ed448/priv.der',
    'keys/ecc384/priv.der',
    'keys/lms-l2h5w8/priv.der',
    'keys/xmss-10/priv.der',
  ])('of %s only the public half is shown', async (file) => {
    const bytes = vectorFile(file);
    directory.write('f', bytes);
    for (const words of [
      ['inspect', 'f'],
      ['inspect', 'f', '--json'],
    ]) {
      const { stdout, stderr } = await directory.run(words);
      const shown = (stdout + stderr).replaceAll(/\s/g, '');
      // Every window of four bytes that stands in the file but not in its public half.
      const publicHalf = toHex(vectorFile(file.replace('priv.der', 'keystore.der')));
      for (let at = 0; at + 4 <= bytes.length; at++) {
        const window = toHex(bytes.slice(at, at + 4));
        if (!publicHalf.includes(window)) expect(shown).not.toContain(window);
      }
      expect(stdout).toContain('fingerprint');
    }
  });

  it('of an otp.bin the UDS is not shown', async () => {
    const bytes = vectorFile('otp/ecc256-1-stm32h5/otp.bin');
    directory.write('f', bytes);
    for (const words of [
      ['inspect', 'f'],
      ['inspect', 'f', '--json'],
    ]) {
      const { stdout } = await directory.run(words);
      expect(stdout).not.toContain(toHex(bytes.slice(1984, 1990)));
      expect(stdout).toMatch(/"?uds"?: "?present/);
      expect(stdout).not.toContain('sha256');
    }
  });
});

it.each([['inspect'], ['inspect', 'a', 'b'], ['inspect', '--xml', 'a']])(
  '%s %s %s is wrong use',
  async (...words) => {
    expect(await directory.run(words.filter(Boolean))).toMatchObject({ exitCode: 2, stdout: '' });
  },
);
