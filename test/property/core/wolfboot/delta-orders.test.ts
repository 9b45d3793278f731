import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyDeltaImage,
  buildSignedImage,
  decryptImage,
  deltaOptionsFor,
  deltaPayload,
  encryptImage,
  imageCiphers,
  makeDeltaPatches,
  makeEncryptionKey,
  parseEncryptionKeyFile,
  parseImage,
  verifyImage,
  writeEncryptionKeyFile,
  type ImageCipher,
  type ImageOptions,
} from '../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { deltaPairs, type DeltaPair } from '../../../support/delta-orders.ts';
import {
  optionsOf,
  orderSigners,
  ordersFor,
  type SignedOrder,
} from '../../../support/image-orders.ts';
import {
  complaintsAbout,
  headerSizeOf,
  type ImageOrder,
} from '../../../support/independent-image.ts';
import { decipher } from '../../../support/independent-patch.ts';

const TIMEOUT_MS = 120_000;

function build(ordered: SignedOrder, options: ImageOptions, payload: Uint8Array) {
  return buildSignedImage(payload, options, ordered.first?.signer, ordered.second?.signer);
}

function buildWhole(ordered: SignedOrder): Promise<Uint8Array> {
  return build(ordered, optionsOf(ordered), ordered.order.payload);
}

async function checkDelta(pair: DeltaPair): Promise<void> {
  const { base, next, sectorSize, baseDigest, forEncryption } = pair;
  const headerSize = headerSizeOf(next.order);
  if (headerSize === 'overflow') return;
  const [baseImage, nextImage] = [await buildWhole(base), await buildWhole(next)];
  const read = (bytes: Uint8Array) => parseImage(bytes, 'a', { headerSizeBytes: headerSize });
  const patches = await makeDeltaPatches(baseImage, nextImage, sectorSize);
  const { payload, ...where } = deltaPayload(patches, forEncryption);
  const delta = deltaOptionsFor(read(baseImage), read(nextImage), where, baseDigest);
  const order: ImageOrder = {
    ...next.order,
    payload,
    delta: {
      base: baseImage,
      baseHeaderSize: headerSize,
      target: nextImage,
      sectorSize,
      padTo: forEncryption ? 64 : 16,
      baseDigest,
    },
  };
  if (headerSizeOf(order) === 'overflow') return;
  const diff = await build(next, { ...optionsOf(next), delta }, payload);
  expect(complaintsAbout(diff, order)).toEqual([]);
  expect(applyDeltaImage(diff, baseImage, sectorSize, 'forward')).toEqual(nextImage);
  expect(applyDeltaImage(diff, nextImage, sectorSize, 'inverse')).toEqual(baseImage);
  const slots = [next.second, next.first].flatMap((signer) => (signer ? [signer.slot] : []));
  expect(await verifyImage(diff, slots)).toMatchObject({ ok: true, slotIndex: slots.length - 1 });
}

describe('delta images', () => {
  it('obey the document and make of each image the other', { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(fc.asyncProperty(deltaPairs(), checkDelta), { numRuns: 60 });
  });
});

describe('encrypted images', () => {
  const quick = orderSigners.filter(({ name }) => name === 'ed25519');
  const ciphers = Object.keys(imageCiphers) as ImageCipher[];

  it.each(ciphers)('of %s are what OpenSSL decrypts', async (cipher) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...quick).chain(ordersFor),
        fc.string(),
        fc.boolean(),
        async (ordered, seed, known) => {
          const headerSizeBytes = headerSizeOf(ordered.order);
          if (headerSizeBytes === 'overflow') return;
          const image = await buildWhole(ordered);
          const key = makeEncryptionKey(cipher, seededRng(seed));
          const file = writeEncryptionKeyFile(key);
          expect(parseEncryptionKeyFile(file, 'enc.key', cipher)).toEqual(key);

          const encrypted = encryptImage(image, key);
          const plain = decipher(cipher, file, encrypted);
          const block = cipher === 'chacha20' ? 1 : 16;
          const filled = Math.ceil(image.length / block) * block;
          expect(
            Buffer.compare(
              plain,
              Buffer.concat([image, Buffer.alloc(filled - image.length, 0xff)]),
            ),
          ).toBe(0);
          // Empty firmware, or nothing but filler, has its digest wherever the header may end.
          const given = known || ordered.order.payload.every((byte) => byte === 0xff);
          expect(decryptImage(encrypted, key, given ? headerSizeBytes : undefined)).toEqual(image);
        },
      ),
      { numRuns: 30 },
    );
  });
});
