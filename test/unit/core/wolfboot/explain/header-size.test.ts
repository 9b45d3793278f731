import { describe, expect, it } from 'vitest';
import { concatBytes, filledBytes } from '../../../../../src/core/bytes/index.ts';
import {
  buildSignedImage,
  findImages,
  headerSizeByDigest,
} from '../../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';
import { imageManifest } from '../../../../support/image-vectors.ts';
import { vectorFile } from '../../../../support/wolfboot-vectors.ts';

const ed = await testKey('ed25519');

const images = imageManifest.images.flatMap(({ header_size: headerSize, outputs }) =>
  outputs
    .filter(({ kind }) => kind === 'signed' || kind === 'diff')
    .map(({ file, firmware_size_field: size }) => ({ file, headerSize, size })),
);

describe('headerSizeByDigest', () => {
  it.each(images)('$file: $headerSize, as a file and in flash', ({ file, headerSize, size }) => {
    const bytes = vectorFile(file);
    expect(headerSizeByDigest(bytes)).toBe(headerSize);
    if (size === 0) return; // every size would do
    const noise = seededRng('flash').bytes(5000);
    expect(headerSizeByDigest(concatBytes(bytes, filledBytes(777, 0xff)))).toBe(headerSize);
    expect(headerSizeByDigest(concatBytes(bytes, noise))).toBe(headerSize);
  });

  it.each([300, 333, 1000, 5288, 18_502])(
    'finds %i in flash, though it is no power of two',
    async (headerSizeBytes) => {
      const options = { keyType: ed.keyType, partitionId: 1, version: 1, hash: 'sha256' } as const;
      const image = await buildSignedImage(
        firmware(4000),
        { ...options, headerSizeBytes },
        ed.signer,
      );
      expect(headerSizeByDigest(concatBytes(image, filledBytes(100, 0)))).toBe(headerSizeBytes);
    },
  );

  it('finds it when the firmware starts with filler', async () => {
    const options = { keyType: ed.keyType, partitionId: 1, version: 1, hash: 'sha256' } as const;
    const code = concatBytes(filledBytes(21, 0xff), firmware(500));
    const image = await buildSignedImage(code, { ...options, headerSizeBytes: 300 }, ed.signer);
    expect(headerSizeByDigest(concatBytes(image, filledBytes(100, 0xff)))).toBe(300);
  });

  it('takes the firmware behind the header, not a copy of it at the end of a dump', () => {
    const image = vectorFile('images/ecc256-plain.signed.bin');
    const dump = concatBytes(image, filledBytes(3000, 0xff), image);
    expect(headerSizeByDigest(dump)).toBe(256);
    expect(findImages(dump, 8).map(({ offsetBytes }) => offsetBytes)).toEqual([0, 4256]);
  });

  it('proves nothing of a changed image', () => {
    const bytes = vectorFile('images/ecc256-plain.signed.bin');
    for (const at of [9, 100, 600, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      expect(headerSizeByDigest(changed)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a magic word', Uint8Array.of(0x57, 0x4f, 0x4c, 0x46)],
    ['a cut header', vectorFile('images/ecc256-plain.signed.bin').slice(0, 90)],
    ['an OTP image', vectorFile('otp/ecc256-1-stm32h5/otp.bin')],
    ['noise', seededRng('noise').bytes(4000)],
  ])('of %s nothing', (_name, bytes) => {
    expect(headerSizeByDigest(bytes)).toBeUndefined();
  });

  it('does a bounded amount of work on a large image of filler', () => {
    const image = vectorFile('images/ecc256-plain.signed.bin').slice(0, 256);
    const large = concatBytes(image, filledBytes(8 * 1024 * 1024, 0xff));
    new DataView(large.buffer).setUint32(4, 4 * 1024 * 1024, true);
    const begin = performance.now();
    expect(headerSizeByDigest(large)).toBeUndefined();
    // 32 MiB of hashing; trying every size of 64 KiB would take minutes.
    expect(performance.now() - begin).toBeLessThan(15_000);
  });
});
