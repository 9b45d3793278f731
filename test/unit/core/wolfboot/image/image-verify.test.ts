import { describe, expect, it } from 'vitest';
import {
  buildSignedImage,
  makeProfile,
  parseImage,
  verifyImage,
  type ImageOptions,
  type KeystoreSlot,
} from '../../../../../src/core/wolfboot/index.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';

const ed = await testKey('ed25519');
const ecc = await testKey('ecdsa-p256');
const code = firmware(60);
const options: ImageOptions = {
  keyType: ed.keyType,
  partitionId: 1,
  version: 5,
  hash: 'sha256',
};
const good = await buildSignedImage(code, options, ed.signer);
const slots = [ecc.slot, ed.slot];

const refused = (errorCode: string) => ({ ok: false, code: errorCode });

function flipped(image: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = image.slice();
  copy[at]! ^= mask;
  return copy;
}

function withSlot(changes: Partial<KeystoreSlot>): readonly KeystoreSlot[] {
  return [ecc.slot, { ...ed.slot, ...changes }];
}

describe('an image that a bootloader starts', () => {
  it('is verified by the slot that its hint names', async () => {
    expect(await verifyImage(good, slots)).toMatchObject({
      ok: true,
      slotIndex: 1,
      version: 5,
      partitionId: 1,
      headerSizeBytes: 256,
      warnings: [],
    });
  });

  it('fits the bootloader it is for', async () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED25519' });
    expect(
      await verifyImage(good, slots, { headerSizeBytes: 256, partitionId: 1, profile }),
    ).toMatchObject({ ok: true });
  });

  it('uses the first of two equal keys', async () => {
    const twice = [{ ...ed.slot, partitionMask: 1 }, ed.slot];
    expect(await verifyImage(good, twice)).toMatchObject(refused('image-partition-refused'));
    expect(await verifyImage(good, twice.toReversed())).toMatchObject({ ok: true, slotIndex: 0 });
  });
});

describe('an image that a bootloader refuses', () => {
  it('is signed with a key that is not there', async () => {
    expect(await verifyImage(good, [ecc.slot])).toMatchObject(refused('image-key-unknown'));
    expect(await verifyImage(good, [])).toMatchObject(refused('image-key-unknown'));
  });

  it('is of another type than the bootloader or than its key', async () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256' });
    const code_ = 'image-key-type-refused';
    expect(await verifyImage(good, slots, { profile })).toMatchObject(refused(code_));
    expect(await verifyImage(good, withSlot({ keyType: 5 }))).toMatchObject(refused(code_));
  });

  it('is for a partition that the key may not verify', async () => {
    expect(await verifyImage(good, withSlot({ partitionMask: 0b101 }))).toMatchObject(
      refused('image-partition-refused'),
    );
    expect(await verifyImage(good, slots, { partitionId: 2 })).toMatchObject(
      refused('image-partition-refused'),
    );
  });

  it('was changed', async () => {
    expect(await verifyImage(flipped(good, good.length - 1), slots)).toMatchObject(
      refused('image-digest-mismatch'),
    );
    const { digestOffsetBytes } = parseImage(good, 'a');
    const signatureAt = digestOffsetBytes + 4 + 32 + 4 + 4;
    expect(await verifyImage(flipped(good, signatureAt), slots)).toMatchObject(
      refused('image-signature-invalid'),
    );
    expect(await verifyImage(flipped(good, digestOffsetBytes + 4), slots)).toMatchObject(
      refused('image-digest-mismatch'),
    );
  });

  it('has no signature', async () => {
    const { digestOffsetBytes } = parseImage(good, 'a');
    const removed = good.slice();
    removed.fill(0xff, digestOffsetBytes + 36, 256);
    expect(await verifyImage(removed, slots)).toMatchObject(refused('image-signature-invalid'));
  });

  it('has a header of another size than the bootloader reads', async () => {
    expect(await verifyImage(good, slots, { headerSizeBytes: 1024 })).toMatchObject({
      ...refused('malformed'),
      image: undefined,
    });
    const padded = new Uint8Array(1024 + code.length).fill(0xff);
    padded.set(good);
    expect(await verifyImage(padded, slots, { headerSizeBytes: 1024 })).toMatchObject(
      refused('image-digest-mismatch'),
    );
  });

  it('is a header only', async () => {
    expect(await verifyImage(good.slice(0, 256), slots)).toMatchObject(refused('malformed'));
  });

  it('is no image at all', async () => {
    expect(await verifyImage(code, slots)).toMatchObject(refused('unrecognised-file'));
  });

  // Section 12: hint, type, digest, mask, signature. Each case is wrong in this and all later steps.
  it('is refused for the first of several reasons', async () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256' });
    const badEnd = flipped(good, good.length - 1);
    const mask = withSlot({ partitionMask: 1 });
    expect(await verifyImage(badEnd, [], { profile })).toMatchObject(refused('image-key-unknown'));
    expect(await verifyImage(badEnd, mask, { profile })).toMatchObject(
      refused('image-key-type-refused'),
    );
    expect(await verifyImage(badEnd, mask)).toMatchObject(refused('image-digest-mismatch'));
    const { digestOffsetBytes } = parseImage(good, 'a');
    const badSignature = flipped(good, digestOffsetBytes + 44);
    expect(await verifyImage(badSignature, mask)).toMatchObject(refused('image-partition-refused'));
  });
});

describe('the second signature of a hybrid image', async () => {
  const hybrid = await buildSignedImage(
    code,
    { ...options, secondaryKeyType: ecc.keyType, headerSizeBytes: 512 },
    ed.signer,
    ecc.signer,
  );
  const secondAt = parseImage(hybrid, 'a').tlvs.find(({ name }) => name === 'secondary_signature')!;

  it('must be good when its key is known', async () => {
    expect(await verifyImage(hybrid, slots)).toMatchObject({ ok: true, secondarySlotIndex: 0 });
    expect(await verifyImage(flipped(hybrid, secondAt.offsetBytes + 10), slots)).toMatchObject(
      refused('image-signature-invalid'),
    );
  });

  it('must be there', async () => {
    const removed = hybrid.slice();
    removed.fill(0xff, secondAt.offsetBytes, 512);
    expect(await verifyImage(removed, slots)).toMatchObject(refused('image-signature-invalid'));
  });

  it('must be of the type that it names', async () => {
    const other = [{ ...ecc.slot, keyType: 6 }, ed.slot];
    expect(await verifyImage(hybrid, other)).toMatchObject(refused('image-key-type-refused'));
  });

  it('is named when its key is not known', async () => {
    expect(await verifyImage(hybrid, [ed.slot])).toMatchObject({
      ok: true,
      secondarySlotIndex: undefined,
      warnings: [{ code: 'secondary-unchecked' }],
    });
  });
});
