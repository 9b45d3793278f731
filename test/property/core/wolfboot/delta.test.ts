import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes/index.ts';
import { AppError } from '../../../../src/core/errors.ts';
import {
  applyDeltaImage,
  applyPatch,
  makePatch,
  type PatchProgress,
} from '../../../../src/core/wolfboot/index.ts';
import { rewriteFlash } from '../../../support/patch-flash.ts';
import { vectorFile } from '../../../support/wolfboot-vectors.ts';

const RUNS = 150;
const limits = { fileName: 'patch' };

/** Bytes as firmware has them: words that repeat, runs, noise, and the byte that is escaped. */
const code = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(
          Uint8Array.of(0x70, 0x47, 0x00, 0xbf),
          Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
          Uint8Array.of(0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f),
        ),
        fc
          .tuple(fc.constantFrom(0, 0xff, 0x7f), fc.nat(60))
          .map(([byte, length]) => new Uint8Array(length).fill(byte)),
      ),
      { maxLength: Math.ceil(maxLength / 20) },
    )
    .map((parts) => concatBytes(...parts).slice(0, maxLength));

type Edit = (file: Uint8Array) => Uint8Array;

const place = fc.double({ min: 0, max: 1, noNaN: true });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.uint8Array({ maxLength: 30 })).map(([where, bytes]): Edit => (file) => {
    const at = Math.floor(where * file.length);
    return concatBytes(file.slice(0, at), bytes, file.slice(at));
  }),
  fc.tuple(place, fc.nat(60)).map(([where, length]): Edit => (file) => {
    const at = Math.floor(where * file.length);
    return concatBytes(file.slice(0, at), file.slice(at + length));
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 8 })).map(([where, bytes]): Edit => (file) => {
    const copy = file.slice();
    copy.set(bytes.slice(0, file.length), Math.floor(where * Math.max(0, file.length - 8)));
    return copy;
  }),
  fc.tuple(place, place, fc.nat(200)).map(([from, to, length]): Edit => (file) => {
    const start = Math.floor(from * file.length);
    const block = file.slice(start, start + length);
    const rest = concatBytes(file.slice(0, start), file.slice(start + length));
    const at = Math.floor(to * rest.length);
    return concatBytes(rest.slice(0, at), block, rest.slice(at));
  }),
);

const sectorSize = fc.oneof(
  fc.constantFrom(64, 256, 512, 4096),
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 0xffff }),
);

const pair = fc.oneof(
  fc.tuple(code(900), fc.array(edit, { maxLength: 6 })).map(([base, edits]) => ({
    base,
    target: edits.reduce((file, change) => change(file).slice(0, 2000), base),
  })),
  fc.record({ base: code(400), target: code(400) }),
  fc.record({ base: fc.uint8Array({ maxLength: 12 }), target: fc.uint8Array({ maxLength: 12 }) }),
);

function literalBytes(file: Uint8Array): number {
  return file.reduce((sum, byte) => sum + (byte === 0x7f ? 2 : 1), 0);
}

describe('patches', () => {
  it('give the new file on flash that is rewritten, by every rule, and cost no more than literals', async () => {
    await fc.assert(
      fc.asyncProperty(pair, sectorSize, async ({ base, target }, sectorBytes) => {
        const patch = await makePatch(base, target, sectorBytes);
        const { result } = rewriteFlash(base, patch, sectorBytes);
        expect(result).toEqual(target);
        expect(applyPatch(base, patch, sectorBytes, limits)).toEqual(target);
        expect(patch.length).toBeLessThanOrEqual(literalBytes(target));
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it('are the same for the same files, which are left as they were', async () => {
    await fc.assert(
      fc.asyncProperty(pair, sectorSize, async ({ base, target }, sectorBytes) => {
        const [oldBase, oldTarget] = [base.slice(), target.slice()];
        const patch = await makePatch(base, target, sectorBytes);
        expect(await makePatch(base, target, sectorBytes)).toEqual(patch);
        expect([base, target]).toEqual([oldBase, oldTarget]);
      }),
      { numRuns: RUNS },
    );
  });

  it('come with progress that ends at the end', async () => {
    await fc.assert(
      fc.asyncProperty(pair, sectorSize, async ({ base, target }, sectorBytes) => {
        const seen: PatchProgress[] = [];
        await makePatch(base, target, sectorBytes, { onProgress: (state) => seen.push(state) });
        const done = seen.map((state) => state.done);
        expect(done).toEqual(done.toSorted((a, b) => a - b));
        expect(seen.at(-1)).toEqual({ done: target.length, total: target.length });
      }),
      { numRuns: 30 },
    );
  });
});

/** Whatever is thrown must be ours. */
function onlyAppErrors(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** Escapes and small numbers are common, so that copies happen. */
const anyPatch = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .tuple(fc.nat(0x300), fc.nat(0x300))
      .map(([address, length]) =>
        Uint8Array.of(0x7f, 0, address >> 8, address & 0xff, length >> 8, length & 0xff),
      ),
    fc.constant(Uint8Array.of(0x7f)),
  ),
  { maxLength: 12 },
);

describe('patches of others', () => {
  it('are applied or refused, whatever they are, and as a board would', () => {
    fc.assert(
      fc.property(anyPatch, code(500), sectorSize, (parts, base, sectorBytes) => {
        onlyAppErrors(() => {
          const applied = applyPatch(base, concatBytes(...parts), sectorBytes, limits);
          let strict: Uint8Array | undefined;
          try {
            strict = rewriteFlash(base, concatBytes(...parts), sectorBytes).result;
          } catch {
            return; // Not by the rules of encoders, but readable.
          }
          expect(applied).toEqual(strict);
        });
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it('with a byte changed give an error of ours or no image that passes for the right one', () => {
    const base = vectorFile('images/delta-base.signed.bin');
    const diff = vectorFile('images/delta-ecc256.diff.bin');
    const expected = vectorFile('images/delta-ecc256.signed.bin');
    fc.assert(
      fc.property(fc.nat(diff.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = diff.slice();
        broken[at] = (broken[at] ?? 0) ^ change;
        onlyAppErrors(() => {
          const made = applyDeltaImage(broken, base, 4096, 'forward');
          // The signature of the new image lies outside its digest.
          expect(made.slice(512)).toEqual(expected.slice(512));
        });
      }),
      { numRuns: RUNS / 2 },
    );
  });
});
