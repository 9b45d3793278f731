// Partition masks as people edit them.
import { expect, test } from 'vitest';
import {
  ALL_PARTITIONS,
  allows,
  otherIds,
  parseOtherIds,
  withBit,
} from '../../../src/ui/mask/partition-mask.ts';

test('the highest bit stays an unsigned number', () => {
  expect(withBit(0, 31, true)).toBe(0x80000000);
  expect(withBit(ALL_PARTITIONS, 0, false)).toBe(0xfffffffe);
  expect(allows(0x80000000, 31)).toBe(true);
});

test('ids other than bootloader and application are told apart', () => {
  expect(otherIds(0b1011)).toEqual([3]);
  expect(otherIds(ALL_PARTITIONS)).toHaveLength(30);
});

test.each([
  ['', []],
  ['2', [2]],
  [' 2, 5 ,31', [2, 5, 31]],
  ['2、3', [2, 3]],
])('"%s" is read', (text, ids) => {
  expect(parseOtherIds(text)).toEqual(ids);
});

test.each(['1', '32', '-2', '2.5', 'x', '2;3'])('"%s" is refused', (text) => {
  expect(parseOtherIds(text)).toBeUndefined();
});
