// What the firmware store makes of a request: fields, forms, and refusals before any index is used.
import { beforeEach, describe, expect, it } from 'vitest';
import { throwIfCancelled } from '../../../src/core/ports/index.ts';
import { applyPatch, parseImage } from '../../../src/core/wolfboot/index.ts';
import { createFirmwareStore, type SignRequest } from '../../../src/state/firmware.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { seededRng } from '../../support/bytes-rng.ts';

const lms = { algorithm: 'lms', lms: { levels: 1, height: 5, winternitz: 8 } } as const;
const rng = seededRng('sign forms');
const firmwareBytes = rng.bytes(20_000);

let app: AppBench;

beforeEach(async () => {
  app = appBench();
  const { firmware, keys } = app.state;
  await keys.getState().generate('line', { algorithm: 'ecdsa-p256' });
  await firmware.getState().openFirmware({ name: 'app.bin', bytes: firmwareBytes });
});

const state = () => app.state.firmware.getState();
const key = (index = 0) => app.state.keys.getState().keys[index]!;

function request(more: Partial<SignRequest> = {}): SignRequest {
  return {
    firmwareId: state().files.at(-1)!.id,
    keyId: key().id,
    version: 1,
    partitionId: 1,
    headerSizeBytes: 1024,
    timestamp: false,
    ...more,
  };
}

async function signed(more: Partial<SignRequest> = {}) {
  await state().sign(request(more));
  expect(state().activity).toEqual({ kind: 'idle' });
  return state().images;
}

async function refused(more: Partial<SignRequest>): Promise<string> {
  const before = state().images.length;
  await state().sign(request(more));
  expect(state().images).toHaveLength(before);
  const { activity } = state();
  return activity.kind === 'failed' ? `${activity.error.code}: ${activity.error.message}` : '';
}

describe('fields of a signed image', () => {
  it('hold what was asked for, in its order', async () => {
    const text = new TextEncoder().encode('hello');
    const tree = new Uint8Array(48);
    new DataView(tree.buffer).setUint32(0, 0xd00dfeed);
    new DataView(tree.buffer).setUint32(4, 48);
    const [entry] = await signed({
      hash: 'sha384',
      customTlvs: [
        { tag: 0x40, kind: 'number', lengthBytes: 4, value: 0xa1b2c3d4n },
        { tag: 0x41, kind: 'hex', hex: 'AB cd' },
        { tag: 0x42, kind: 'text', text: 'hello' },
        { tag: 0x43, kind: 'file', file: { name: 'f', bytes: text } },
        { tag: 0x44, kind: 'public-key', file: { name: 'k', bytes: key().publicKey } },
      ],
      cmdline: 'quiet',
      deviceTree: { name: 'board.dtb', bytes: tree },
      certificateChain: { name: 'chain.der', bytes: text },
    });
    const values = entry!.image.tlvs
      .filter(({ tag }) => tag >= 0x23 && tag !== 0x35)
      .map(({ tag, value }) => [tag, value]);
    expect(values).toEqual([
      [0x40, Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1)],
      [0x41, Uint8Array.of(0xab, 0xcd)],
      [0x42, text],
      [0x43, text],
      [0x44, key().publicKey],
      [0x34, new TextEncoder().encode('quiet')],
      [0x23, text],
    ]);
    expect(entry).toMatchObject({
      name: 'app_v1_signed.bin',
      form: 'plain',
      image: { hash: 'sha384' },
    });
    expect(entry!.verdict).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<SignRequest>]>([
    [
      'does not fit into 1 bytes',
      { customTlvs: [{ tag: 0x40, kind: 'number', lengthBytes: 1, value: 256n }] },
    ],
    ['hexadecimal', { customTlvs: [{ tag: 0x40, kind: 'hex', hex: 'abc' }] }],
    ['not allowed', { customTlvs: [{ tag: 0x2f, kind: 'text', text: '' }] }],
    ['field of its own', { customTlvs: [{ tag: 0x34, kind: 'text', text: 'quiet' }] }],
    [
      'there twice',
      {
        customTlvs: [
          { tag: 0x40, kind: 'text', text: 'a' },
          { tag: 0x40, kind: 'text', text: 'b' },
        ],
      },
    ],
    ['malformed', { policy: { name: 'policy.bin', bytes: new Uint8Array(35) } }],
    ['there is no key', { keyId: undefined }],
    [
      'neither a second signature',
      { unsigned: true, policy: { name: 'policy.bin', bytes: new Uint8Array(36) } },
    ],
    ['neither encrypted', { headerOnly: true, encryption: { keyId: 'k', nonce: 'keep' } }],
  ])('are refused: %s', async (words, more) => {
    const message = await refused(more);
    expect(message).toContain(words);
  });

  it('make an unsigned image or the header alone', async () => {
    const [unsigned, header] = [
      (await signed({ unsigned: true, keyId: undefined }))[0]!,
      (await signed({ headerOnly: true, version: 2 }))[1]!,
    ];
    expect(unsigned.image).toMatchObject({ unsigned: true, signature: undefined });
    expect(header.bytes).toHaveLength(1024);
    expect(header).toMatchObject({ name: 'app_v2_header.bin', image: { payloadPresent: false } });
  });

  it('carry a second signature', async () => {
    await app.state.keys.getState().generate('two', { algorithm: 'ed25519' });
    const [entry] = await signed({ secondaryKeyId: key(1).id });
    expect(entry!.verdict).toMatchObject({ ok: true, slotIndex: 0, secondarySlotIndex: 1 });
  });
});

