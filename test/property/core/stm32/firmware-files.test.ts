/** Firmware files: what we write we read back, and nothing that people drop on us gets out of hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import {
  firmwareFileFormats,
  flatten,
  orderedSegments,
  readFirmwareFile,
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
  type Segment,
} from '../../../../src/core/stm32/index.ts';
import { elfFile } from '../../../support/firmware-files.ts';

const segment = fc
  .tuple(
    fc.oneof(fc.nat(0x1ffff), fc.nat(0xffffff), fc.integer({ min: 0, max: 0xfffffe00 })),
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
  )
  .map(([address, bytes]): Segment => ({ address, bytes }));

/** Segments that do not touch one another. */
const apart = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => {
  const kept: Segment[] = [];
  for (const next of segments.sort((a, b) => a.address - b.address)) {
    const last = kept.at(-1);
    if (!last || last.address + last.bytes.length < next.address) kept.push(next);
  }
  return kept;
});

const recordBytes = fc.integer({ min: 1, max: 250 });
const entry = fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined });

describe('what we write we read back', () => {
  it('as Intel HEX', () => {
    fc.assert(
      fc.property(apart, recordBytes, entry, (segments, size, entryAddress) => {
        const file = readFirmwareFile(
          writeIntelHex(segments, { recordBytes: size, entryAddress }),
          'x',
        );
        expect(file).toMatchObject({ format: 'intel-hex', segments, notes: [] });
        expect(file.entryAddress).toBe(entryAddress);
      }),
    );
  });

  it('as S-records', () => {
    fc.assert(
      fc.property(apart, recordBytes, entry, (segments, size, entryAddress) => {
        const file = readFirmwareFile(
          writeSRecords(segments, { recordBytes: size, entryAddress }),
          'x',
        );
        expect(file).toMatchObject({ format: 's-record', segments, notes: [] });
        expect(file.entryAddress).toBe(entryAddress);
      }),
    );
  });

  it('as DfuSe', () => {
    fc.assert(
      fc.property(apart, (segments) => {
        expect(readFirmwareFile(writeDfuSe(segments), 'x')).toMatchObject({
          format: 'dfuse',
          segments,
        });
      }),
    );
  });

  it('in whatever order and pieces it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), recordBytes, (bytes, size) => {
        const pieces: Segment[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          pieces.unshift({ address: 0x08000000 + at, bytes: bytes.slice(at, at + size) });
        }
        expect(orderedSegments(pieces)).toEqual([{ address: 0x08000000, bytes }]);
        expect(flatten(pieces).bytes).toEqual(bytes);
      }),
    );
  });
});

/** Anything but a result or an AppError fails. */
function readsOrRefuses(bytes: Uint8Array, format?: (typeof firmwareFileFormats)[number]): void {
  try {
    readFirmwareFile(bytes, 'x', { format });
  } catch (error) {
    if (!isAppError(error)) throw error;
  }
}

describe('a file from anywhere', () => {
  it('is read or refused, never a fault', () => {
    const start = fc.constantFrom(
      '',
      ':',
      'S3',
      ':10000000',
      '\x7fELF',
      'DfuSe\x01',
      '\xef\xbb\xbf:',
    );
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom(undefined, ...firmwareFileFormats),
        (head, tail, format) => {
          const lead = Uint8Array.from(head, (character) => character.charCodeAt(0));
          readsOrRefuses(concatBytes(lead, tail), format);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('that was good before some bytes of it changed is read or refused', () => {
    const elf = elfFile({
      segments: [
        { physicalAddress: 0x08000000, content: [1, 2, 3] },
        { physicalAddress: 0x08060000, content: [4, 5, 6], withHeader: true },
      ],
    });
    const good = [
      elf,
      ...[writeIntelHex, writeSRecords, writeDfuSe].map((write) =>
        write([{ address: 0x0800fff0, bytes: new Uint8Array(40) }]),
      ),
    ];
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.array(change, { maxLength: 6 }), (file, changes) => {
        const copy = file.slice();
        for (const [at, value] of changes) copy[at % copy.length] = value;
        readsOrRefuses(copy);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('no file takes time out of proportion', () => {
  const milliseconds = (work: () => void): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };

  /** The best of a few: other work on the machine must not count. */
  const best = (work: () => void): number => Math.min(...[0, 1, 2].map(() => milliseconds(work)));

  /** Linear or n log n: about 4 times as long, with memory to tidy up 8 times; quadratic: 16 times. */
  const proportional = (make: (size: number) => Uint8Array): void => {
    const [small, large] = [make(16_000), make(64_000)];
    const base = best(() => readsOrRefuses(small));
    expect(best(() => readsOrRefuses(large))).toBeLessThan(12 * base + 400);
  };

  const scattered = (count: number): readonly Segment[] =>
    Array.from({ length: count }, (_, index) => ({
      address: ((index * 7919) % count) * 2,
      bytes: Uint8Array.of(index & 0xff),
    }));

  it.each([
    ['scattered bytes as Intel HEX', (count: number) => writeIntelHex(scattered(count))],
    ['scattered bytes as S-records', (count: number) => writeSRecords(scattered(count))],
    ['scattered bytes as DfuSe', (count: number) => writeDfuSe(scattered(count))],
    [
      'blank lines',
      (count: number) => new TextEncoder().encode(`:00000001FF${'\n'.repeat(count * 8)}`),
    ],
    ['one long line', (count: number) => new TextEncoder().encode(`:${'00'.repeat(count * 8)}`)],
    [
      'records over the same bytes',
      (count: number) =>
        new TextEncoder().encode(
          (':10000000' + '00'.repeat(16) + 'F0\n').repeat(count) + ':00000001FF\n',
        ),
    ],
  ])('%s', (_, make) => {
    proportional(make);
  });

  // Their number has 16 bits: there is a worst case, and two readings of it in each other would take minutes.
  it('the largest number of ELF segments', () => {
    const file = elfManySegments(65_534);
    expect(milliseconds(() => readFirmwareFile(file, 'x'))).toBeLessThan(10_000);
  });

  function elfManySegments(count: number): Uint8Array {
    const file = new Uint8Array(52 + 32 * count + count);
    const view = new DataView(file.buffer);
    file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
    view.setUint16(16, 2, true);
    view.setUint16(18, 40, true);
    view.setUint32(28, 52, true);
    view.setUint16(42, 32, true);
    view.setUint16(44, count, true);
    for (let index = 0; index < count; index++) {
      const at = 52 + 32 * index;
      view.setUint32(at, 1, true);
      view.setUint32(at + 4, 52 + 32 * count + index, true);
      view.setUint32(at + 12, ((index * 7919) % count) * 2, true);
      view.setUint32(at + 16, 1, true);
      view.setUint32(at + 20, 1, true);
    }
    return file;
  }
});
