/** The journal as a file: what it keeps, what it refuses, and that nothing newer is ever lost by it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalSha256,
  exportJournal,
  importJournal,
  journalFileName,
  parseJournalFile,
  readJournal,
  requireJournalWorks,
  type JournalEntry,
} from '../../../../src/core/provisioning/index.ts';
import { newJournalEntry, writeJournal } from '../../../../src/core/provisioning/journal.ts';
import type { JsonValue } from '../../../../src/core/ports/index.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { memoryStore } from '../../../support/memory-store.ts';

const SERIAL = '3F989C14485E';

function entry(changes: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...newJournalEntry({
      serial: SERIAL,
      planHash: '11'.repeat(32),
      route: 'otp-alternate',
      contentSha256: '22'.repeat(32),
      keystoreFingerprint: '33'.repeat(32),
      phase: 'writing',
      udsIsOurs: true,
      beganAtWallMs: 1000,
    }),
    unitOffsetBytes: 64,
    ...changes,
  };
}

const primer = {
  sha256: '44'.repeat(32),
  loadAddress: 0x08000000,
  sizeBytes: 4096,
  sectorBytes: 8192,
  head: '55'.repeat(16),
};
const armed = entry({ phase: 'primer-in-flash', route: 'primer', primer });

const at = { benchKind: 'real', boardSerial: SERIAL } as const;

function fileOf(value: JournalEntry) {
  return parseJournalFile(exportJournal(value, 'real'), 'j.json');
}

async function storeWith(here?: JournalEntry) {
  const store = memoryStore();
  if (here) await writeJournal(store, here);
  return store;
}

describe('a journal file', () => {
  it('gives back what was written, byte for byte the same each time', () => {
    for (const one of [entry(), armed]) {
      expect(fileOf(one)).toEqual({ virtual: false, entry: one });
      expect(exportJournal(one, 'virtual')).toBe(exportJournal(one, 'virtual'));
    }
    expect(journalFileName(entry())).toBe('keyfuse-journal-3F989C14485E-19700101T000001Z.json');
  });

  it('is refused when anything in it was changed', () => {
    const text = exportJournal(armed, 'real').trimEnd();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (index, code) => {
        const letter = String.fromCharCode(code);
        fc.pre(text[index] !== letter);
        const changed = text.slice(0, index) + letter + text.slice(index + 1);
        let read: unknown;
        try {
          read = parseJournalFile(changed, 'j.json');
        } catch {
          return;
        }
        expect(read).toEqual(fileOf(armed));
      }),
    );
  });

  it.each<[string, JsonValue]>([
    ['is another format', { format: 'keyfuse-journal-file-2', virtual: false, entry: {} }],
    [
      'has a member too many',
      { format: 'keyfuse-journal-file-1', virtual: false, entry: {}, uds: 1 },
    ],
    [
      'holds no entry',
      { format: 'keyfuse-journal-file-1', virtual: false, entry: { format: 'x' } },
    ],
    ['does not say which bench', { format: 'keyfuse-journal-file-1', entry: {} }],
  ])('that %s is refused', (_name, body) => {
    const sealed = { ...(body as object), sha256: canonicalSha256(body) };
    expectThrows(() => parseJournalFile(JSON.stringify(sealed)), 'malformed');
  });
});

describe('taking over a journal', () => {
  it('fills an empty place, and says so when it is the same', async () => {
    const store = await storeWith();
    expect(await importJournal(store, fileOf(armed), at)).toMatchObject({ kind: 'taken-over' });
    expect(await readJournal(store, SERIAL)).toEqual(armed);
    expect(await importJournal(store, fileOf(armed), at)).toMatchObject({ kind: 'same' });
  });

  it('takes what is newer of the same burn', async () => {
    const store = await storeWith(entry());
    const later = entry({ phase: 'done', changedAtWallMs: 5000 });
    expect(await importJournal(store, fileOf(later), at)).toMatchObject({ kind: 'taken-over' });
    expect(await readJournal(store, SERIAL)).toEqual(later);
  });

  it.each([
    ['older', entry({ changedAtWallMs: 5000 }), entry(), ['older']],
    ['no younger', entry(), entry({ unitOffsetBytes: 2 }), ['older']],
    [
      'newer than a primer that may lie here',
      armed,
      entry({ changedAtWallMs: 9000 }),
      ['primer-here'],
    ],
    [
      'of another keystore that was begun',
      entry(),
      entry({ contentSha256: '99'.repeat(32), changedAtWallMs: 9000 }),
      ['other-keystore'],
    ],
  ])(
    'leaves an entry alone that is not to be lost: the file is %s',
    async (_n, here, file, why) => {
      const store = await storeWith(here);
      const result = await importJournal(store, fileOf(file), at);
      expect(result).toMatchObject({ kind: 'kept', conflicts: why });
      expect(await readJournal(store, SERIAL)).toEqual(here);
    },
  );

  it('keeps every doubt about a UDS, whichever side has it', async () => {
    const seen = { udsSha256: 'aa'.repeat(32) };
    const store = await storeWith(entry({ ...seen, changedAtWallMs: 5000 }));
    await importJournal(store, fileOf(entry({ udsSha256: 'bb'.repeat(32) })), at);
    expect(await readJournal(store, SERIAL)).toMatchObject({ udsDamaged: true });

    const other = await storeWith(entry({ udsIsOurs: false }));
    await importJournal(other, fileOf(entry({ changedAtWallMs: 5000 })), at);
    expect(await readJournal(other, SERIAL)).toMatchObject({ udsIsOurs: false });
  });

  it("puts another board's journal into that board's own place", async () => {
    const store = await storeWith(entry());
    const foreign = entry({ serial: 'ABCDEF012345', changedAtWallMs: 9000 });
    const result = await importJournal(store, fileOf(foreign), at);
    expect(result).toMatchObject({ kind: 'taken-over', ownBoard: false });
    expect(await readJournal(store, SERIAL)).toEqual(entry());
    expect(await readJournal(store, 'ABCDEF012345')).toEqual(foreign);
  });

  it('refuses the journal of a virtual board on a real bench', async () => {
    const file = parseJournalFile(exportJournal(entry(), 'virtual'));
    const store = await storeWith();
    await expectRejects(importJournal(store, file, at), 'journal-conflict');
    expect(store.everStored).toBe('');
  });
});

describe('a browser that keeps nothing', () => {
  it('is told before anything is burned', async () => {
    const forgetful = { ...memoryStore(), get: () => Promise.resolve(undefined) };
    await expectRejects(requireJournalWorks(forgetful, SERIAL), 'storage-failed');
  });

  it('is not suspected where the journal works, and nothing of the look stays', async () => {
    const store = memoryStore();
    await requireJournalWorks(store, SERIAL);
    expect(await store.keys('')).toEqual([]);
  });
});
