// The three steps with a key that is not here: nothing is built before a signature is proven good.
import { beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes, toHex } from '../../../src/core/bytes/index.ts';
import { scheme, type KeyPair } from '../../../src/core/crypto/index.ts';
import { writePublicKeyFile } from '../../../src/core/wolfboot/index.ts';
import { createExternalStore, type ExternalRequest } from '../../../src/state/external.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { keyPair } from '../../support/keys.ts';

const rng = seededRng('external store');
const policy = { name: 'policy.bin', bytes: rng.bytes(36) };
let app: AppBench;
let store: ReturnType<typeof createExternalStore>;
let owner: KeyPair;

beforeEach(async () => {
  app = appBench();
  const { services, firmware, keystore } = app.state;
  store = createExternalStore(services, { firmware, keystore });
  owner = await keyPair('ecdsa-p256');
  await firmware.getState().openFirmware({ name: 'app.bin', bytes: rng.bytes(5000) });
});

const publicFile = () => ({
  name: 'hsm_pub.der',
  bytes: writePublicKeyFile('ecdsa-p256', owner.publicKey, 'der'),
});

async function prepare(more: Partial<ExternalRequest> = {}): Promise<void> {
  await store.getState().prepare({
    firmwareId: app.state.firmware.getState().files[0]!.id,
    key: { from: 'file', file: publicFile() },
    version: 3,
    partitionId: 1,
    headerSizeBytes: 1024,
    timestamp: true,
    ...more,
  });
}

const parts = () => store.getState().job?.parts ?? [];
const sign = async (digest: Uint8Array): Promise<Uint8Array> =>
  (await scheme('ecdsa-p256').sign(owner.privateKey, digest, { rng })).signature;

describe('signing in three steps', () => {
  it('hands out the digest, takes the signature and adds the image', async () => {
    await app.state.keystore.getState().importPublic(publicFile());
    await prepare();
    const [part] = parts();
    expect(part).toMatchObject({
      id: 'image',
      digestFile: 'app_v3_digest.bin',
      signatureFile: 'app_v3.sig',
    });
    expect(part!.commands.map(({ tool }) => tool)).toEqual(['openssl', 'pkcs11', 'azure']);
    store.getState().saveDigest('image');
    const digest = app.saved.get('app_v3_digest.bin') as Uint8Array;
    expect(digest).toHaveLength(32);
    await store.getState().giveText('image', toHex(await sign(digest)));
    expect(parts()[0]!.judgement).toMatchObject({ ok: true, from: 'hex' });
    await store.getState().build();
    const [image] = app.state.firmware.getState().images;
    expect(store.getState()).toMatchObject({ job: undefined, builtId: image!.id });
    expect(image).toMatchObject({ name: 'app_v3_signed.bin', verdict: { ok: true } });
    expect(image!.image.digest).toEqual(digest);
  });

  it('takes the key from a slot of the keystore', async () => {
    await app.state.keystore.getState().importPublic(publicFile());
    const { id } = app.state.keystore.getState().view.chosen[0]!;
    await prepare({ key: { from: 'keystore', id } });
    expect(store.getState().job?.keyName).toBe('hsm_pub.der');
    await store.getState().giveFile('image', {
      name: 'app_v3.sig',
      bytes: await sign(parts()[0]!.wanted.digest),
    });
    expect(parts()[0]!.judgement).toMatchObject({ ok: true, from: 'bytes' });
  });

  it('needs a second signature for a policy, and builds nothing before both are good', async () => {
    await prepare({ policy });
    expect(parts().map(({ id }) => id)).toEqual(['image', 'policy']);
    expect(parts()[1]!.wanted.digest).toEqual(policy.bytes.subarray(4));
    await store.getState().giveText('image', toHex(await sign(parts()[0]!.wanted.digest)));
    await store.getState().build();
    expect(store.getState().activity).toMatchObject({ kind: 'failed' });
    expect(app.state.firmware.getState().images).toEqual([]);
    await store.getState().giveText('policy', toHex(await sign(parts()[1]!.wanted.digest)));
    await store.getState().build();
    expect(app.state.firmware.getState().images[0]!.image.policy?.pcrMask).toEqual(
      policy.bytes.subarray(0, 4),
    );
  });

  it('says which of the keys here signed instead', async () => {
    const { keys, keystore } = app.state;
    await keys.getState().generate('mine', { algorithm: 'ecdsa-p256' });
    expect(keystore.getState().view.chosen).toHaveLength(1);
    await prepare();
    await store.getState().giveText('image', 'not a signature');
    expect(parts()[0]!.judgement).toMatchObject({ ok: false, problem: 'not-a-signature' });
    const stranger = await keyPair('ecdsa-p256', 'stranger');
    await keystore.getState().importPublic({ name: 'stranger', bytes: stranger.publicKey });
    const { signature } = await scheme('ecdsa-p256').sign(
      stranger.privateKey,
      parts()[0]!.wanted.digest,
      { rng },
    );
    await store.getState().giveFile('image', { name: 's', bytes: signature });
    expect(parts()[0]!.judgement).toMatchObject({
      ok: false,
      problem: 'other-key',
      keyName: 'stranger',
    });
  });

  it('encrypts what it builds', async () => {
    await app.state.firmware.getState().makeEncryptionKey('aes128-ctr');
    const keyId = app.state.firmware.getState().encryptionKeys[0]!.id;
    await prepare({ encryption: { keyId, nonce: 'fresh' } });
    await store.getState().giveText('image', toHex(await sign(parts()[0]!.wanted.digest)));
    await store.getState().build();
    expect(app.state.firmware.getState().images.map(({ form }) => form)).toEqual([
      'plain',
      'encrypted',
    ]);
  });

  it.each<[string, Partial<ExternalRequest>]>([
    ['image-header-overflow', { policy, headerSizeBytes: 256 }],
    [
      'unrecognised-file',
      { key: { from: 'file', file: { name: 'x', bytes: asciiToBytes('hi') } } },
    ],
    ['key-unknown', { key: { from: 'keystore', id: 'gone' } }],
  ])('prepares nothing that cannot become an image: %s', async (code, more) => {
    await prepare(more);
    expect(store.getState()).toMatchObject({
      job: undefined,
      activity: { kind: 'failed', error: { code } },
    });
    await prepare();
    store.getState().giveUp();
    expect(store.getState().job).toBeUndefined();
  });
});
