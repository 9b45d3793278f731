// Signing with two keys and a policy, and the keys of encrypted images, which never leave but as files.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import {
  authKeyOfAlgorithm,
  parseEncryptionKeyFile,
  parseImage,
  verifyImage,
  type ImageOptions,
} from '../../../src/core/wolfboot/index.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { KeyInfo } from '../../../src/workers/keyring/protocol.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { memoryParts, testBrowser } from '../../support/keyring-parts.ts';

const rng = seededRng('keyring images');
const lms = { algorithm: 'lms', lms: { levels: 1, height: 5, winternitz: 8 } } as const;
const policy = { pcrMask: Uint8Array.of(1, 0, 0, 0), digest: rng.bytes(32) };
const firmware = rng.bytes(3000);

function keyring() {
  return createKeyring(memoryParts({ rng }));
}

function options(key: KeyInfo, more: Partial<ImageOptions> = {}): ImageOptions {
  return {
    keyType: authKeyOfAlgorithm(key.algorithm).code,
    partitionId: 1,
    version: 3,
    hash: 'sha256',
    headerSizeBytes: 8192,
    ...more,
  };
}

const slotOf = (key: KeyInfo, slotId: number) => ({
  slotId,
  keyType: authKeyOfAlgorithm(key.algorithm).code,
  partitionMask: key.partitionMask,
  publicKey: key.publicKey,
  publicKeySize: key.publicKey.length,
});

describe('an image that takes several signatures', () => {
  it('is signed by both keys of a hybrid', async () => {
    const ring = keyring();
    const one = await ring.generate({ name: 'one', spec: { algorithm: 'ecdsa-p256' } });
    const two = await ring.generate({ name: 'two', spec: { algorithm: 'ed25519' } });
    const bytes = await ring.signImage(
      { primary: one.id, secondary: two.id },
      firmware,
      options(one, { secondaryKeyType: authKeyOfAlgorithm('ed25519').code }),
    );
    expect(await verifyImage(bytes, [slotOf(one, 0), slotOf(two, 1)])).toMatchObject({
      ok: true,
      slotIndex: 0,
      secondarySlotIndex: 1,
    });
  });

  it('takes two indices of a stateful key for a policy', async () => {
    const ring = keyring();
    const key = await ring.generate({ name: 'line', spec: lms });
    const bytes = await ring.signImage({ primary: key.id }, firmware, options(key, { policy }));
    expect(parseImage(bytes, 'image').policy?.pcrMask).toEqual(policy.pcrMask);
    expect((await ring.list())[0]?.signatures?.nextIndex).toBe(2n);
  });

  it('uses no index where the second would be missing', async () => {
    const ring = keyring();
    const key = await ring.generate({ name: 'line', spec: lms });
    await ring.advanceState(key.id, 31n);
    await expectRejects(
      ring.signImage({ primary: key.id }, firmware, options(key, { policy })),
      'key-exhausted',
    );
    expect((await ring.list())[0]?.signatures?.nextIndex).toBe(31n);
    await ring.signImage({ primary: key.id }, firmware, options(key));
    expect((await ring.list())[0]?.signatures?.nextIndex).toBe(32n);
  });

  it('uses no index where the second key is gone', async () => {
    const ring = keyring();
    const key = await ring.generate({ name: 'line', spec: lms });
    const other = await ring.generate({ name: 'other', spec: { algorithm: 'ed25519' } });
    const secondaryKeyType = authKeyOfAlgorithm('ed25519').code;
    await ring.forget(other.id);
    await expectRejects(
      ring.signImage(
        { primary: key.id, secondary: other.id },
        firmware,
        options(key, { secondaryKeyType }),
      ),
      'key-unknown',
    );
    expect((await ring.list())[0]?.signatures?.nextIndex).toBe(0n);
  });
});

