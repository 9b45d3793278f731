import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  authKeyByOption,
  parseImage,
  readKeystoreFile,
  verifyImage,
} from '../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../support/cli-host.ts';
import { signatureFromDer, signatureToDer } from '../support/ecdsa-der.ts';
import { vectorFile } from '../support/wolfboot-vectors.ts';

/*
 * openssl stands for a key that never leaves its token: it signs what --sha-only wrote, --manual-sign makes
 * the image of it, and it verifies what stands in that image and in one that our own code signed with its key.
 */

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
});
afterEach(() => {
  directory.remove();
});

function openssl(...words: readonly string[]): number | null {
  return spawnSync('openssl', words, { cwd: directory.path }).status;
}

async function keyfuse(words: string, environment: Readonly<Record<string, string>> = {}) {
  const run = await directory.run(words.split(' '), { environment });
  expect({ words, exitCode: run.exitCode, stderr: notes(run.stderr) }).toEqual({
    words,
    exitCode: 0,
    stderr: '',
  });
  return run;
}

/** Headers that wolfBoot's own tool would have made of another size are no surprise here. */
function notes(stderr: string): string {
  return stderr.replace(/^warning: the header has.*$/gm, '').trim();
}

type Form = 'ecdsa' | 'eddsa' | 'rsa';

interface Peer {
  readonly option: string;
  /** A key file of the vectors, or an algorithm of openssl's genpkey. */
  readonly key: string;
  readonly form: Form;
  readonly fieldBytes?: number;
  readonly hash: string;
  /** Of pkeyutl. */
  readonly padding: readonly string[];
}

const HASHES = { '--sha256': 'sha256', '--sha384': 'sha384', '--sha3': 'sha3-384' } as const;
const hashes = Object.keys(HASHES) as (keyof typeof HASHES)[];
const pkcs1 = ['-pkeyopt', 'rsa_padding_mode:pkcs1'];
const pss = ['-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:digest'];

const elliptic = ([256, 384, 521] as const).flatMap((bits) =>
  hashes.map((hash): Peer => ({
    option: `--ecc${bits}`,
    key: `keys/ecc${bits}-der/priv.der`,
    form: 'ecdsa',
    fieldBytes: Math.ceil(bits / 8),
    hash,
    padding: [],
  })),
);
const edwards = ['ED25519', 'ED448'].flatMap((key) =>
  hashes.map((hash): Peer => ({
    option: `--${key.toLowerCase()}`,
    key,
    form: 'eddsa',
    hash,
    padding: ['-rawin'],
  })),
);
const rsa = [2048, 3072, 4096].flatMap((bits) =>
  hashes.flatMap((hash): Peer[] => {
    const shared = { key: `keys/rsa${bits}/priv.der`, form: 'rsa', hash } as const;
    const named = ['-pkeyopt', `digest:${HASHES[hash]}`];
    const bare = { ...shared, option: `--rsa${bits}`, padding: pkcs1 };
    const digestInfo = { ...shared, option: `--rsa${bits}enc`, padding: [...pkcs1, ...named] };
    const padded = { ...shared, option: `--rsapss${bits}`, padding: [...pss, ...named] };
    // SHA3-384 is no hash that wolfBoot's PSS has.
    return hash === '--sha3' ? [bare, digestInfo] : [bare, digestInfo, padded];
  }),
);

/** key.der and pub.der, both as openssl and sign read them. */
function provideKey({ key }: Pick<Peer, 'key'>, name = ''): void {
  const file = `${name}key.der`;
  if (key.includes('/')) directory.write(file, vectorFile(key));
  else expect(openssl('genpkey', '-algorithm', key, '-outform', 'DER', '-out', file)).toBe(0);
  const words = ['-inform', 'DER', '-in', file, '-pubout', '-outform', 'DER'];
  expect(openssl('pkey', ...words, '-out', `${name}pub.der`)).toBe(0);
}

const KEY = ['-keyform', 'DER', '-inkey'] as const;

function opensslSigns(
  { form, fieldBytes = 0, padding }: Peer,
  digest: string,
  out: string,
  name = '',
) {
  const words = ['pkeyutl', '-sign', ...KEY, `${name}key.der`, '-in', digest, '-out', out];
  expect(openssl(...words, ...padding)).toBe(0);
  if (form !== 'ecdsa') return;
  directory.write(out, signatureFromDer(directory.read(out), fieldBytes));
}

function opensslVerifies({ form, padding }: Peer, digest: string, signature: Uint8Array): boolean {
  directory.write('checked', form === 'ecdsa' ? signatureToDer(signature) : signature);
  const words = ['pkeyutl', '-verify', '-pubin', ...KEY, 'pub.der', '-in', digest];
  return openssl(...words, '-sigfile', 'checked', ...padding) === 0;
}

