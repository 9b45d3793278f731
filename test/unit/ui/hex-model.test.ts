// What the hex view draws: owners, colours, folds, and never a secret.
import { describe, expect, test } from 'vitest';
import type { Span } from '../../../src/core/bytes/index.ts';
import {
  asciiText,
  byteText,
  createHexModel,
  NO_SPAN,
  type HexContent,
} from '../../../src/ui/hex/hex-model.ts';
import { layOutRows, type HexRow, type HexRows } from '../../../src/ui/hex/hex-rows.ts';

function modelOf(content: Partial<HexContent> & Pick<HexContent, 'bytes'>) {
  return createHexModel({ spans: [], baseAddress: 0, secret: [], classes: [], ...content });
}

function all(rows: HexRows): readonly (HexRow | undefined)[] {
  return Array.from({ length: rows.count }, (_, index) => rows.at(index));
}

const rowsOf = (bytes: Uint8Array, spans: readonly Span[] = [], unfolded: number[] = []) =>
  all(layOutRows(modelOf({ bytes, spans }), 16, new Set(unfolded)));

describe('owners', () => {
  test('the innermost field owns a byte, whatever the order of the spans', () => {
    const spans = [
      { path: 'inner', startBytes: 2, endBytes: 4 },
      { path: 'outer', startBytes: 0, endBytes: 6 },
    ];
    const { owners } = modelOf({ bytes: new Uint8Array(8), spans });
    expect([...owners]).toEqual([1, 1, 0, 0, 1, 1, NO_SPAN, NO_SPAN]);
  });

  test('fields of the same name have the same colour in every slot', () => {
    const spans = ['slots[0].id', 'slots[0].key', 'slots[1].id', 'slots[1].key'].map(
      (path, index) => ({ path, startBytes: index, endBytes: index + 1 }),
    );
    const { colours } = modelOf({ bytes: new Uint8Array(4), spans });
    expect(colours[2]).toBe(colours[0]);
    expect(colours[3]).toBe(colours[1]);
    expect(colours[1]).not.toBe(colours[0]);
  });
});

describe('rows', () => {
  test('three rows of filler and more are folded into one', () => {
    const bytes = new Uint8Array(96).fill(0xff, 16, 80);
    expect(rowsOf(bytes)).toEqual([
      { kind: 'bytes', startBytes: 0, endBytes: 16 },
      { kind: 'folded', startBytes: 16, endBytes: 80 },
      { kind: 'bytes', startBytes: 80, endBytes: 96 },
    ]);
  });

  test('two rows of filler stay', () => {
    expect(rowsOf(new Uint8Array(32).fill(0xff)).map((row) => row?.kind)).toEqual([
      'bytes',
      'bytes',
    ]);
  });

  test('filler of another field is not folded into the same run', () => {
    const spans = [
      { path: 'free', startBytes: 0, endBytes: 48 },
      { path: 'reserved', startBytes: 48, endBytes: 96 },
    ];
    expect(rowsOf(new Uint8Array(96).fill(0xff), spans)).toEqual([
      { kind: 'folded', startBytes: 0, endBytes: 48 },
      { kind: 'folded', startBytes: 48, endBytes: 96 },
    ]);
  });

  test('an unfolded run is laid out whole', () => {
    expect(rowsOf(new Uint8Array(160).fill(0xff), [], [0])).toHaveLength(10);
  });

  test('the last row may be short', () => {
    expect(rowsOf(new Uint8Array(20)).at(-1)).toEqual({
      kind: 'bytes',
      startBytes: 16,
      endBytes: 20,
    });
  });
});

describe('the row of a byte', () => {
  // Random bytes with filler of several lengths in between, some of it off the rows' grid.
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251);
  for (const [from, to] of [
    [160, 240],
    [250, 400],
    [1000, 1024],
    [4000, 4999],
  ] as const) {
    bytes.fill(0xff, from, to);
  }

  test.each([
    ['folded', []],
    ['partly unfolded', [256]],
  ])('is found without gap or overlap: %s', (_, unfolded) => {
    const rows = layOutRows(modelOf({ bytes }), 16, new Set(unfolded));
    const seen = all(rows);
    expect(seen.some((row) => row?.kind === 'folded')).toBe(true);
    let at = 0;
    for (const [index, row] of seen.entries()) {
      expect(row?.startBytes).toBe(at);
      at = row?.endBytes ?? 0;
      for (let offset = row?.startBytes ?? 0; offset < at; offset++) {
        expect(rows.indexOf(offset)).toBe(index);
      }
    }
    expect(at).toBe(bytes.length);
    expect(rows.indexOf(bytes.length)).toBe(-1);
    expect(rows.at(rows.count)).toBeUndefined();
    expect(rows.at(-1)).toBeUndefined();
  });
});

test('secret bytes have no digits and no characters, and are not folded as filler', () => {
  const bytes = new Uint8Array(64).fill(0xff);
  bytes.set([0x53, 0x45], 0);
  const model = modelOf({ bytes, secret: [{ startBytes: 0, endBytes: 64 }] });
  expect(byteText(model, 0)).toBe('··');
  expect(asciiText(model, { startBytes: 0, endBytes: 2 })).toBe('··');
  expect(layOutRows(model, 16, new Set()).count).toBe(4);
});
