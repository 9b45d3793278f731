/** Canonical JSON: keys in alphabetical order, so that equal facts are equal text. */
import type { JsonValue } from '../core/ports/index.ts';

export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(sorted(value), undefined, 2);
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .flatMap((key): [string, JsonValue][] => {
        const entry = value[key];
        return entry === undefined ? [] : [[key, sorted(entry)]];
      }),
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
