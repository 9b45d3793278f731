import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/core/ports/index.ts';
import { listJournal, readJournal } from '../../../../src/core/provisioning/index.ts';
import {
  isUnfinished,
  newJournalEntry,
  writeJournal,
  type JournalEntry,
} from '../../../../src/core/provisioning/journal.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { memoryStore } from '../../../support/memory-store.ts';

const entry: JournalEntry = newJournalEntry({
  serial: '3F989C14485E',
  planHash: 'aa',
  route: 'otp-alternate',
  contentSha256: 'bb',
  keystoreFingerprint: 'cc',
  phase: 'writing',
  udsIsOurs: true,
  beganAtWallMs: 5,
});
const primer = {
  sha256: 'dd',
  loadAddress: 0x08000000,
  sizeBytes: 12288,
  sectorBytes: 8192,
  head: '00',
};

describe('the journal', () => {
  it('gives back what was written, one entry a board', async () => {
    const store = memoryStore();
    await writeJournal(store, entry);
    const inFlash: JournalEntry = { ...entry, serial: 'X', phase: 'primer-in-flash', primer };
    await writeJournal(store, inFlash);
    await store.put('records/1', {});
    expect(await readJournal(store, entry.serial)).toEqual(entry);
    expect(await listJournal(store)).toEqual([entry, inFlash]);
    expect(await readJournal(store, 'another')).toBeUndefined();
  });

  it('is finished when done, and when there is none', () => {
    expect(isUnfinished(undefined)).toBe(false);
    expect(isUnfinished({ ...entry, phase: 'done' })).toBe(false);
    expect(isUnfinished(entry)).toBe(true);
  });

  it.each([
    ['another format', { ...entry, format: 'keyfuse-journal-0' }],
    ['an unknown phase', { ...entry, phase: 'burning' }],
    ['a primer in flash that cannot be found again', { ...entry, phase: 'primer-in-flash' }],
    ['another board', { ...entry, serial: 'other' }],
    ['text', 'lost'],
    ['a missing digest', { ...entry, contentSha256: undefined }],
    [
      'a broken primer',
      { ...entry, phase: 'primer-in-flash', primer: { ...primer, sectorBytes: 0 } },
    ],
  ])('with %s is a conflict, never ignored', async (_what, value) => {
    const store = memoryStore();
    await store.put(`journal/${entry.serial}`, value as JsonValue);
    await expectRejects(readJournal(store, entry.serial), 'journal-conflict');
  });
});
