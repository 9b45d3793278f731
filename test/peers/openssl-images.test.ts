import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/core/bytes/index.ts';
import { parseImage } from '../../src/core/wolfboot/index.ts';
import { firmware } from '../support/image-keys.ts';
import { buildCliBundle, type CliBundle } from '../support/cli-bundle.ts';
import { workFolder, type WorkFolder } from '../support/peer-tools.ts';

/*
 * Whole images of the command line: openssl verifies their signatures, and in three steps with
 * --sha-only and --manual-sign it stands for a key that never leaves its token.
 */

let bundle: CliBundle;
let folder: WorkFolder;

beforeAll(async () => {
  bundle = await buildCliBundle();
}, 60_000);
afterAll(() => {
  bundle.remove();
});
beforeEach(() => {
  folder = workFolder();
  folder.run('mkdir', 'src');
  folder.write('fw.bin', firmware(5000));
});
afterEach(() => {
  folder.remove();
});

async function keyfuse(words: string): Promise<void> {
  const { exitCode, stderr } = await bundle.run(words.split(' '), { directory: folder.path('.') });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

const openssl = (words: string) => folder.run('openssl', ...words.split(' '));

/** RFC 8410: SubjectPublicKeyInfo of a raw Ed25519 key. */
const ED25519_SPKI = fromHex('302a300506032b6570032100');

function toDer(signature: Uint8Array): Uint8Array {
  const integers = [signature.slice(0, 32), signature.slice(32)].map((value) => {
    const digits = value.slice(value.findIndex((byte) => byte !== 0));
    const body = digits[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits;
    return concatBytes(Uint8Array.of(2, body.length), body);
  });
  const body = concatBytes(...integers);
  return concatBytes(Uint8Array.of(0x30, body.length), body);
}

function fromDer(der: Uint8Array): Uint8Array {
  const rLength = der[3]!;
  const parts = [der.slice(4, 4 + rLength), der.slice(6 + rLength)];
  return concatBytes(
    ...parts.map((part) => {
      const digits = part.slice(part.findIndex((byte) => byte !== 0));
      return concatBytes(new Uint8Array(32 - digits.length), digits);
    }),
  );
}

describe('openssl and our images', () => {
  it.each(['--sha256', '--sha384', '--sha3'])('verifies P-256 images with %s', async (hash) => {
    await keyfuse('keygen --ecc256 --der --exportpubkey -g key.der');
    await keyfuse(`sign --ecc256 ${hash} --no-ts fw.bin key.der 1`);
    await keyfuse(`sign --ecc256 ${hash} --no-ts --sha-only fw.bin key_pub.der 1`);
    const { signature } = parseImage(folder.read('fw_v1_signed.bin'), 'image');
    folder.write('sig', toDer(signature!));
    const verify =
      '-verify -pubin -keyform DER -inkey key_pub.der -in fw_v1_digest.bin -sigfile sig';
    expect(openssl(`pkeyutl ${verify}`)).toMatchObject({ exitCode: 0 });
    folder.write('sig', toDer(signature!.toReversed()));
    expect(openssl(`pkeyutl ${verify}`).exitCode).not.toBe(0);
  });

  it.each(['--sha256', '--sha384'])('verifies Ed25519 images with %s', async (hash) => {
    await keyfuse('keygen --ed25519 --exportpubkey -g key.der');
    await keyfuse(`sign --ed25519 ${hash} --no-ts fw.bin key.der 1`);
    await keyfuse(`sign --ed25519 ${hash} --no-ts --sha-only fw.bin key_pub.der 1`);
    folder.write('spki', concatBytes(ED25519_SPKI, folder.read('key_pub.der')));
    const { signature } = parseImage(folder.read('fw_v1_signed.bin'), 'image');
    const verify =
      '-verify -pubin -rawin -keyform DER -inkey spki -in fw_v1_digest.bin -sigfile sig';
    folder.write('sig', signature!);
    expect(openssl(`pkeyutl ${verify}`)).toMatchObject({ exitCode: 0 });
    folder.write('sig', signature!.toReversed());
    expect(openssl(`pkeyutl ${verify}`).exitCode).not.toBe(0);
  });

  it('signs for us with P-256', async () => {
    openssl('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem');
    openssl('pkey -in key.pem -pubout -outform DER -out pub.der');
    await keyfuse('sign --ecc256 --no-ts --sha-only fw.bin pub.der 7');
    openssl('pkeyutl -sign -inkey key.pem -in fw_v7_digest.bin -out sig.der');
    folder.write('sig', fromDer(folder.read('sig.der')));
    await keyfuse('sign --ecc256 --no-ts --manual-sign fw.bin pub.der 7 sig');
    await keyfuse('verify fw_v7_signed.bin --keystore pub.der');
  });

  it('signs for us with Ed25519', async () => {
    openssl('genpkey -algorithm ED25519 -out key.pem');
    openssl('pkey -in key.pem -pubout -outform DER -out pub.der');
    await keyfuse('sign --ed25519 --no-ts --sha-only fw.bin pub.der 7');
    openssl('pkeyutl -sign -rawin -inkey key.pem -in fw_v7_digest.bin -out sig');
    await keyfuse('sign --ed25519 --no-ts --manual-sign fw.bin pub.der 7 sig');
    await keyfuse('verify fw_v7_signed.bin --keystore pub.der');
  });
});
