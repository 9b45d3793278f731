// Small operations on byte arrays.
import { describe, expect, test } from 'vitest';
import { bytesToLatin1, indexOfBytes } from '../../../src/core/bytes/index.ts';

describe('finding bytes in bytes', () => {
  const haystack = Uint8Array.of(1, 1, 2, 1, 1, 2, 3);

  test.each([
    [[1, 1, 2], 0, 0],
    [[1, 1, 2], 1, 3],
    [[1, 2, 3], 0, 4],
    [[3], 0, 6],
    [[3, 4], 0, -1],
    [[1, 1, 2, 1, 1, 2, 3, 4], 0, -1],
    [[2], 6, -1],
    [[], 3, 3],
    [[], 8, -1],
  ])('%j from %i on is at %i', (needle, from, at) => {
    expect(indexOfBytes(haystack, Uint8Array.from(needle), from)).toBe(at);
  });
});

test('bytes become text one by one, however many there are', () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index & 0xff);
  const text = bytesToLatin1(bytes);
  expect(text).toHaveLength(bytes.length);
  expect(Uint8Array.from(text, (character) => character.charCodeAt(0))).toEqual(bytes);
});
