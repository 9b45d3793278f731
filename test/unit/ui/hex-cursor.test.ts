// The keys of the hex grid.
import { expect, test } from 'vitest';
import { createHexModel } from '../../../src/ui/hex/hex-model.ts';
import { layOutRows } from '../../../src/ui/hex/hex-rows.ts';
import { moveCursor } from '../../../src/ui/hex/hex-cursor.ts';

// Rows: 0–15 bytes, 16–79 folded, 80–95 bytes; fields 0–3, 4–15, then nothing.
const bytes = new Uint8Array(96).fill(0xff, 16, 80);
const model = createHexModel({
  bytes,
  spans: [
    { path: 'a', startBytes: 0, endBytes: 4 },
    { path: 'b', startBytes: 4, endBytes: 16 },
  ],
  baseAddress: 0,
  secret: [],
  classes: [],
});
const rows = layOutRows(model, 16, new Set());

function press(key: string, cursor: number, ctrlKey = false): number | undefined {
  return moveCursor(model, rows, cursor, { key, ctrlKey, metaKey: false });
}

test.each([
  ['ArrowRight', 0, 1],
  ['ArrowRight', 15, 16],
  ['ArrowRight', 16, 80],
  ['ArrowRight', 95, 95],
  ['ArrowLeft', 80, 16],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 3, 16],
  ['ArrowDown', 16, 80],
  ['ArrowUp', 85, 16],
  ['ArrowUp', 5, 5],
  ['PageDown', 2, 82],
  ['PageUp', 95, 15],
  ['Home', 9, 0],
  ['End', 2, 15],
  ['End', 16, 16],
])('%s at %i leads to %i', (key, from, to) => {
  expect(press(key, from)).toBe(to);
});

test.each([
  ['ArrowRight', 1, 4],
  ['ArrowRight', 4, 16],
  ['ArrowLeft', 10, 4],
  ['ArrowLeft', 4, 0],
  ['Home', 90, 0],
  ['End', 0, 95],
])('Ctrl + %s at %i leads to %i', (key, from, to) => {
  expect(press(key, from, true)).toBe(to);
});

test('other keys are left to others', () => {
  expect(press('Tab', 0)).toBeUndefined();
});
