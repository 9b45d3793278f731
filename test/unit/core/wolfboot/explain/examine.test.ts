import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../../../../src/core/bytes/index.ts';
import {
  encryptImage,
  examineFile,
  factIds,
  fileKinds,
  parseEncryptionKeyFile,
  type Examination,
  type FactId,
} from '../../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { imageManifest } from '../../../../support/image-vectors.ts';
import { keyfusePrimer } from '../../../../support/keyfuse-primer.ts';
import { upstreamKeystoreC } from '../../../../support/upstream-keystore-c.ts';
import { byId, slotsOf, vectorFile, vectors } from '../../../../support/wolfboot-vectors.ts';

const directory = new URL('../../../../vectors/', import.meta.url);
const namesIn = (folder: string) => readdirSync(new URL(folder, directory));

function fact({ facts }: Examination, wanted: FactId) {
  return facts.find(({ id }) => id === wanted)?.value;
}

/** From the first byte to the last, every byte once. */
function expectWhole({ spans, sizeBytes, plain }: Examination): void {
  let at = 0;
  for (const { startBytes, endBytes, path } of spans) {
    expect({ path, startBytes }).toEqual({ path, startBytes: at });
    expect(endBytes).toBeGreaterThan(startBytes);
    at = endBytes;
  }
  expect(at).toBe(plain?.length ?? sizeBytes);
}

async function examine(bytes: Uint8Array, kind: string): Promise<Examination> {
  const found = await examineFile(bytes, 'f');
  expect({ kind: found.kind, problem: found.problem?.message }).toEqual({ kind });
  expectWhole(found);
  for (const { id } of found.facts) expect(factIds).toContain(id);
  return found;
}

describe('every file of the vectors is recognised as what it is', () => {
  const outputs = imageManifest.images.flatMap(({ id, outputs: files }) =>
    files.map((output) => ({ id: `${id} ${output.kind}`, ...output })),
  );
  const kinds = {
    signed: 'image',
    header: 'image-header',
    diff: 'delta-image',
    encrypted: 'encrypted-image',
    diff_encrypted: 'encrypted-image',
  } as const;
  const images = outputs.flatMap((output) => {
    const kind = kinds[output.kind as keyof typeof kinds] as string | undefined;
    return kind === undefined ? [] : [{ ...output, expected: kind }];
  });

  it.each(images)('$id', async ({ file, expected }) => {
    const found = await examine(vectorFile(file), expected);
    expect(found.secret).toBe(false);
    if (found.image?.payloadPresent) expect(fact(found, 'digestHolds')).toBe(true);
  });

  it.each(vectors.keys)('keys/$id', async ({ id, private: file, public_export, keystore_der }) => {
    const secret = await examine(vectorFile(file), 'private-key');
    expect(secret).toMatchObject({ secret: true, sha256: undefined });
    // keygen's export of these is cut (formats/wolfboot.md, section 8), so it is another key.
    if (!id.endsWith('-trunc')) {
      const open = await examine(vectorFile(public_export), 'public-key');
      expect(fact(open, 'fingerprint')).toBe(fact(secret, 'fingerprint'));
    }
    const keystore = await examine(vectorFile(keystore_der), 'keystore.der');
    expect(keystore.slots).toHaveLength(1);
  });

  it.each(
    vectors.keys.flatMap(({ id }) =>
      namesIn(`wolfboot/keys/${id}`)
        .filter((name) => name.startsWith('state_'))
        .map((name) => `keys/${id}/${name}`),
    ),
  )('%s', async (file) => {
    expect(await examine(vectorFile(file), 'private-key')).toMatchObject({ secret: true });
  });

  it.each(vectors.keystores)('keystores/$id', async (vector) => {
    const keystore = await examine(vectorFile(vector.keystore_der), 'keystore.der');
    expect(keystore.slots).toHaveLength(vector.keystore_c.num_pubkeys);
  });

  it.each(vectors.otp)('otp/$id', async (vector) => {
    const otp = await examineFile(vectorFile(vector.otp), 'f');
    expect(otp.kind).toBe('otp.bin');
    expectWhole(otp);
    if (otp.problem === undefined) expect(otp.slots).toHaveLength(vector.num_slots);
    expect(otp.secret).toBe(otp.problem !== undefined || fact(otp, 'uds') === 'present');
  });

  it.each(namesIn('primer').filter((name) => name.endsWith('.bin') && name !== 'bootloader.bin'))(
    'primer/%s',
    async (name) => {
      const primer = await examine(vectorFile(`../primer/${name}`), 'primer');
      expect(fact(primer, 'madeBy')).toBe('wolfboot');
      const keys = primer.spans.filter(({ path }) => path.endsWith('.pubkey'));
      expect(keys.map(({ value }) => value)).toEqual(
        primer.slots.map(({ publicKey }) => toHex(publicKey)),
      );
    },
  );

  it('a bootloader is no primer', async () => {
    expect(await examineFile(vectorFile('../primer/bootloader.bin'), 'f')).toMatchObject({
      kind: 'unknown',
      problem: { code: 'unrecognised-file' },
    });
  });

  it('the primer of Keyfuse', async () => {
    const slots = slotsOf(byId(vectors.keys, 'ecc256'));
    const primer = await examine(keyfusePrimer(slots, { lockBlocks: [3] }), 'primer');
    expect(fact(primer, 'madeBy')).toBe('keyfuse');
    expect(primer.spans).toContainEqual(
      expect.objectContaining({
        path: 'content.slots[0].pubkey',
        value: toHex(slots[0]!.publicKey),
      }),
    );
  });

  it.each([
    ['policy.bin', 'policy'],
    ['enc_chacha.key', 'encryption-key'],
    ['enc_aes256.key', 'encryption-key'],
    ['p1000.bin', 'unknown'],
    ['p4096.bin', 'unknown'],
    ['p0.bin', 'unknown'],
  ])('payloads/%s', async (name, kind) => {
    const found = await examineFile(vectorFile(`payloads/${name}`), 'f');
    expect(found.kind).toBe(kind);
    expectWhole(found);
  });

  it('keystore.c, with and without a byte order mark', async () => {
    const slots = slotsOf(byId(vectors.keystores, 'mixed'));
    const text = new TextEncoder().encode(upstreamKeystoreC(slots, 'ECC256'));
    const plain = await examine(text, 'keystore.c');
    const marked = await examine(concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), text), 'keystore.c');
    const placeOf = ({ spans }: Examination) =>
      spans.find(({ path }) => path.includes('pubkey'))?.startBytes ?? -1;
    expect(placeOf(marked)).toBe(placeOf(plain) + 3);
  });

  it('a record', async () => {
    const record = new TextEncoder().encode('{"format":"keyfuse-record-1","virtual":true}\n');
    expect(fact(await examine(record, 'record'), 'format')).toBe('keyfuse-record-1');
  });

  it('names no kind that does not exist', () => {
    expect(new Set(fileKinds).size).toBe(fileKinds.length);
    expect(new Set(factIds).size).toBe(factIds.length);
  });
});

