import { describe, expect, it } from 'vitest';
import {
  parseMemoryMap,
  sectorsTouched,
  type MemoryRegion,
} from '../../../../src/core/stm32/memory-map.ts';

const KIB = 1024;

/** One group in short: address, total, sectors as [count, size], letter bits as "rew". */
function short(region: MemoryRegion): readonly unknown[] {
  const flags =
    (region.readable ? 'r' : '-') + (region.erasable ? 'e' : '-') + (region.writable ? 'w' : '-');
  const sectors = region.sectors.map((group) => [group.count, group.sizeBytes]);
  return [region.startAddress, region.sizeBytes, sectors, flags];
}

/** formats/stm32-dfu.md, section 3. */
const REAL_STRINGS: readonly (readonly [string, string, readonly (readonly unknown[])[]])[] = [
  [
    '@Internal Flash   /0x08000000/256*08Kg',
    'Internal Flash',
    [[0x08000000, 2048 * KIB, [[256, 8 * KIB]], 'rew']],
  ],
  [
    '@Internal Flash   /0x08000000/128*08Kg',
    'Internal Flash',
    [[0x08000000, 1024 * KIB, [[128, 8 * KIB]], 'rew']],
  ],
  [
    '@Internal Flash   /0x08000000/256*8Kg',
    'Internal Flash',
    [[0x08000000, 2048 * KIB, [[256, 8 * KIB]], 'rew']],
  ],
  ['@Option Bytes   /0x40022050/01*176 e', 'Option Bytes', [[0x40022050, 176, [[1, 176]], 'r-w']]],
  ['@Option Bytes   /0x400221E0/01*32 e', 'Option Bytes', [[0x400221e0, 32, [[1, 32]], 'r-w']]],
  ['@OTP Memory   /0x08FFF000/02*01Kg', 'OTP Memory', [[0x08fff000, 2048, [[2, KIB]], 'rew']]],
  ['@OTP Memory   /0x08FFF000/01*2048 e', 'OTP Memory', [[0x08fff000, 2048, [[1, 2048]], 'r-w']]],
  ['@Option Bytes /0x40022050/01*432e', 'Option Bytes', [[0x40022050, 432, [[1, 432]], 'r-w']]],
  [
    '@Read only Memory /0x08FFF800/01.5*01Kg',
    'Read only Memory',
    [[0x08fff800, 1536, [[1.5, KIB]], 'rew']],
  ],
  ['@OTP Memory /0x08FFE000/04.5*01Kg', 'OTP Memory', [[0x08ffe000, 4608, [[4.5, KIB]], 'rew']]],
  [
    '@Internal Flash   /0x08000000/16*128Kg',
    'Internal Flash',
    [[0x08000000, 2048 * KIB, [[16, 128 * KIB]], 'rew']],
  ],
  ['@Option Bytes   /0x5200201C/01*128 e', 'Option Bytes', [[0x5200201c, 128, [[1, 128]], 'r-w']]],
  ['@OTP Memory   /0x08FFF000/01*1024 e', 'OTP Memory', [[0x08fff000, 1024, [[1, 1024]], 'r-w']]],
  [
    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg',
    'Internal Flash',
    [
      [
        0x08000000,
        1024 * KIB,
        [
          [4, 16 * KIB],
          [1, 64 * KIB],
          [7, 128 * KIB],
        ],
        'rew',
      ],
    ],
  ],
  [
    '@OTP Memory /0x1FFF7800/01*512 e,01*016 e',
    'OTP Memory',
    [
      [
        0x1fff7800,
        528,
        [
          [1, 512],
          [1, 16],
        ],
        'r-w',
      ],
    ],
  ],
  ['@Device Feature/0xFFFF0000/01*004 e', 'Device Feature', [[0xffff0000, 4, [[1, 4]], 'r-w']]],
  [
    '@Internal Flash  /0x08000000/0256*0002Kg',
    'Internal Flash',
    [[0x08000000, 512 * KIB, [[256, 2 * KIB]], 'rew']],
  ],
  ['@OTP Memory /0x1FFF7000/01*0001Ke', 'OTP Memory', [[0x1fff7000, KIB, [[1, KIB]], 'r-w']]],
  [
    '@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e',
    'Option Bytes',
    [
      [0x1fff7800, 48, [[1, 48]], 'r-w'],
      [0x1ffff800, 48, [[1, 48]], 'r-w'],
    ],
  ],
];

