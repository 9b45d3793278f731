/** Canonical JSON and records against arbitrary values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { canonicalJson, parseRecord } from '../../../src/core/provisioning/index.ts';
import type { JsonValue } from '../../../src/core/ports/index.ts';

const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));

function shuffled(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => shuffled(item));
  const entries = Object.entries(value as Record<string, JsonValue>).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, shuffled(member)]));
}

describe('canonical JSON', () => {
  it('is JSON of the same value, in ASCII', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        // -0 has no text of its own in JSON.
        expect(JSON.stringify(JSON.parse(text))).toBe(
          JSON.stringify(JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value)) as JsonValue))),
        );
      }),
    );
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('reading a record', () => {
  it('throws nothing but AppError, whatever the text', () => {
    const texts = fc.oneof(
      fc.string(),
      json.map((value) => JSON.stringify(value)),
      fc.json(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseRecord(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          return;
        }
        expect.fail('that was no record');
      }),
    );
  });
});
