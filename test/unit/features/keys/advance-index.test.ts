// Which index a suspended key is offered to go on from, and which typed ones are taken.
import { expect, it } from 'vitest';
import { offeredIndex, readIndex } from '../../../../src/features/keys/advance-index.ts';

it.each([
  ['rolled-back', '4'],
  // A file or another vault says where it stood when it was written, not what was signed since.
  ['unknown-history', ''],
  ['other-vault', ''],
] as const)('%s: offers %j', (reason, offered) => {
  expect(offeredIndex({ reason, lowestSafeIndex: 4n })).toBe(offered);
});

it.each([
  ['', undefined],
  ['3', undefined],
  ['4', 4n],
  [' 32 ', 32n],
  ['33', undefined],
  ['-5', undefined],
  ['4.5', undefined],
  ['0x10', undefined],
] as const)('%j is read as %s', (typed, index) => {
  expect(readIndex(typed, 4n, 32n)).toBe(index);
});
