import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, fromHex, toHex } from '../../../../../src/core/bytes/index.ts';
import { createCanceller } from '../../../../../src/core/ports/index.ts';
import { applyPatch, makeDeltaPatches, makePatch } from '../../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { expectRejects, expectThrows } from '../../../../support/expect-error.ts';
import { rewriteFlash } from '../../../../support/patch-flash.ts';

const SECTOR = 64;
const limits = { fileName: 'fw.patch' };
const noise = (lengthBytes: number, seed = 'noise'): Uint8Array =>
  // Without 0x7F, so that lengths are plain.
  seededRng(seed)
    .bytes(lengthBytes)
    .map((byte) => (byte === 0x7f ? 0 : byte));

const make = async (base: Uint8Array, target: Uint8Array, sectorBytes = SECTOR) =>
  toHex(await makePatch(base, target, sectorBytes));

describe('the stream of a patch', () => {
  it('escapes the byte that starts a copy', async () => {
    expect(await make(fromHex('00'), fromHex('017f7f02'))).toBe('017f7f7f7f02');
  });

  it('is empty for an empty file, and literal against one', async () => {
    expect(await make(noise(100), new Uint8Array())).toBe('');
    expect(await make(new Uint8Array(), fromHex('010203040506070809'))).toBe('010203040506070809');
    expect(applyPatch(new Uint8Array(), new Uint8Array(), SECTOR, limits)).toEqual(
      new Uint8Array(),
    );
  });

  it('copies from the base up to the end of each sector', async () => {
    const base = noise(150);
    expect(await make(base, base)).toBe('7f0000000040' + '7f0000400040' + '7f0000800016');
  });

  it('copies nothing that literals say as shortly', async () => {
    const base = noise(64);
    const target = concatBytes(base.slice(20, 26), fromHex('eeee'));
    expect(await make(base, target)).toBe(toHex(target));
    const longer = concatBytes(base.slice(20, 27), fromHex('eeee'));
    expect(await make(base, longer)).toBe('7f0000140007' + 'eeee');
  });

  it('copies six bytes when a literal of them costs more', async () => {
    const base = concatBytes(fromHex('7f7f0102037f'), noise(20));
    expect(await make(base, base.slice(0, 6))).toBe('7f0000000006');
  });

  it('takes what the base had before this sector from the new image only', async () => {
    const base = noise(2 * SECTOR);
    // The base's first sector is gone when the second is written.
    const target = concatBytes(noise(SECTOR, 'other'), base.slice(0, SECTOR));
    const patch = await makePatch(base, target, SECTOR);
    expect(patch).toEqual(target);
    const repeated = concatBytes(base.slice(0, SECTOR), base.slice(0, SECTOR));
    expect(await make(base, repeated)).toBe('7f0000000040' + '7f0000000040');
  });

  it('lets a copy from the new image run across sectors', async () => {
    const first = noise(4 * SECTOR);
    const base = new Uint8Array(20 * SECTOR);
    const target = concatBytes(first, first, first);
    const patch = await makePatch(base, target, SECTOR);
    expect(patch).toHaveLength(first.length + 2 * 6);
    const { result, copiesOfNew } = rewriteFlash(base, patch, SECTOR);
    expect(result).toEqual(target);
    expect(copiesOfNew).toBe(2);
  });

  it('reads nothing beyond the end of the base, as receivers check', async () => {
    const base = noise(SECTOR);
    const target = concatBytes(noise(2 * SECTOR, 'a'), noise(2 * SECTOR, 'a'));
    const patch = await makePatch(base, target, SECTOR);
    expect(rewriteFlash(base, patch, SECTOR).result).toEqual(target);
    // The first sector can be copied again, the second lies behind the end of the base.
    expect(patch).toHaveLength(3 * SECTOR + 6);
  });

  it('begins no copy at an address that would read as a literal', async () => {
    const base = new Uint8Array(0x80_0200);
    base.set(noise(0x200, 'before'), 0x7e_ff00);
    base.set(noise(0x200, 'after'), 0x7f_ff00);
    const inside = base.slice(0x7f_0000, 0x7f_0040);
    expect(await make(base, inside)).toBe(toHex(inside));
    expect(await make(base, base.slice(0x7e_ffe0, 0x7f_0020))).toBe('7f7effe00040');
    expect(await make(base, base.slice(0x7f_fff0, 0x80_0030))).toBe(
      toHex(base.slice(0x7f_fff0, 0x80_0000)) + '7f8000000030',
    );
  });

  it('says a length of 16 bits at most', async () => {
    const base = new Uint8Array(0x3_0000);
    const patch = await makePatch(base, base, 0xffff);
    expect(equalBytes(applyPatch(base, patch, 0xffff, limits), base)).toBe(true);
    expect(equalBytes(rewriteFlash(base, patch, 0xffff).result, base)).toBe(true);
  });

  it('finds a moved block although its first bytes are everywhere', async () => {
    const common = fromHex('00bf704700bf704700bf7047');
    const blocks = Array.from({ length: 400 }, (_, index) =>
      concatBytes(common, noise(40, `block ${index}`)),
    );
    const base = concatBytes(new Uint8Array(0x4000), ...blocks);
    const target = concatBytes(blocks[399] ?? common, blocks[7] ?? common, base.slice(0x4000));
    const patch = await makePatch(base, target, 0x4000);
    expect(rewriteFlash(base, patch, 0x4000).result).toEqual(target);
    expect(patch.length).toBeLessThan(60);
  });
});

