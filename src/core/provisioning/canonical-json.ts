/**
 * Canonical JSON: one text for one value, so that a digest over it means something. Keys ascending by
 * UTF-16 code unit, no white space, whole numbers only, `undefined` members left out, strings as
 * JSON writes them with everything above 0x7E escaped, so that the text is ASCII and its UTF-8 form needs no
 * encoder.
 */
import { asciiToBytes, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import type { JsonValue } from '../ports/index.ts';

/** Throws `invalid-argument` for numbers that are not safe integers: floats have more than one text. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return wholeNumber(value);
  if (typeof value === 'string') return asciiString(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort(byCodeUnit)
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${asciiString(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

/** Lower-case hex SHA-256 over the canonical text. */
export function canonicalSha256(value: JsonValue): string {
  return toHex(hash('sha256', asciiToBytes(canonicalJson(value))));
}

function wholeNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new AppError('invalid-argument', `${value} is no whole number; a record holds no others`);
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