describe('with its key an encrypted image is', () => {
  const encrypted = imageManifest.images.flatMap((vector) => {
    const file = vector.outputs.find(({ kind }) => /^(?:diff_)?encrypted$/.test(kind))?.file;
    return file === undefined ? [] : [{ id: vector.id, file, vector }];
  });

  it.each(encrypted)('$id: what is inside', async ({ file, vector }) => {
    const cipher = vector.command.includes('--aes128')
      ? 'aes128-ctr'
      : vector.command.includes('--aes256')
        ? 'aes256-ctr'
        : 'chacha20';
    const name = { chacha20: 'chacha', 'aes128-ctr': 'aes128', 'aes256-ctr': 'aes256' }[cipher];
    const keyFile = vectorFile(`payloads/enc_${name}.key`);
    const encryptionKey = parseEncryptionKeyFile(keyFile, 'key', cipher);
    const found = await examineFile(vectorFile(file), 'f', { encryptionKey });
    expect(found).toMatchObject({ kind: file.includes('diff') ? 'delta-image' : 'image' });
    expect(fact(found, 'decryptedWith')).toBe(cipher);
    expect(fact(found, 'digestHolds')).toBe(true);
    expectWhole(found);
    const otherKey = { ...encryptionKey, key: new Uint8Array(encryptionKey.key.length) };
    const closed = await examineFile(vectorFile(file), 'f', { encryptionKey: otherKey });
    expect(closed).toMatchObject({
      kind: 'encrypted-image',
      problem: { code: 'decryption-key-wrong' },
    });
    expectWhole(closed);
  });

  it('found before its length is taken for that of a raw key', async () => {
    const rng = seededRng('length');
    const key = { cipher: 'chacha20', key: rng.bytes(32), nonce: rng.bytes(12) } as const;
    const image = vectorFile('images/ecc256-plain.signed.bin');
    // 1411 bytes, as an XMSS key has.
    const grown = concatBytes(image, new Uint8Array(1411 - image.length));
    const found = await examineFile(encryptImage(grown, key), 'f', { encryptionKey: key });
    expect(found.kind).toBe('image');
  });
});

