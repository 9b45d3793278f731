import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeystoreWarning, PrimerWarning } from '../../../src/core/wolfboot/index.ts';
import { warningWords } from '../../../src/features/keystore/warning-words.ts';
import { primerWarningWords, writeWords } from '../../../src/features/provision/primer-words.ts';
import { overwriteGetLocale } from '../../../src/i18n/paraglide/runtime.js';

const message = 'english words for a log';
const keystoreWarnings: readonly KeystoreWarning[] = [
  { code: 'duplicate-key', slot: 4, firstSlot: 2, message },
  { code: 'lms-parameters-unproven', slot: 4, parameters: 'L2-H5-W8', message },
  { code: 'ed448-slots-at-odd-addresses', message },
];
const primerWarnings: readonly PrimerWarning[] = [
  { code: 'no-otp-address', message },
  { code: 'key-room-assumed', message },
  { code: 'slot-left-out', slot: 4, message },
  { code: 'slot-outside', slot: 4, message },
  { code: 'uds-left-out', message },
  { code: 'locks-blocks', message },
];
const writes = [{ what: 'header' }, { what: 'slot 4', slot: 4 }, { what: 'uds' }] as const;

function allWords(): readonly string[] {
  return [
    ...keystoreWarnings.map(warningWords),
    ...primerWarnings.map(primerWarningWords),
    ...writes.map((write) =>
      writeWords({ ...write, offsetBytes: 0, lengthBytes: 2, content: 'random' }),
    ),
  ];
}

afterEach(() => {
  overwriteGetLocale(() => 'en');
});

describe.each(['en', 'ja'] as const)('warnings in %s', (locale) => {
  beforeEach(() => {
    overwriteGetLocale(() => locale);
  });

  it('are told apart and are never the words for the log', () => {
    const words = allWords();
    expect(new Set(words).size).toBe(words.length);
    expect(words.join()).not.toContain(message);
    const kana = words.filter((text) => /[ぁ-んァ-ヶ]/.test(text));
    expect(kana).toHaveLength(locale === 'ja' ? words.length : 0);
  });

  it('name the slots they are about', () => {
    const [duplicate] = keystoreWarnings.map(warningWords);
    expect(duplicate).toMatch(/4.*2/);
    for (const warning of primerWarnings) {
      expect(primerWarningWords(warning).includes('4')).toBe('slot' in warning);
    }
  });
});