describe('a plan', () => {
  it('says what the header will be, and uses no key', async () => {
    const plan = await state().plan(request({ headerSizeBytes: undefined }));
    expect(plan).toMatchObject({
      layout: { headerSizeBytes: 256, requiredBytes: 176 },
      imageBytes: 20_256,
      mostBytes: 0xa0000 - 2 * 0x2000,
      otherHeaderThanBootloader: true,
      uses: [],
    });
    expect((await state().plan(request())).otherHeaderThanBootloader).toBe(false);
  });

  it('counts the signatures of a stateful key', async () => {
    await app.state.keys.getState().generate('counted', lms);
    await signed();
    const policy = { name: 'policy.bin', bytes: new Uint8Array(36) };
    const delta = { baseImageId: state().images[0]!.id, sectorSizeBytes: 0x2000, baseDigest: true };
    const of = async (more: Partial<SignRequest>) =>
      (await state().plan(request({ keyId: key(1).id, headerSizeBytes: 8192, ...more }))).uses;
    expect(await of({})).toMatchObject([{ count: 1n, left: 32n }]);
    expect(await of({ policy })).toMatchObject([{ count: 2n }]);
    await signed({ headerSizeBytes: 8192, version: 2 });
    const base = { ...delta, baseImageId: state().images[1]!.id };
    expect(await of({ delta: base, policy, version: 3 })).toMatchObject([{ count: 4n }]);
    expect(await of({ delta: base, keyId: key().id, secondaryKeyId: key(1).id })).toMatchObject([
      { count: 2n },
    ]);
  });
});

describe('before an index is used', () => {
  it.each<[string, Partial<SignRequest>]>([
    ['image-too-large', { firmwareId: 'large' }],
    [
      'image-header-overflow',
      { headerSizeBytes: 256, policy: { name: 'p', bytes: new Uint8Array(36) } },
    ],
    ['key-unknown', { encryption: { keyId: 'gone', nonce: 'fresh' } }],
    ['key-exhausted', { policy: { name: 'p', bytes: new Uint8Array(36) } }],
    ['version 0', { delta: { baseImageId: 'zero', sectorSizeBytes: 0x2000, baseDigest: true } }],
    [
      'no bootloader boots both',
      { delta: { baseImageId: 'other', sectorSizeBytes: 0x2000, baseDigest: true } },
    ],
  ])('%s is refused', async (words, more) => {
    await signed({ version: 0, headerSizeBytes: 8192 });
    await signed({ version: 1, headerSizeBytes: 512 });
    const [zero, other] = state().images;
    await app.state.keys.getState().generate('counted', lms);
    await app.state.keys.getState().advanceState(key(1).id, words === 'key-exhausted' ? 31n : 4n);
    if (more.firmwareId === 'large') {
      await state().openFirmware({ name: 'large.bin', bytes: new Uint8Array(0xa0000 - 0x4000) });
    }
    const baseImageId = more.delta?.baseImageId === 'zero' ? zero!.id : other!.id;
    const before = key(1).signatures?.nextIndex;
    const message = await refused({
      headerSizeBytes: 8192,
      ...more,
      firmwareId: state().files.at(-1)!.id,
      keyId: key(1).id,
      version: 2,
      ...(more.delta && { delta: { ...more.delta, baseImageId } }),
    });
    expect(message).toContain(words);
    expect(key(1).signatures?.nextIndex).toBe(before);
  });
});