describe('secrets', () => {
  /** Of what stands in no public half of the vector. */
  function windows(bytes: Uint8Array, known: string): readonly string[] {
    const all = Array.from({ length: Math.max(0, bytes.length - 3) }, (_, at) =>
      toHex(bytes.subarray(at, at + 4)),
    );
    return all.filter((window) => !known.includes(window) && !/^(..)\1{3}$/.test(window));
  }

  it.each(vectors.keys)('of keys/$id are nowhere in its examination', async (vector) => {
    const bytes = vectorFile(vector.private);
    const known = slotsOf(vector)
      .map(({ publicKey }) => toHex(publicKey))
      .join('');
    const { facts, spans, warnings } = await examineFile(bytes, 'f');
    const shown = JSON.stringify([facts, spans.map(({ value, note }) => [value, note]), warnings]);
    const seen = new Set(Array.from({ length: shown.length }, (_, at) => shown.slice(at, at + 8)));
    expect(windows(bytes, known).filter((window) => seen.has(window))).toEqual([]);
    expect(spans.some(({ secret }) => secret)).toBe(true);
  });

  it.each(vectors.otp)('of otp/$id are marked', async ({ otp }) => {
    const bytes = vectorFile(otp);
    const { spans, facts } = await examineFile(bytes, 'f');
    const uds = bytes.subarray(bytes.length - 64, bytes.length - 32);
    if (uds.every((byte) => byte === 0xff)) return;
    expect(spans.find(({ startBytes }) => startBytes === bytes.length - 64)).toMatchObject({
      secret: true,
    });
    expect(JSON.stringify([facts, spans])).not.toContain(toHex(uds.subarray(0, 6)));
  });

  it.each([
    ['PKCS#8 as PEM', '-----BEGIN PRIVATE KEY-----\nMAoCAQ==\n-----END PRIVATE KEY-----\n'],
    [
      'an encrypted key',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAoC\n-----END ENCRYPTED PRIVATE KEY-----\n',
    ],
    [
      'an OpenSSH key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n',
    ],
    ['PEM that is cut off', '-----BEGIN EC PRIVATE KEY-----\nMAoC\n'],
  ])('%s that cannot be read is still one', async (_name, text) => {
    const found = await examineFile(new TextEncoder().encode(text), 'f');
    expect(found).toMatchObject({ kind: 'private-key', secret: true, sha256: undefined });
    expect(found.problem).toBeDefined();
    expectWhole(found);
    const content = found.spans.filter(({ path }) => path === 'base64' || path === 'text');
    expect(content.every(({ secret }) => secret)).toBe(true);
  });

  it('a damaged private key keeps its content', async () => {
    const key = vectorFile('keys/ecc384/priv.der').slice();
    key[100]! ^= 1;
    expect(await examineFile(key, 'f')).toMatchObject({
      kind: 'unknown',
      secret: true,
      sha256: undefined,
      problem: { code: 'key-mismatch' },
    });
    const rsa = vectorFile('keys/rsa2048/priv.der').slice(0, 900);
    expect(await examineFile(rsa, 'f')).toMatchObject({ kind: 'unknown', secret: true });
  });

  it('an OTP image of the wrong length is all secret', async () => {
    const otp = vectorFile('otp/ecc256-1-stm32h5/otp.bin').slice(0, 2010);
    const found = await examineFile(otp, 'f');
    expect(found).toMatchObject({ kind: 'otp.bin', secret: true, sha256: undefined });
    expect(found.spans.every(({ secret }) => secret)).toBe(true);
    expectWhole(found);
  });
});

describe('a broken image', () => {
  it('is an image with a problem, and its fields are shown', async () => {
    const image = vectorFile('images/ed25519-plain.signed.bin').slice(0, 300);
    const found = await examineFile(image, 'f');
    expect(found).toMatchObject({ kind: 'image', problem: { code: 'malformed' } });
    expect(found.spans.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['magic', 'size', 'version', 'sha256', 'signature']),
    );
    expectWhole(found);
  });

  it.each([4, 7, 8, 9, 12, 40])('of %i bytes too', async (length) => {
    const image = vectorFile('images/ed25519-plain.signed.bin').slice(0, length);
    const found = await examineFile(image, 'f');
    expect(found).toMatchObject({ kind: 'image', problem: { code: 'malformed' } });
    expectWhole(found);
  });
});
