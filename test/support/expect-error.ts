/** Expecting an AppError by its code and by words of its message. */
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { isAppError, type ErrorCode } from '../../src/core/errors.ts';

function matches(error: unknown, code: ErrorCode, words: string): boolean {
  return isAppError(error, code) && error.message.includes(words);
}

export function expectThrows(call: () => unknown, code: ErrorCode, words = ''): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  report(thrown, code, words);
}

export async function expectRejects(
  promise: Promise<unknown>,
  code: ErrorCode,
  words = '',
): Promise<void> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  report(thrown, code, words);
}

function report(thrown: unknown, code: ErrorCode, words: string): void {
  if (matches(thrown, code, words)) return;
  const found = isAppError(thrown) ? `${thrown.code}: ${thrown.message}` : inspect(thrown);
  expect.fail(`expected ${code} with "${words}", found ${found}`);
}