describe('encrypted images', () => {
  it('come with a key file of their own, and are judged by what they decrypt to', async () => {
    await state().makeEncryptionKey('chacha20');
    const keyId = state().encryptionKeys[0]!.id;
    const [plain, sealed] = await signed({ encryption: { keyId, nonce: 'fresh' } });
    expect(sealed).toMatchObject({
      name: 'app_v1_signed_and_encrypted.bin',
      form: 'encrypted',
      links: { plainId: plain!.id },
      encryption: { key: { name: 'app_v1_key.bin', uses: 1 }, stopsReceiverEarly: false },
      verdict: { ok: true },
      image: { version: 1 },
    });
    expect(sealed!.bytes).toHaveLength(plain!.bytes.length);
    expect(sealed!.bytes).not.toEqual(plain!.bytes);
    await state().saveEncryptionKey(sealed!.encryption!.key.id);
    const file = app.saved.get('app_v1_key.bin') as Uint8Array;
    expect(file).toHaveLength(44);

    const other = appBench();
    const firmware = () => other.state.firmware.getState();
    await firmware().openEncryptionKey({ name: 'k.bin', bytes: file.slice() }, 'chacha20');
    await firmware().openEncrypted(
      { name: 'sent.bin', bytes: sealed!.bytes },
      firmware().encryptionKeys[0]!.id,
    );
    expect(firmware().images).toMatchObject([
      { name: 'sent_decrypted.bin', form: 'plain', sha256: plain!.sha256 },
      { name: 'sent.bin', form: 'encrypted', links: { plainId: firmware().images[0]!.id } },
    ]);
  });

  it('share a keystream when the nonce is kept, and this is counted', async () => {
    await state().openEncryptionKey({ name: 'k', bytes: rng.bytes(48) }, 'aes256-ctr');
    const keyId = state().encryptionKeys[0]!.id;
    await signed({ encryption: { keyId, nonce: 'keep' } });
    await signed({ encryption: { keyId, nonce: 'keep' }, version: 2 });
    expect(state().encryptionKeys).toMatchObject([{ id: keyId, uses: 2 }]);
  });
});

describe('delta images', () => {
  const sectorSizeBytes = 0x2000;

  it('are signed patches between two whole images', async () => {
    await signed();
    const [base] = state().images;
    await state().makeEncryptionKey('aes128-ctr');
    const keyId = state().encryptionKeys[0]!.id;
    const [, whole, diff, sealed] = await signed({
      version: 2,
      delta: { baseImageId: base!.id, sectorSizeBytes, baseDigest: true },
      encryption: { keyId, nonce: 'fresh' },
    });
    expect([whole, diff, sealed].map((image) => [image!.name, image!.form])).toEqual([
      ['app_v2_signed.bin', 'plain'],
      ['app_v2_signed_diff.bin', 'delta'],
      ['app_v2_signed_diff_encrypted.bin', 'delta-encrypted'],
    ]);
    expect(diff!.links).toEqual({ baseId: base!.id, targetId: whole!.id });
    expect(sealed!.links).toEqual({ ...diff!.links, plainId: diff!.id });
    expect(diff!.verdict).toMatchObject({ ok: true });
    const { delta, headerSizeBytes } = parseImage(diff!.bytes, 'diff');
    expect(delta).toMatchObject({ baseVersion: 1, baseDigest: base!.image.digest });
    const patch = diff!.bytes.subarray(headerSizeBytes, headerSizeBytes + delta!.patchSizeBytes);
    const limits = { fileName: 'diff' };
    expect(applyPatch(base!.bytes, patch, sectorSizeBytes, limits)).toEqual(whole!.bytes);
  });

  it('keep what is signed when the patches are stopped', async () => {
    await signed();
    const { services, keys, keystore } = app.state;
    const deltaMaker: typeof services.deltaMaker = {
      makePatches: (_base, _target, _sector, call) => {
        expect(store.getState()).toMatchObject({ stage: 'patch' });
        store.getState().cancel();
        throwIfCancelled(call?.signal);
        return Promise.reject(new Error('not stopped'));
      },
    };
    const store = createFirmwareStore({ ...services, deltaMaker }, keys, keystore);
    await store.getState().openFirmware({ name: 'app.bin', bytes: firmwareBytes });
    await store.getState().openSigned(state().images[0]!);
    const delta = {
      baseImageId: store.getState().images[0]!.id,
      sectorSizeBytes,
      baseDigest: true,
    };
    const firmwareId = store.getState().files[0]!.id;
    await store.getState().sign(request({ version: 2, delta, firmwareId }));
    expect(store.getState()).toMatchObject({
      activity: { kind: 'idle' },
      stage: undefined,
      progress: undefined,
      images: [{ origin: 'opened' }, { name: 'app_v2_signed.bin', form: 'plain' }],
    });
  });
});
