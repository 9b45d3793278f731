import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../../src/core/bytes/index.ts';
import {
  applyDeltaImage,
  buildSignedImage,
  checkDeltaHeaders,
  deltaOptionsFor,
  deltaPayload,
  makeDeltaPatches,
  parseImage,
  patchRange,
  planImageHeader,
  verifyImage,
  type DeltaOptions,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { firmware, testKey, type TestKey } from '../../../../support/image-keys.ts';

const SECTOR = 1024;
const ECC256 = 2;
const ED25519 = 1;

const plain: ImageOptions = {
  keyType: ECC256,
  partitionId: 1,
  version: 1,
  hash: 'sha256',
  deltaRun: true,
};
const delta: DeltaOptions = {
  baseVersion: 1,
  patchSizeBytes: 100,
  inverseStartBytes: 112,
  inverseSizeBytes: 90,
  baseDigest: new Uint8Array(32),
};

let key: TestKey;
let base: Uint8Array;
let next: Uint8Array;
let diff: Uint8Array;

const sign = (code: Uint8Array, options: Partial<ImageOptions>): Promise<Uint8Array> =>
  buildSignedImage(code, { ...plain, ...options }, key.signer);

async function signDelta(
  from: Uint8Array,
  to: Uint8Array,
  options: Partial<ImageOptions> = {},
): Promise<Uint8Array> {
  const { payload, ...sizes } = deltaPayload(await makeDeltaPatches(from, to, SECTOR), false);
  const [old, fresh] = [parseImage(from, 'base'), parseImage(to, 'next')];
  const said = deltaOptionsFor(old, fresh, sizes);
  return sign(payload, { version: fresh.version, delta: said, ...options });
}

beforeAll(async () => {
  key = await testKey('ecdsa-p256');
  const code = firmware(5000);
  base = await sign(code, { version: 1 });
  next = await sign(concatBytes(code.slice(0, 2000), firmware(100), code.slice(2000)), {
    version: 2,
  });
  diff = await signDelta(base, next);
});

describe('the header of a delta image', () => {
  const layoutOf = (options: Partial<ImageOptions>) => planImageHeader({ ...plain, ...options });
  const offsets = (options: Partial<ImageOptions>) =>
    layoutOf(options).fields.map(({ offsetBytes }) => offsetBytes);

  // The last row of formats/wolfboot.md, section 11, "Typical offsets".
  it('has its fields where wolfBoot puts them', () => {
    expect(offsets({ delta })).toEqual([8, 20, 28, 36, 44, 52, 60, 100, 140, 180]);
    expect(offsets({ delta, timestamp: 5n })).toEqual([
      8, 20, 32, 40, 48, 56, 64, 76, 116, 156, 196,
    ]);
  });

  it('without the digest of its base closes the gap', () => {
    const { baseDigest: _, ...rest } = delta;
    expect(offsets({ delta: rest })).toEqual([8, 20, 28, 36, 44, 52, 60, 100, 140]);
  });

  it('does not name the second key of a hybrid one', () => {
    const tags = layoutOf({ delta, secondaryKeyType: ED25519 }).fields.map(({ tag }) => tag);
    expect(tags).toEqual([1, 4, 5, 6, 0x15, 0x16, 7, 0x10, 3, 0x20, 0x22]);
  });

  it('has 512 bytes instead of 256, like the whole image of the run, and other sizes as they are', () => {
    const size = (options: Partial<ImageOptions>) => layoutOf(options).headerSizeBytes;
    expect(size({ delta })).toBe(512);
    expect(size({ delta, deltaRun: undefined })).toBe(512);
    expect(size({})).toBe(512);
    expect(size({ deltaRun: false })).toBe(256);
    for (const headerSizeBytes of [300, 512, 1024, 5000]) {
      expect(size({ delta, headerSizeBytes })).toBe(headerSizeBytes);
      expect(size({ headerSizeBytes })).toBe(headerSizeBytes);
    }
  });

  it('says where the inverse patch lies from the start of the file, also in a header that grew', () => {
    const customTlvs = [{ tag: 0x40, value: new Uint8Array(700) }];
    const { fields, headerSizeBytes } = layoutOf({ delta, customTlvs });
    expect(headerSizeBytes).toBe(1024);
    const field = fields.find(({ tag }) => tag === 0x15);
    expect(field?.source).toEqual({
      from: 'options',
      bytes: Uint8Array.of((1024 + 112) & 0xff, (1024 + 112) >> 8, 0, 0),
    });
  });

  it.each([
    [{ baseVersion: 0 }, 'base version 0'],
    [{ baseVersion: 2 ** 32 }, 'base version'],
    [{ patchSizeBytes: -1 }, 'patch size -1'],
    [{ inverseStartBytes: 99 }, 'inverse patch offset 99'],
    [{ inverseSizeBytes: 0.5 }, 'inverse patch size'],
    [{ baseDigest: new Uint8Array(48) }, 'digest of the base image has 48 bytes'],
  ])('refuses %j', (change, words) => {
    expectThrows(() => layoutOf({ delta: { ...delta, ...change } }), 'invalid-argument', words);
  });

  it('refuses a device tree, which wolfBoot cannot have in one', () => {
    const deviceTreeDigest = new Uint8Array(32);
    expectThrows(() => layoutOf({ delta, deviceTreeDigest }), 'invalid-argument', 'device tree');
  });
});

describe('the payload of a delta image', () => {
  const patches = { forward: Uint8Array.of(1, 2, 3), inverse: Uint8Array.of(9, 8) };

  it.each([
    [false, 16],
    [true, 64],
  ])('is padded with zeros (encrypted: %s)', (forEncryption, inverseStartBytes) => {
    const { payload, ...sizes } = deltaPayload(patches, forEncryption);
    expect(sizes).toEqual({ patchSizeBytes: 3, inverseStartBytes, inverseSizeBytes: 2 });
    const expected = new Uint8Array(inverseStartBytes + 2);
    expected.set([1, 2, 3]);
    expected.set([9, 8], inverseStartBytes);
    expect(payload).toEqual(expected);
  });

  it('needs no padding where the patch ends even', () => {
    const forward = new Uint8Array(64);
    expect(deltaPayload({ ...patches, forward }, true).inverseStartBytes).toBe(64);
    expect(deltaPayload({ ...patches, forward }, false).inverseStartBytes).toBe(64);
  });
});

describe('which base a delta image can have', () => {
  const sizes = { patchSizeBytes: 1, inverseStartBytes: 16, inverseSizeBytes: 1 };

  it('says version and digest of the base', () => {
    const image = parseImage(base, 'base');
    expect(deltaOptionsFor(image, image, sizes)).toEqual({
      baseVersion: 1,
      ...sizes,
      baseDigest: image.digest,
    });
    expect(deltaOptionsFor(image, image, sizes, false).baseDigest).toBeUndefined();
  });

  it('refuses version 0, another hash, another delta and a header alone', async () => {
    const image = parseImage(next, 'next');
    const use = (from: Uint8Array, next_ = image) =>
      deltaOptionsFor(parseImage(from, 'old.bin'), next_, sizes);
    const zero = await sign(firmware(100), { version: 0 });
    const other = await sign(firmware(100), { hash: 'sha384' });
    expectThrows(() => use(zero), 'invalid-argument', 'old.bin has version 0');
    expectThrows(() => use(other), 'invalid-argument', 'is hashed with sha384');
    expectThrows(() => use(diff), 'invalid-argument', 'is a delta image itself');
    expectThrows(() => use(base.slice(0, 512)), 'invalid-argument', 'without its firmware');
  });

  it('refuses a base that no bootloader of the new image runs', async () => {
    const image = parseImage(next, 'next');
    const small = await sign(firmware(100), { deltaRun: false });
    checkDeltaHeaders(parseImage(base, 'base'), image);
    expectThrows(
      () => {
        checkDeltaHeaders(parseImage(small, 'old.bin'), image);
      },
      'invalid-argument',
      'IMAGE_HEADER_SIZE=512',
    );
  });
});

describe('applying a delta image', () => {
  it('gives the new image and the base again, and is accepted by a bootloader', async () => {
    expect(applyDeltaImage(diff, base, SECTOR, 'forward')).toEqual(next);
    expect(applyDeltaImage(diff, next, SECTOR, 'inverse')).toEqual(base);
    expect(await verifyImage(diff, [key.slot])).toMatchObject({ ok: true, version: 2 });
    expect(diff.length).toBeLessThan(512 + 700);
  });

  const names = { diff: 'v2.diff', from: 'mine.bin' };

  it('refuses another version, another build of the version, and another delta', async () => {
    const apply = (from: Uint8Array) => applyDeltaImage(diff, from, SECTOR, 'forward', names);
    const other = await sign(firmware(90), { version: 1 });
    expectThrows(() => apply(next), 'delta-base-mismatch', 'for version 1; mine.bin is version 2');
    expectThrows(() => apply(other), 'delta-base-mismatch', 'the digests differ');
    expectThrows(() => apply(diff), 'delta-base-mismatch', 'mine.bin is a delta image too');
    expectThrows(
      () => applyDeltaImage(diff, base, SECTOR, 'inverse', names),
      'delta-base-mismatch',
      'for version 2; mine.bin is version 1',
    );
  });

  it('notices a wrong sector size', () => {
    expectThrows(
      () => applyDeltaImage(diff, base, 7, 'forward'),
      'delta-base-mismatch',
      'sector size',
    );
  });

  it('goes by the version alone without the digest, and notices the wrong base all the same', async () => {
    const { payload, ...sizes } = deltaPayload(await makeDeltaPatches(base, next, SECTOR), false);
    const [old, fresh] = [parseImage(base, 'base'), parseImage(next, 'next')];
    const loose = await sign(payload, {
      version: 2,
      delta: deltaOptionsFor(old, fresh, sizes, false),
    });
    expect(applyDeltaImage(loose, base, SECTOR, 'forward')).toEqual(next);
    const other = await sign(firmware(5000).reverse(), { version: 1 });
    expectThrows(
      () => applyDeltaImage(loose, other, SECTOR, 'forward'),
      'delta-base-mismatch',
      'wrong digest',
    );
  });

  it('notices patches that give another version or another base', async () => {
    const wrong = await signDelta(base, next, { version: 3 });
    expectThrows(
      () => applyDeltaImage(wrong, base, SECTOR, 'forward'),
      'delta-base-mismatch',
      'gives version 2, not 3',
    );
    const twin = await sign(firmware(300), { version: 1 });
    const { forward } = await makeDeltaPatches(base, next, SECTOR);
    const { inverse } = await makeDeltaPatches(twin, next, SECTOR);
    const { payload, ...sizes } = deltaPayload({ forward, inverse }, false);
    const [old, fresh] = [parseImage(base, 'base'), parseImage(next, 'next')];
    const mixed = await sign(payload, { version: 2, delta: deltaOptionsFor(old, fresh, sizes) });
    expectThrows(
      () => applyDeltaImage(mixed, next, SECTOR, 'inverse'),
      'delta-base-mismatch',
      'another image than the base',
    );
  });

  it('refuses a whole image and a header without its patches', () => {
    expectThrows(
      () => applyDeltaImage(next, base, SECTOR, 'forward', names),
      'invalid-argument',
      'v2.diff is a whole image',
    );
    expectThrows(
      () => applyDeltaImage(diff.slice(0, 512), base, SECTOR, 'forward', names),
      'malformed',
      'only a header',
    );
  });

  it('names the place of a patch that reaches beyond the file, or is not there', async () => {
    const far = await sign(new Uint8Array(40), {
      version: 2,
      delta: { ...delta, patchSizeBytes: 16, inverseStartBytes: 30, inverseSizeBytes: 11 },
    });
    const image = parseImage(far, 'far.bin');
    expect(patchRange(image, far.length, 'forward')).toEqual({ startBytes: 512, endBytes: 528 });
    expectThrows(
      () => patchRange(image, far.length, 'inverse'),
      'malformed',
      'far.bin: delta_inverse at offset 44 (0x2c): names bytes 542 to 553',
    );
    const none = {
      ...image,
      delta: image.delta && { ...image.delta, inverseSizeBytes: undefined },
    };
    expectThrows(() => patchRange(none, far.length, 'inverse'), 'malformed', 'no inverse patch');
  });

  it('counts offsets of a broken patch from the start of the file', async () => {
    const payload = new Uint8Array(40);
    payload.set([1, 2, 0x7f, 0x60, 0, 0, 0, 9], 0);
    const broken = await sign(payload, {
      version: 2,
      delta: {
        ...delta,
        baseDigest: undefined,
        patchSizeBytes: 16,
        inverseStartBytes: 16,
        inverseSizeBytes: 24,
      },
    });
    expectThrows(
      () => applyDeltaImage(broken, base, SECTOR, 'forward', names),
      'malformed',
      'v2.diff: copy at offset 514 (0x202)',
    );
  });
});
