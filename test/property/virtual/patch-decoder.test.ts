// The virtual bootloader's own patch decoder against the code that makes and applies patches.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/core/bytes/index.ts';
import { applyPatch, makePatch, parseImage } from '../../../src/core/wolfboot/index.ts';
import { PatchDecoder } from '../../../src/virtual/firmware/patch-decoder.ts';
import { imageManifest } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/** As a board does it: sector by sector over the very memory the copies are read from. */
function patchInPlace(
  base: Uint8Array,
  patch: Uint8Array,
  sectorBytes: number,
): Uint8Array | undefined {
  const memory = new Uint8Array(64 * 1024).fill(0xff);
  memory.set(base);
  const decoder = new PatchDecoder(patch);
  for (let at = 0; ; at += sectorBytes) {
    const sector = decoder.next(sectorBytes, (offset) => memory[offset]);
    if (sector === undefined) return undefined;
    memory.fill(0xff, at, at + sectorBytes);
    memory.set(sector, at);
    if (sector.length < sectorBytes) return memory.slice(0, at + sector.length);
  }
}

const sectorBytes = fc.constantFrom(64, 256, 1000, 4096);

/** Pieces that repeat, escape bytes among them, so that there is something to copy. */
const file = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.record({ seed: fc.nat(5), length: fc.integer({ min: 1, max: 700 }) }),
      fc.constant(Uint8Array.of(0x7f, 0x7f, 0x7f)),
    ),
    { maxLength: 20 },
  )
  .map((pieces) =>
    Uint8Array.from(
      pieces.flatMap((piece) =>
        piece instanceof Uint8Array
          ? [...piece]
          : Array.from({ length: piece.length }, (_, at) => (at * (piece.seed + 3)) & 0xff),
      ),
    ),
  );

describe('the patch decoder of the virtual bootloader', () => {
  it('makes in place what was patched, both ways', async () => {
    await fc.assert(
      fc.asyncProperty(file, file, sectorBytes, async (base, target, size) => {
        const forward = await makePatch(base, target, size);
        expect(patchInPlace(base, forward, size)).toEqual(target);
        const inverse = await makePatch(target, base, size);
        expect(patchInPlace(target, inverse, size)).toEqual(base);
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with the code for files on any stream of records that a board could read', () => {
    const record = fc.oneof(
      fc
        .uint8Array({ minLength: 1, maxLength: 40 })
        .map((bytes) => [...bytes].filter((b) => b !== 0x7f)),
      fc.constant([0x7f, 0x7f]),
      fc
        .record({ address: fc.nat(400), length: fc.nat(90) })
        .map(({ address, length }) => [0x7f, 0, address >> 8, address & 0xff, 0, length]),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), sectorBytes, (records, size) => {
        const base = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7) & 0xff);
        const patch = Uint8Array.from(records.flat());
        const expected = applyPatch(base, patch, size, { fileName: 'patch' });
        expect(patchInPlace(base, patch, size)).toEqual(expected);
      }),
    );
  });

  it("applies the patches that wolfBoot's own sign made, both ways", () => {
    const images = imageManifest.images.flatMap(({ outputs }) =>
      outputs.filter(({ kind }) => kind === 'signed').map(({ file }) => vectorFile(file)),
    );
    const whole = images.flatMap((bytes) => {
      const payloadBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
      return bytes.length > payloadBytes ? [{ bytes, image: parseImage(bytes, 'whole') }] : [];
    });
    let checked = 0;
    for (const { outputs, env } of imageManifest.images) {
      const [diff] = outputs.filter(({ kind }) => kind === 'diff');
      const [signed] = outputs.filter(({ kind }) => kind === 'signed');
      if (diff === undefined || signed === undefined) continue;
      const bytes = vectorFile(diff.file);
      const { delta, headerSizeBytes } = parseImage(bytes, diff.file);
      if (delta?.baseDigest === undefined) continue;
      const { baseDigest } = delta;
      // Images of equal content, but with another signature, have the same digest.
      const bases = whole.filter(({ image }) => equalBytes(image.digest, baseDigest));
      const size = Number(env.WOLFBOOT_SECTOR_SIZE);
      const inverseAt = delta.inverseOffsetBytes ?? 0;
      const forward = bytes.slice(headerSizeBytes, headerSizeBytes + delta.patchSizeBytes);
      const inverse = bytes.slice(inverseAt, inverseAt + (delta.inverseSizeBytes ?? 0));
      const target = vectorFile(signed.file);
      const gives = (from: Uint8Array, patch: Uint8Array, to: Uint8Array): boolean => {
        const made = patchInPlace(from, patch, size);
        return made !== undefined && equalBytes(made, to);
      };
      // Not every base that was patched is among the vectors.
      if (
        !bases.some(
          (base) => gives(base.bytes, forward, target) && gives(target, inverse, base.bytes),
        )
      ) {
        continue;
      }
      checked++;
    }
    expect(checked).toBeGreaterThan(2);
  });

  it('says when the stream is cut or reads beyond the memory', () => {
    const base = new Uint8Array(10);
    for (const patch of [[0x7f], [0x7f, 0, 0, 0, 0], [0x7f, 0xff, 0xff, 0, 0, 9]]) {
      expect(patchInPlace(base, Uint8Array.from(patch), 64)).toBeUndefined();
    }
  });
});