const signatureIn = (name: string): Uint8Array => parseImage(directory.read(name), name).signature!;

async function boots(name: string, ...keys: readonly string[]): Promise<unknown> {
  const slots = [];
  for (const key of keys) slots.push(...(await readKeystoreFile(directory.read(key), key)).slots);
  return verifyImage(directory.read(name), slots);
}

describe.each([...elliptic, ...edwards, ...rsa])('$option $hash $padding', (peer) => {
  const { option, hash } = peer;

  it('openssl signs, and what stands in the image is its signature', async () => {
    provideKey(peer);
    await keyfuse(`sign ${option} ${hash} --no-ts --sha-only fw.bin pub.der 7`);
    opensslSigns(peer, 'fw_v7_digest.bin', 'sig');
    await keyfuse(`sign ${option} ${hash} --no-ts --manual-sign fw.bin pub.der 7 sig`);
    const { publicKey } = (await readKeystoreFile(directory.read('pub.der'), 'k')).slots[0]!;
    // The file of an RSA key does not say for which padding it is.
    const keyType = authKeyByOption(option.replace('enc', ''))!.code;
    const slot = {
      slotId: 0,
      keyType,
      partitionMask: 2,
      publicKey,
      publicKeySize: publicKey.length,
    };
    const verdict = await verifyImage(directory.read('fw_v7_signed.bin'), [slot]);
    expect(verdict).toMatchObject({ ok: true });
    expect(signatureIn('fw_v7_signed.bin')).toEqual(directory.read('sig'));
  });

  it('openssl verifies the image that we sign with its key', async () => {
    provideKey(peer);
    await keyfuse(`sign ${option} ${hash} --no-ts --sha-only fw.bin pub.der 7`);
    await keyfuse(`sign ${option} ${hash} --no-ts fw.bin key.der 7`);
    const signature = signatureIn('fw_v7_signed.bin');
    expect(opensslVerifies(peer, 'fw_v7_digest.bin', signature)).toBe(true);
    const other = signature.slice();
    other[other.length - 1]! ^= 1;
    expect(opensslVerifies(peer, 'fw_v7_digest.bin', other)).toBe(false);
    // The bare digest and DigestInfo are not the same to openssl.
    if (peer.padding === pkcs1) {
      const named = ['-pkeyopt', `digest:${HASHES[hash as keyof typeof HASHES]}`];
      const asDigestInfo = { ...peer, padding: [...pkcs1, ...named] };
      expect(opensslVerifies(asDigestInfo, 'fw_v7_digest.bin', signature)).toBe(false);
    }
  });
});

describe('two keys of openssl', () => {
  const [p256, ed25519] = [elliptic[0]!, edwards[0]!];

  it('sign a hybrid image', async () => {
    provideKey(p256);
    provideKey(ed25519, '2');
    const words = `${p256.option} ${ed25519.option} --no-ts`;
    const environment = { IMAGE_HEADER_SIZE: '512' };
    await keyfuse(`sign ${words} --sha-only fw.bin pub.der 2pub.der 7`, environment);
    opensslSigns(p256, 'fw_v7_digest.bin', 'sig');
    opensslSigns(ed25519, 'fw_v7_digest.bin', '2sig', '2');
    await keyfuse(`sign ${words} --manual-sign fw.bin pub.der 2pub.der 7 sig 2sig`, environment);
    const verdict = await boots('fw_v7_signed.bin', 'pub.der', '2pub.der');
    expect(verdict).toMatchObject({ ok: true, slotIndex: 0, secondarySlotIndex: 1 });
  });
});

describe('a key of openssl', () => {
  const [p256] = elliptic;

  it('signs a delta image in four steps', async () => {
    provideKey(p256!);
    const environment = { IMAGE_HEADER_SIZE: '512', WOLFBOOT_SECTOR_SIZE: '4096' };
    await keyfuse('sign --ecc256 --no-ts fw.bin key.der 1', environment);
    directory.write('fw.bin', vectorFile('payloads/p4096.bin'));
    const words = 'sign --ecc256 --no-ts --delta fw_v1_signed.bin';
    await keyfuse(`${words} --sha-only fw.bin pub.der 2`, environment);
    opensslSigns(p256!, 'fw_v2_digest.bin', 'sig');
    await keyfuse(`${words} --sha-only fw.bin pub.der 2 sig`, environment);
    opensslSigns(p256!, 'fw_v2_diff_digest.bin', 'diff.sig');
    await keyfuse(`${words} --manual-sign fw.bin pub.der 2 sig diff.sig`, environment);
    for (const name of ['fw_v2_signed.bin', 'fw_v2_signed_diff.bin']) {
      expect(await boots(name, 'pub.der')).toMatchObject({ ok: true });
    }
  });
});