describe('making patches', () => {
  it('takes time in proportion, however alike the files are', async () => {
    const base = new Uint8Array(1 << 20);
    const striped = base.map((_, index) => index & 1);
    const startedMs = performance.now();
    await makePatch(base, striped, 4096);
    await makePatch(striped, base, 4096);
    // A quadratic search would take hours.
    expect(performance.now() - startedMs).toBeLessThan(60_000);
  });

  it('gives both directions, and progress over both', async () => {
    const base = noise(1000);
    const target = concatBytes(base.slice(0, 500), noise(9, 'x'), base.slice(500));
    const done: number[] = [];
    const { forward, inverse } = await makeDeltaPatches(base, target, 512, {
      onProgress: (state) => {
        expect(state.total).toBe(2009);
        done.push(state.done);
      },
    });
    expect(applyPatch(base, forward, 512, limits)).toEqual(target);
    expect(applyPatch(target, inverse, 512, limits)).toEqual(base);
    expect(done.at(-1)).toBe(2009);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  it('can be cancelled before and on the way', async () => {
    const canceller = createCanceller();
    const call = {
      signal: canceller.signal,
      onProgress: ({ done }: { done: number }) => {
        if (done > 0x2_0000) canceller.cancel();
      },
    };
    const file = new Uint8Array(0x10_0000);
    await expectRejects(makePatch(file, file, 4096, call), 'cancelled');
    await expectRejects(makePatch(file, file, 4096, { signal: canceller.signal }), 'cancelled');
  });

  it.each([0, -1, 1.5, 0x1_0000, NaN])('refuses a sector size of %s', async (sectorBytes) => {
    await expectRejects(
      makePatch(noise(9), noise(9), sectorBytes),
      'invalid-argument',
      'WOLFBOOT_SECTOR_SIZE goes from 1 to 65535',
    );
    expectThrows(
      () => applyPatch(noise(9), noise(9), sectorBytes, limits),
      'invalid-argument',
      'sector size',
    );
  });

  it('refuses files beyond 16 MiB', async () => {
    const large = new Uint8Array(0x100_0001);
    await expectRejects(makePatch(large, noise(9), 4096), 'image-too-large', 'base image');
    await expectRejects(makePatch(noise(9), large, 4096), 'image-too-large', 'new image');
    expectThrows(() => applyPatch(large, noise(9), 4096, limits), 'image-too-large', '16777217');
  });
});

describe('applying patches', () => {
  const base = fromHex('00112233445566778899');

  it('reads rewritten sectors as new and the others as old', () => {
    // Sectors of 4: literals a0..a3, then a copy from 2 across the border: new a2 a3, old 44 55.
    const patch = fromHex('a0a1a2a3' + '7f0000020004');
    expect(toHex(applyPatch(base, patch, 4, limits))).toBe('a0a1a2a3a2a34455');
  });

  it('moves the border with the position inside of a copy', () => {
    // From 0 to 1 in sectors of 4: at position 4 address 3 is new, from position 5 on all are old.
    const patch = fromHex('a0' + '7f0000000007');
    expect(toHex(applyPatch(base, patch, 4, limits))).toBe('a0001122' + '22445566');
  });

  it('accepts a copy of nothing, as the receiver does', () => {
    expect(toHex(applyPatch(base, fromHex('7f00000000000a'), 4, limits))).toBe('0a');
  });

  it.each([
    ['a record that is cut off', '0102037f0000', 3, 'copy', 'needs 6 bytes, but only 3 are left'],
    ['an escape at the end', '7f7f7f', 2, 'copy', 'only 1 are left'],
    ['an address beyond the base', '00007f0000080003', 2, 'copy', 'reads address 10 for byte 2'],
    ['an address far beyond', '7f7e00000001', 0, 'copy', 'reads address 8257536 for byte 0'],
  ])('names the offset of %s', (_name, hex, offset, field, words) => {
    expectThrows(() => applyPatch(base, fromHex(hex), 64, limits), 'malformed', words);
    for (const patchOffsetBytes of [0, 512]) {
      let context: unknown;
      try {
        applyPatch(base, fromHex(hex), 64, { ...limits, patchOffsetBytes });
      } catch (error) {
        ({ context } = error as { context: unknown });
      }
      expect(context).toMatchObject({ file: 'fw.patch', offset: offset + patchOffsetBytes, field });
    }
  });

  it('holds the result to its length', () => {
    const patch = fromHex('010203');
    expect(applyPatch(base, patch, 64, { ...limits, targetBytes: 3 })).toHaveLength(3);
    expectThrows(
      () => applyPatch(base, patch, 64, { ...limits, targetBytes: 2 }),
      'malformed',
      'offset 2 (0x2): gives more than 2 bytes',
    );
    expectThrows(
      () => applyPatch(base, patch, 64, { ...limits, targetBytes: 4 }),
      'malformed',
      'gives 3 bytes, not 4',
    );
  });

  it('makes nothing larger than 16 MiB of a few bytes', () => {
    const record = fromHex('7f000000ffff');
    const patch = concatBytes(...Array.from({ length: 300 }, () => record));
    expectThrows(
      () => applyPatch(new Uint8Array(0x1_0000), patch, 64, limits),
      'malformed',
      'gives more than 16777216 bytes',
    );
  });
});
