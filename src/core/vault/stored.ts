/** Reading stored JSON field by field: whatever does not fit is `vault-damaged`, with its name. */
import type { JsonValue } from '../ports/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { damaged } from './damage.ts';

/** Longest name or label, in UTF-16 units. */
export const MOST_TEXT = 200;

export interface StoredFields {
  readonly record: string;
  /** At most 200 characters unless told. */
  text(name: string, most?: number): string;
  oneOf<T extends string>(name: string, ...allowed: readonly T[]): T;
  /** Not negative. */
  whole(name: string): number;
  flag(name: string): boolean;
  /** Lower-case hex, as it stands; `lengthBytes` undefined takes any length. */
  hex(name: string, lengthBytes?: number): string;
  list(name: string): readonly JsonValue[];
  /** A member that is an object. */
  part(name: string): StoredFields;
  fail(name: string): never;
}

export function storedFields(value: JsonValue, record: string): StoredFields {
  if (value === null || typeof value !== 'object' || isList(value)) {
    throw damaged(record, 'is not an object');
  }
  const fields: Readonly<Record<string, JsonValue | undefined>> = value;
  const fail = (name: string): never => {
    throw damaged(record, `has no good ${name}`);
  };
  const text = (name: string): string => {
    const found = fields[name];
    return typeof found === 'string' ? found : fail(name);
  };
  return {
    record,
    text: (name, most = MOST_TEXT) => {
      const found = text(name);
      return found.length <= most ? found : fail(name);
    },
    oneOf: (name, ...allowed) => {
      const found = text(name);
      return allowed.find((candidate) => candidate === found) ?? fail(name);
    },
    whole: (name) => {
      const found = fields[name];
      return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0
        ? found
        : fail(name);
    },
    flag: (name) => {
      const found = fields[name];
      return typeof found === 'boolean' ? found : fail(name);
    },
    hex: (name, lengthBytes) => {
      const found = text(name);
      if (!/^(?:[0-9a-f]{2})*$/.test(found)) return fail(name);
      return lengthBytes === undefined || found.length === lengthBytes * 2 ? found : fail(name);
    },
    list: (name) => {
      const found = fields[name];
      return isList(found) ? found : fail(name);
    },
    part: (name) => storedFields(fields[name] ?? null, record),
    fail,
  };
}

/** Whatever could not be read again is not stored: `invalid-argument` with what does not fit. */
export function readableAgain(value: JsonValue, read: (stored: JsonValue) => unknown): JsonValue {
  try {
    read(value);
    return value;
  } catch (error) {
    if (!isAppError(error, 'vault-damaged')) throw error;
    throw new AppError('invalid-argument', `this cannot be sealed: it ${problemOf(error)}`, {
      cause: error,
    });
  }
}

function problemOf({ context, message }: AppError): string {
  return typeof context.problem === 'string' ? context.problem : message;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
