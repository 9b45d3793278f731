import { describe, expect, it } from 'vitest';
import { concatBytes, filledBytes } from '../../../../../src/core/bytes/index.ts';
import {
  buildSignedImage,
  compareImages,
  MOST_RANGES,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';
import { imageManifest } from '../../../../support/image-vectors.ts';
import { vectorFile } from '../../../../support/wolfboot-vectors.ts';

const ed = await testKey('ed25519');
const other = await testKey('ed25519', 'another key');
const code = firmware(2000);
const options: ImageOptions = { keyType: ed.keyType, partitionId: 1, version: 5, hash: 'sha256' };

const sign = (payload = code, changes: Partial<ImageOptions> = {}, key = ed) =>
  buildSignedImage(payload, { ...options, ...changes }, key.signer);

const compare = (a: Uint8Array, b: Uint8Array) =>
  compareImages({ bytes: a, fileName: 'a' }, { bytes: b, fileName: 'b' });

const image = await sign();

function changed(...places: readonly number[]): Uint8Array {
  const copy = code.slice();
  for (const at of places) copy[at]! ^= 0xff;
  return copy;
}

describe('compareImages', () => {
  it('an image with itself: nothing differs', () => {
    const same = compare(image, image);
    expect(same).toMatchObject({
      sameFile: true,
      sameDigest: true,
      sameKey: true,
      versionStep: 'same',
      layout: [],
      payload: { same: true, differentBytes: 0, differentShare: 0, ranges: [], rangeCount: 0 },
    });
    expect(same.payload?.firstDifferenceBytes).toBeUndefined();
    expect(same.fields.every((field) => field.same)).toBe(true);
  });

  it('every image of wolfBoot with itself', () => {
    for (const { outputs } of imageManifest.images) {
      for (const { file, kind } of outputs) {
        if (!['signed', 'diff', 'header'].includes(kind)) continue;
        const bytes = vectorFile(file);
        const same = compare(bytes, bytes);
        expect(same).toMatchObject({ sameFile: true, sameDigest: true, layout: [] });
        expect(same.fields).toHaveLength(same.a.tlvs.length + 1);
        expect(same.payload === undefined).toBe(kind === 'header');
      }
    }
  });

  it('a newer version with other code', async () => {
    const next = await sign(changed(100, 101, 110, 1500), { version: 6 });
    const found = compare(image, next);
    expect(found).toMatchObject({ sameDigest: false, sameKey: true, versionStep: 'newer' });
    expect(found.payload).toEqual({
      same: false,
      bytesA: 2000,
      bytesB: 2000,
      differentBytes: 4,
      differentShare: 4 / 2000,
      firstDifferenceBytes: 100,
      ranges: [
        { startBytes: 100, endBytes: 111 },
        { startBytes: 1500, endBytes: 1501 },
      ],
      rangeCount: 2,
    });
    const differing = found.fields.filter(({ same }) => !same).map(({ name }) => name);
    expect(differing).toEqual(['version', 'sha256', 'signature']);
    expect(found.fields.find(({ name }) => name === 'version')).toMatchObject({ a: '5', b: '6' });
    expect(compare(next, image).versionStep).toBe('older');
  });

  it('ranges fifteen apart are one, sixteen apart are two', async () => {
    const close = compare(image, await sign(changed(10, 26)));
    const apart = compare(image, await sign(changed(10, 27)));
    expect(close.payload?.ranges).toEqual([{ startBytes: 10, endBytes: 27 }]);
    expect(apart.payload?.rangeCount).toBe(2);
  });

  it('a longer payload: what only it has differs', async () => {
    const longer = compare(image, await sign(concatBytes(code, filledBytes(500, 7))));
    expect(longer.payload).toMatchObject({
      bytesB: 2500,
      differentBytes: 500,
      differentShare: 0.2,
      firstDifferenceBytes: 2000,
      ranges: [{ startBytes: 2000, endBytes: 2500 }],
    });
    expect(longer.fields[0]).toMatchObject({ name: 'size', a: '2000', b: '2500', same: false });
  });

  it('lists some ranges and counts all', async () => {
    const long = filledBytes(64_000, 0);
    const striped = long.map((_, at) => (at % 32 === 0 ? 1 : 0));
    const found = compare(await sign(long), await sign(striped));
    expect(found.payload?.rangeCount).toBe(2000);
    expect(found.payload?.ranges).toHaveLength(MOST_RANGES);
    expect(found.payload?.ranges.at(-1)).toEqual({ startBytes: 31_968, endBytes: 31_969 });
  });

  it('another key', async () => {
    const found = compare(image, await sign(code, {}, other));
    expect(found).toMatchObject({ sameKey: false, sameDigest: false, payload: { same: true } });
  });

  it('keys cannot be told apart by hints of different hashes', async () => {
    const found = compare(image, await sign(code, { hash: 'sha384', headerSizeBytes: 512 }));
    expect(found.sameKey).toBeUndefined();
    expect(found.layout).toEqual(['header-size', 'hash']);
    const only = found.fields.filter(({ a, b }) => a === undefined || b === undefined);
    expect(only.map(({ name, a }) => [name, a === undefined])).toEqual([
      ['sha256', false],
      ['sha384', true],
    ]);
  });

  it('whole image and patch, partitions, types', () => {
    const whole = vectorFile('images/delta-ecc256.signed.bin');
    const patch = vectorFile('images/delta-ecc256.diff.bin');
    expect(compare(whole, patch).layout).toEqual(['delta']);
    const id0 = vectorFile('images/ecc256-id0.signed.bin');
    const edImage = vectorFile('images/ed25519-id1.signed.bin');
    expect(compare(id0, edImage).layout).toEqual(['key-type', 'partition']);
  });

  it('custom fields by their tags, doubles by their number', async () => {
    const custom = (tag: number, value: number) => ({ tag, value: Uint8Array.of(value) });
    const a = await sign(code, { customTlvs: [custom(0x40, 1), custom(0x40, 2)] });
    const b = await sign(code, { customTlvs: [custom(0x40, 1), custom(0x41, 2)] });
    const fields = compare(a, b).fields.filter(({ name }) => name.startsWith('custom'));
    expect(fields.map(({ name, a: inA, b: inB }) => [name, inA, inB])).toEqual([
      ['custom 0x0040', '01', '01'],
      ['custom 0x0040 (2)', '02', undefined],
      ['custom 0x0041', undefined, '02'],
    ]);
  });

  it('throws for what is no image', () => {
    expect(() => compare(image, code)).toThrow(
      expect.objectContaining({ code: 'unrecognised-file' }),
    );
  });
});