describe('the keys of encrypted images', () => {
  const choice = { nonce: 'fresh', fileName: 'image_key.bin', headerSizeBytes: 256 } as const;

  async function signed() {
    const ring = keyring();
    const key = await ring.generate({ name: 'one', spec: { algorithm: 'ed25519' } });
    const image = await ring.signImage(
      { primary: key.id },
      firmware,
      options(key, { headerSizeBytes: 256 }),
    );
    return { ring, image };
  }

  it('give every image a nonce and a key file of its own', async () => {
    const { ring, image } = await signed();
    const key = await ring.makeEncryptionKey('chacha20', 'line_key.bin');
    const first = await ring.encryptImage(key.id, image, choice);
    const second = await ring.encryptImage(key.id, image, choice);
    expect(new Set([key.nonce, first.key.nonce, second.key.nonce]).size).toBe(3);
    expect(first).toMatchObject({
      key: { uses: 1, saved: false, name: 'image_key.bin' },
      stopsReceiverEarly: false,
    });
    expect(await ring.decryptImage(first.key.id, first.bytes)).toEqual(image);
    await expectRejects(ring.decryptImage(key.id, first.bytes), 'decryption-key-wrong');
    expect(first.key.origin).toBe('image');
    const file = await ring.saveEncryptionKey(first.key.id);
    expect(toHex(file.bytes.subarray(32))).toBe(first.key.nonce);
    expect((await ring.listEncryptionKeys()).map(({ saved }) => saved)).toEqual([
      false,
      true,
      false,
    ]);
    const again = await ring.openEncryptionKey(file, 'chacha20');
    expect(again).toMatchObject({ id: first.key.id, origin: 'opened' });
  });

  it('count what shares a keystream when the nonce is kept', async () => {
    const { ring, image } = await signed();
    const key = await ring.makeEncryptionKey('aes256-ctr', 'line_key.bin');
    const kept = { ...choice, nonce: 'keep' } as const;
    const first = await ring.encryptImage(key.id, image, kept);
    const second = await ring.encryptImage(key.id, image, kept);
    expect([first.key.id, second.key.id]).toEqual([key.id, key.id]);
    expect([first.key.uses, second.key.uses]).toEqual([1, 2]);
    expect(second.bytes).toEqual(first.bytes);
  });

  it('are opened from files, wiped, and known again', async () => {
    const ring = keyring();
    const bytes = rng.bytes(36);
    const opened = await ring.openEncryptionKey(
      { name: 'enc_key.bin', bytes: bytes.slice() },
      'aes128-ctr',
    );
    expect(opened).toMatchObject({ saved: true, uses: 0, name: 'enc_key.bin' });
    expect(opened.notes).toHaveLength(1);
    const again = bytes.slice();
    expect((await ring.openEncryptionKey({ name: 'copy', bytes: again }, 'aes128-ctr')).id).toBe(
      opened.id,
    );
    expect(again.every((byte) => byte === 0)).toBe(true);
    const file = await ring.saveEncryptionKey(opened.id);
    expect(parseEncryptionKeyFile(file.bytes, file.name, 'aes128-ctr')).toEqual(
      parseEncryptionKeyFile(bytes, 'enc_key.bin', 'aes128-ctr'),
    );
    const short = { name: 'short.bin', bytes: rng.bytes(12) };
    await expectRejects(ring.openEncryptionKey(short, 'chacha20'), 'malformed');
  });

  it('are gone when the vault is locked or they are forgotten', async () => {
    const ring = createKeyring(testBrowser().tab());
    const key = await ring.makeEncryptionKey('chacha20', 'a');
    await ring.forgetEncryptionKey(key.id);
    await expectRejects(ring.saveEncryptionKey(key.id), 'key-unknown');
    await ring.createVault({ kind: 'passphrase', passphrase: 'correct horse battery' });
    await ring.makeEncryptionKey('chacha20', 'b');
    await ring.lockVault();
    expect(await ring.listEncryptionKeys()).toEqual([]);
    await expectRejects(ring.makeEncryptionKey('chacha20', 'c'), 'vault-locked');
  });
});
