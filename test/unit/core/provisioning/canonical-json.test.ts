import { expect, it } from 'vitest';
import { canonicalJson, canonicalSha256 } from '../../../../src/core/provisioning/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';

it('sorts members, leaves white space and absent members out', () => {
  const value = { b: [1, { d: true, c: null }], a: 'x', gone: undefined };
  expect(canonicalJson(value)).toBe('{"a":"x","b":[1,{"c":null,"d":true}]}');
});

it('sorts by code unit, not by alphabet', () => {
  expect(canonicalJson({ a: 1, B: 2, _: 3 })).toBe('{"B":2,"_":3,"a":1}');
});

it('is ASCII: everything else is escaped', () => {
  expect(canonicalJson({ name: 'Prüfstand 東', control: '\n\u007f' })).toBe(
    '{"control":"\\n\\u007f","name":"Pr\\u00fcfstand \\u6771"}',
  );
});

it('knows no numbers but whole ones', () => {
  expect(canonicalJson([0, -7, 2 ** 53 - 1])).toBe('[0,-7,9007199254740991]');
  for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expectThrows(() => canonicalJson(number), 'invalid-argument');
  }
});

// The digest by another tool: printf '{"a":1}' | sha256sum
it('is what its SHA-256 covers', () => {
  expect(canonicalSha256({ a: 1 })).toBe(
    '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
  );
});
