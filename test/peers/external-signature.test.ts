// The three steps with openssl: the very commands that are shown sign what becomes an image.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HashId } from '../../src/core/crypto/index.ts';
import {
  assembleImage,
  imageDigest,
  judgeSignature,
  parsePublicKeyFile,
  PRIVATE_KEY_FILE,
  readSignatureFile,
  signingCommands,
  verifyImage,
  type AuthKeyName,
  type ImageOptions,
} from '../../src/core/wolfboot/index.ts';
import { seededRng } from '../support/bytes-rng.ts';
import { workFolder, type WorkFolder } from '../support/peer-tools.ts';

const firmware = seededRng('external peers').bytes(5000);
const files = { digest: 'app_v3_digest.bin', signature: 'app_v3.sig' };
const timeoutMs = 60_000;

let folder: WorkFolder;

beforeEach(() => {
  folder = workFolder();
});
afterEach(() => {
  folder.remove();
});

const rsa = ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
const curve = (name: string): string[] => [
  'genpkey',
  '-algorithm',
  'EC',
  '-pkeyopt',
  `ec_paramgen_curve:${name}`,
];

it.each<[AuthKeyName, HashId, string[]]>([
  ['ECC256', 'sha256', curve('P-256')],
  ['ECC256', 'sha384', curve('P-256')],
  ['ECC384', 'sha384', curve('P-384')],
  ['ECC521', 'sha256', curve('P-521')],
  ['ECC521', 'sha3-384', curve('P-521')],
  ['ED25519', 'sha256', ['genpkey', '-algorithm', 'ED25519']],
  ['ED448', 'sha3-384', ['genpkey', '-algorithm', 'ED448']],
  ['RSA2048', 'sha256', rsa],
  ['RSA2048', 'sha384', rsa],
  ['RSAPSS2048', 'sha256', rsa],
  ['RSAPSS2048', 'sha384', rsa],
])(
  'openssl signs %s with %s by the commands that are shown',
  async (name, hashId, keygen) => {
    folder.run('openssl', ...keygen, '-out', PRIVATE_KEY_FILE);
    folder.run('openssl', 'pkey', '-in', PRIVATE_KEY_FILE, '-pubout', '-out', 'pub.pem');
    const { keyType, algorithm, publicKey } = await parsePublicKeyFile(
      folder.read('pub.pem'),
      'pub.pem',
      name,
    );
    const options: ImageOptions = {
      keyType,
      partitionId: 1,
      version: 3,
      hash: hashId,
      headerSizeBytes: 1024,
    };
    const digest = imageDigest(firmware, options, { primary: publicKey });
    folder.write(files.digest, digest);
    const commands = signingCommands({ algorithm, hash: hashId, digest, files }).filter(
      ({ tool }) => tool === 'openssl',
    );
    expect(commands).toHaveLength(name === 'RSA2048' ? 2 : 1);
    for (const [index, { command }] of commands.entries()) {
      const [program, ...words] = command!.split(' ');
      expect(folder.run(program!, ...words)).toMatchObject({ exitCode: 0 });
      const judgement = await judgeSignature(
        readSignatureFile(folder.read(files.signature), files.signature),
        { keyType, algorithm, publicKey, digest, hash: hashId },
      );
      if (!judgement.ok) throw new Error(judgement.message);
      const form = index === 0 ? 'bare' : 'digest-info';
      expect(judgement.rsaForm).toBe(name === 'RSA2048' ? form : undefined);
      const image = await assembleImage(
        firmware,
        options,
        { primary: publicKey },
        { primary: judgement.signature },
      );
      const slot = {
        slotId: 0,
        keyType,
        partitionMask: 0xffffffff,
        publicKey,
        publicKeySize: publicKey.length,
      };
      expect(await verifyImage(image, [slot])).toMatchObject({ ok: true });
    }
  },
  timeoutMs,
);

it('a digest that openssl hashed once more is told from a good one', async () => {
  folder.run('openssl', ...curve('P-256'), '-out', PRIVATE_KEY_FILE);
  folder.run('openssl', 'pkey', '-in', PRIVATE_KEY_FILE, '-pubout', '-out', 'pub.pem');
  const { keyType, algorithm, publicKey } = await parsePublicKeyFile(
    folder.read('pub.pem'),
    'pub.pem',
  );
  const digest = seededRng('twice').bytes(32);
  folder.write(files.digest, digest);
  const sign = ['dgst', '-sha256', '-sign', PRIVATE_KEY_FILE, '-out', files.signature];
  folder.run('openssl', ...sign, files.digest);
  expect(
    await judgeSignature(readSignatureFile(folder.read(files.signature), files.signature), {
      keyType,
      algorithm,
      publicKey,
      digest,
      hash: 'sha256',
    }),
  ).toMatchObject({ ok: false, problem: 'hashed-twice' });
});
