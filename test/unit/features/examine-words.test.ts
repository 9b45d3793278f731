// Verdicts, facts and relations of examined files: complete in both languages.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import {
  bootChecks,
  bootReasons,
  factIds,
  fileKinds,
  type BootFinding,
} from '../../../src/core/wolfboot/index.ts';
import { checkNames, findingWords } from '../../../src/features/examine/boot-words.ts';
import { factsShown, kindNames } from '../../../src/features/examine/fact-words.ts';
import { relationOf } from '../../../src/features/examine/relation.ts';
import { overwriteGetLocale } from '../../../src/i18n/paraglide/runtime.js';
import type { ShownExamination } from '../../../src/state/examined-part.ts';
import { testKey } from '../../support/booted-board.ts';

/** Every fact that a reason may speak of, each with a value that is found again. */
const context: BootFinding['context'] = {
  headerSizeBytes: 511,
  expected: 'wanted-value',
  payloadSizeBytes: 522,
  missingBytes: 533,
  extraBytes: 544,
  imageBytes: 555,
  mostBytes: 566,
  baseVersion: 71,
  version: 72,
  runningVersion: 73,
  hash: 'sha384',
  cipher: 'aes128-ctr',
  slot: 8,
  slots: 9,
  keyType: 'Ed448',
  partitionId: 4,
  mask: '0x00000002',
  found: '7F454C46',
  problem: 'what went wrong',
};

const gap = /\{\w+\}|undefined|–/;

afterEach(() => {
  overwriteGetLocale(() => 'en');
});

describe.each(['en', 'ja'] as const)('in %s', (locale) => {
  beforeEach(() => {
    overwriteGetLocale(() => locale);
  });
  const isThisLanguage = (text: string): boolean => /[ぁ-んァ-ヶ]/.test(text) === (locale === 'ja');

  it('every reason has a sentence of its own, with its facts', () => {
    const sentences = bootReasons.map((reason) => findingWords({ reason, context }));
    expect(new Set(sentences.map(({ says }) => says)).size).toBe(bootReasons.length);
    for (const { says, wayOut } of sentences) {
      expect(says).not.toMatch(gap);
      expect(isThisLanguage(says)).toBe(true);
      if (wayOut !== undefined) {
        expect(wayOut).not.toMatch(gap);
        expect(isThisLanguage(wayOut)).toBe(true);
      }
    }
  });

  it('what must not be has a way out', () => {
    const bad = bootReasons.filter((reason) =>
      /differs|missing$|broken|refused|older|same|too-large|cut|wrong|zero|bad$/.test(reason),
    );
    expect(bad.length).toBeGreaterThan(20);
    for (const reason of bad) {
      expect([reason, findingWords({ reason, context }).wayOut]).not.toContain(undefined);
    }
  });

  it('checks, kinds and facts are named', () => {
    for (const check of bootChecks) expect(checkNames[check]()).not.toBe('');
    const kinds = fileKinds.map((kind) => kindNames[kind]());
    expect(new Set(kinds).size).toBe(fileKinds.length);
    const facts = factsShown(factIds.map((id) => ({ id, value: '0' })));
    expect(facts.length).toBeGreaterThan(factIds.length - 5);
    for (const { name } of facts) expect(name).not.toBe('');
  });
});

describe('where keys stand', () => {
  const examined = (part: Partial<ShownExamination>): ShownExamination => ({
    kind: 'keystore.der',
    fileName: 'file',
    sizeBytes: 0,
    sha256: undefined,
    facts: [],
    spans: [],
    warnings: [],
    secret: false,
    image: undefined,
    slots: [],
    problem: undefined,
    ...part,
  });

  it('a keystore is the same, or how many keys of it are there is said', async () => {
    const [a, b] = [await testKey({ name: 'a' }), await testKey({ name: 'b' })];
    const slots = [a.slot, b.slot];
    expect(relationOf(examined({ slots }), slots)).toEqual({ kind: 'same-keystore', count: 2 });
    const masked = [{ ...a.slot, partitionMask: 2 }, b.slot];
    const differs = { kind: 'other-keystore', common: 2, count: 2 };
    expect(relationOf(examined({ slots }), masked)).toEqual(differs);
    expect(relationOf(examined({ slots }), [b.slot])).toEqual({ ...differs, common: 1 });
  });

  it('a private key is found by its public half', async () => {
    const key = await testKey();
    const facts = [{ id: 'publicKey', value: toHex(key.pair.publicKey) }] as const;
    const file = examined({ kind: 'private-key', facts, secret: true });
    const other = await testKey({ name: 'other' });
    expect(relationOf(file, [other.slot, { ...key.slot, partitionMask: 6 }])).toEqual({
      kind: 'key-in-slot',
      index: 1,
      mask: 6,
    });
    expect(relationOf(file, [other.slot])).toEqual({ kind: 'key-in-no-slot' });
  });

  it('files without keys have no place', () => {
    expect(relationOf(examined({ kind: 'policy' }), [])).toBeUndefined();
  });
});
