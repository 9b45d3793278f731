import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../../src/core/bytes/index.ts';
import { hash } from '../../../../../src/core/crypto/index.ts';
import {
  checkPartitionFit,
  cmdlineTlv,
  deviceTreeDigest,
  mostImageBytes,
  numericTlv,
  parsePolicyFile,
  reservedTagMeaning,
} from '../../../../../src/core/wolfboot/index.ts';

const withCode = (code: string) => expect.objectContaining({ code }) as Error;

describe('room in a partition', () => {
  const room = { partitionSizeBytes: 0x1000, sectorSizeBytes: 0x400, writeOnce: false };

  it('one sector is set aside, two with write-once flash, none when a sector is the partition', () => {
    expect(mostImageBytes(room)).toBe(3072);
    expect(mostImageBytes({ ...room, writeOnce: true })).toBe(2048);
    expect(mostImageBytes({ ...room, sectorSizeBytes: 0 })).toBe(4096);
    expect(mostImageBytes({ ...room, sectorSizeBytes: 0x1000 })).toBe(4096);
    expect(mostImageBytes({ ...room, sectorSizeBytes: 0xc00, writeOnce: true })).toBe(0);
  });

  it('header and firmware together must fit', () => {
    expect(() => {
      checkPartitionFit(256, 2816, room);
    }).not.toThrow();
    expect(() => {
      checkPartitionFit(256, 2817, room);
    }).toThrow(withCode('image-too-large'));
  });
});

describe('the digest of a device tree', () => {
  const tree = concatBytes(fromHex('d00dfeed 00000028'), new Uint8Array(32));

  it('goes over as many bytes as the tree says it has', () => {
    const expected = toHex(hash('sha256', tree));
    expect(toHex(deviceTreeDigest('sha256', tree, 'a.dtb'))).toBe(expected);
    expect(toHex(deviceTreeDigest('sha256', concatBytes(tree, tree), 'a.dtb'))).toBe(expected);
    expect(deviceTreeDigest('sha3-384', tree, 'a.dtb').length).toBe(48);
  });

  it.each([
    ['nothing', new Uint8Array(), 'magic'],
    ['another file', new Uint8Array(40), 'magic'],
    ['only the magic', tree.slice(0, 6), 'totalsize'],
    ['a tree that was cut off', tree.slice(0, 39), 'totalsize'],
    [
      'a tree smaller than its header',
      fromHex(`d00dfeed 00000027 ${'00'.repeat(60)}`),
      'totalsize',
    ],
  ])('%s is none', (_name, bytes, field) => {
    expect(() => deviceTreeDigest('sha256', bytes, 'a.dtb')).toThrow(
      expect.objectContaining({
        code: 'malformed',
        context: expect.objectContaining({ file: 'a.dtb', field }) as unknown,
      }) as Error,
    );
  });
});

describe('custom fields', () => {
  it.each([
    [1, 0x1ffn, 'ff'],
    [2, 4660n, '3412'],
    [4, 0xdeadbeefn, 'efbeadde'],
    [8, 0x1122334455667788n, '8877665544332211'],
  ])('a number in %i bytes is little-endian and cut to its length', (length, value, expected) => {
    expect(toHex(numericTlv(0x30, length, value).value)).toBe(expected);
  });

  it.each([0, 3, 5, 16])('a number of %i bytes is refused', (length) => {
    expect(() => numericTlv(0x30, length, 1n)).toThrow(withCode('invalid-argument'));
  });

  it('a command line has 1 to 255 bytes', () => {
    expect(cmdlineTlv(new Uint8Array(255))).toMatchObject({ tag: 0x34 });
    for (const length of [0, 256]) {
      expect(() => cmdlineTlv(new Uint8Array(length))).toThrow(withCode('invalid-argument'));
    }
  });

  it('two tags of the custom range have a meaning', () => {
    expect([0x33, 0x34, 0x35, 0x36].map((tag) => reservedTagMeaning(tag) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

it('a policy file has 36 bytes', () => {
  const file = Uint8Array.from({ length: 36 }, (_, index) => index);
  const { pcrMask, digest } = parsePolicyFile(file, 'p');
  expect([toHex(pcrMask), digest.length, digest[0]]).toEqual(['00010203', 32, 4]);
  for (const length of [0, 35, 37]) {
    expect(() => parsePolicyFile(new Uint8Array(length), 'p')).toThrow(withCode('malformed'));
  }
});