describe('memory map strings of real devices', () => {
  it.each(REAL_STRINGS)('%s', (text, name, regions) => {
    const map = parseMemoryMap(text);
    expect(map?.name).toBe(name);
    expect(map?.regions.map(short)).toEqual(regions);
  });
});

describe('forms of memory map strings', () => {
  it('takes the type letter as three bits counted from a', () => {
    const flags = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(
      (letter) => short(parseMemoryMap(`@x/0x0/1*1${letter}`)!.regions[0]!)[3],
    );
    expect(flags).toEqual(['r--', '-e-', 're-', '--w', 'r-w', '-ew', 'rew']);
  });

  it('knows the units none, space, B, K and M', () => {
    const sizes = ['1*2e', '1*2 e', '1*2Be', '1*2Ke', '1*2Me'].map(
      (sectors) => parseMemoryMap(`@x/0x0/${sectors}`)?.regions[0]?.sizeBytes,
    );
    expect(sizes).toEqual([2, 2, 2, 2 * KIB, 2 * KIB * KIB]);
  });

  it('accepts runs of spaces anywhere between the parts', () => {
    const map = parseMemoryMap('@  My  Flash   /  0x08000000  /  04 * 016 K g ,  01*064Kg ');
    expect(map?.name).toBe('My  Flash');
    expect(map?.regions[0]?.sizeBytes).toBe(128 * KIB);
  });

  it('cuts a group where the type letter changes and keeps the addresses running', () => {
    const map = parseMemoryMap('@x/0x1000/02*01Ka,01*512 e');
    expect(map?.regions.map(short)).toEqual([
      [0x1000, 2048, [[2, KIB]], 'r--'],
      [0x1800, 512, [[1, 512]], 'r-w'],
    ]);
  });

  it('forgives a trailing comma and a trailing slash', () => {
    expect(parseMemoryMap('@x/0x0/1*1Kg,/')?.regions[0]?.sizeBytes).toBe(KIB);
  });

  it.each([
    '',
    '@',
    '@Internal Flash',
    'Internal Flash /0x08000000/256*08Kg',
    '@Device ID/0x484,@Revision ID/0x0001',
    '@x/0x08000000',
    '@x/0x08000000/',
    '@x/08000000/1*1Kg',
    '@x/0x108000000/1*1Kg',
    '@x/0x08000000/1*1Kh',
    '@x/0x08000000/1*1K',
    '@x/0x08000000/*1Kg',
    '@x/0x08000000/1.*1Kg',
    '@x/0x08000000/-1*1Kg',
    '@x/0x08000000/0*1Kg',
    '@x/0x08000000/1*0Kg',
    '@x/0x08000000/1*1Kg,,1*1Kg',
    '@x/0xFFFFF000/8*1Kg',
    `@x/0x0/${'9'.repeat(400)}*${'9'.repeat(400)}Kg`,
    `@x/0x0/0*${'9'.repeat(400)}Kg`,
  ])('is no map: %s', (text) => {
    expect(parseMemoryMap(text)).toBeUndefined();
  });
});

describe('sectors touched by a range', () => {
  const mixed = parseMemoryMap('@x/0x08000000/04*016Kg,01*064Kg,07*128Kg')!.regions[0]!;

  it('are those that share a byte with it, over groups of several sizes', () => {
    expect(sectorsTouched(mixed, 0x0800ffff, 2)).toEqual([
      { address: 0x0800c000, sizeBytes: 16 * KIB },
      { address: 0x08010000, sizeBytes: 64 * KIB },
    ]);
  });

  it('end with the region', () => {
    expect(sectorsTouched(mixed, 0x080fffff, 100)).toEqual([
      { address: 0x080e0000, sizeBytes: 128 * KIB },
    ]);
    expect(sectorsTouched(mixed, 0x08100000, 100)).toEqual([]);
    expect(sectorsTouched(mixed, 0x07000000, 100)).toEqual([]);
  });

  it('end with half a sector where the count is fractional', () => {
    const half = parseMemoryMap('@x/0x08ffe000/04.5*01Kg')!.regions[0]!;
    expect(sectorsTouched(half, 0x08fff000, 512)).toEqual([
      { address: 0x08fff000, sizeBytes: 512 },
    ]);
  });
});
