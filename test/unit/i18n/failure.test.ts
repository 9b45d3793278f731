// Failures as words: complete, in both languages, with the technical facts kept apart.
import { afterEach, describe, expect, test } from 'vitest';
import { AppError, errorCodes } from '../../../src/core/errors.ts';
import { describeCode, describeFailure } from '../../../src/i18n/failure.ts';
import { overwriteGetLocale } from '../../../src/i18n/paraglide/runtime.js';

afterEach(() => {
  overwriteGetLocale(() => 'en');
});

describe.each(['en', 'ja'] as const)('in %s', (locale) => {
  test('no two codes share a title, and each says what to do', () => {
    overwriteGetLocale(() => locale);
    const words = errorCodes.map(describeCode);
    expect(new Set(words.map(({ title }) => title)).size).toBe(errorCodes.length);
    for (const { title, cause, nextStep } of words) {
      expect(title).not.toBe('');
      expect(cause.length).toBeGreaterThan(10);
      expect(nextStep.length).toBeGreaterThan(10);
    }
  });
});

test('Japanese sentences are Japanese', () => {
  overwriteGetLocale(() => 'ja');
  for (const code of errorCodes) expect(describeCode(code).cause).toMatch(/[ぁ-ん]/);
});

test('facts of the error are shown, undefined ones are not', () => {
  const error = new AppError('malformed', 'a.bin: size at offset 4', {
    context: { file: 'a.bin', offset: 4, field: undefined },
  });
  expect(describeFailure(error).details).toEqual([
    { name: 'code', value: 'malformed' },
    { name: 'message', value: 'a.bin: size at offset 4' },
    { name: 'file', value: 'a.bin' },
    { name: 'offset', value: '4' },
  ]);
});

test('a failure that has a page of help leads there', () => {
  expect(describeCode('usb-busy').help?.href).toBe('#/help/device-busy');
  expect(describeCode('malformed').help).toBeUndefined();
});
