// The words for signatures that are counted: readable numbers, warnings at a tenth and at the last.
import { expect, it } from 'vitest';
import { signaturesWarning, signaturesWords } from '../../../src/i18n/signatures.ts';

it.each([
  [0n, 32n, '0 used, 32 left'],
  [31n, 32n, '31 used, 1 left'],
  [0n, 1n << 60n, '0 used, 2^60 left'],
  [3n, 1n << 60n, '3 used, nearly 2^60 left'],
  [262_144n, 1n << 22n, '262,144 used, more than 2^21 left'],
] as const)('%s of %s', (nextIndex, capacity, words) => {
  expect(signaturesWords({ nextIndex, capacity })).toBe(words);
});

it.each([
  [0n, 1024n, undefined],
  [921n, 1024n, undefined],
  [922n, 1024n, 'caution'],
  [1023n, 1024n, 'failure'],
  [1024n, 1024n, 'failure'],
] as const)('warns at %s of %s: %s', (nextIndex, capacity, tone) => {
  expect(signaturesWarning({ nextIndex, capacity })?.tone).toBe(tone);
});
