// The typed confirmation: spaces and case do not count, everything else does.
import { expect, test } from 'vitest';
import { sameFact } from '../../../src/ui/confirm/same-fact.ts';

test.each([
  ['7d8d 3e86', '7d8d 3e86'],
  ['7D8D3E86', '7d8d 3e86'],
  [' 7d 8d 3e 86 ', '7d8d 3e86'],
])('"%s" is taken for "%s"', (typed, expected) => {
  expect(sameFact(typed, expected)).toBe(true);
});

test.each([
  ['7d8d 3e8', '7d8d 3e86'],
  ['7d8d 3e867', '7d8d 3e86'],
  ['', '7d8d 3e86'],
  ['', ''],
  ['yes', '7d8d 3e86'],
])('"%s" is not taken for "%s"', (typed, expected) => {
  expect(sameFact(typed, expected)).toBe(false);
});
