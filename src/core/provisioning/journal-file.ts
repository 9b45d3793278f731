/**
 * The journal of one board as a file, for another browser or another machine (docs/formats/record.md). Canonical
 * JSON with its own SHA-256; it holds what an entry holds, which is digests and numbers.
 *
 * A clock may be wrong, so age alone never decides over a primer that may lie in flash, over another keystore that
 * was begun, or over what is known of a UDS.
 */
import { AppError } from '../errors.ts';
import type { Bench, JsonValue, Store } from '../ports/index.ts';
import { canonicalJson, canonicalSha256 } from './canonical-json.ts';
import {
  isUnfinished,
  journalValue,
  parseJournalEntry,
  readJournal,
  writeJournal,
  type JournalEntry,
} from './journal.ts';

const FORMAT = 'keyfuse-journal-file-1';

export interface JournalFile {
  /** Of a virtual board. */
  readonly virtual: boolean;
  readonly entry: JournalEntry;
}

/**
 * Why the entry here stays as it is. `older`: the file is. `primer-here`: here a primer may lie in flash, and
 * only a look at the board takes that back. `other-keystore`: another one was begun here and not finished.
 */
export type JournalConflict = 'older' | 'primer-here' | 'other-keystore';

export type JournalImport =
  /** `ownBoard` false: it was put aside for the board it is of, which is another than the one at hand. */
  | { readonly kind: 'taken-over'; readonly entry: JournalEntry; readonly ownBoard: boolean }
  | { readonly kind: 'same'; readonly entry: JournalEntry; readonly ownBoard: boolean }
  | {
      readonly kind: 'kept';
      /** Never empty. */
      readonly conflicts: readonly JournalConflict[];
      readonly here: JournalEntry;
      readonly file: JournalEntry;
      readonly ownBoard: boolean;
    };

/** The text of the file. */
export function exportJournal(entry: JournalEntry, benchKind: Bench['kind']): string {
  const body = { format: FORMAT, virtual: benchKind === 'virtual', entry: journalValue(entry) };
  return `${canonicalJson({ ...body, sha256: canonicalSha256(body) })}\n`;
}

/** Throws `malformed` with the member's path; also when the text was changed after it was written. */
export function parseJournalFile(text: string, fileName = 'journal'): JournalFile {
  const value = jsonOf(text, fileName);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(fileName, '', 'is no journal file');
  }
  const members = value as Readonly<Record<string, JsonValue | undefined>>;
  const { sha256, ...body } = members;
  if (members.format !== FORMAT) throw wrong(fileName, 'format', `is not ${FORMAT}`);
  for (const name of Object.keys(body)) {
    if (!['format', 'virtual', 'entry'].includes(name)) {
      throw wrong(fileName, name, 'is not a member of this format');
    }
  }
  const { virtual } = members;
  if (typeof virtual !== 'boolean') throw wrong(fileName, 'virtual', 'is neither true nor false');
  if (sha256 !== canonicalSha256(body)) {
    throw wrong(fileName, 'sha256', 'does not fit: the file was changed');
  }
  const entry = parseJournalEntry(members.entry ?? null);
  if (entry === undefined) throw wrong(fileName, 'entry', 'is no journal entry');
  return { virtual, entry };
}

/**
 * Takes over what a file knows of its board, or says why not. Hold the board's lock. `boardSerial`: the board
 * at hand, if any; an entry of another board goes to that board's own place and touches nothing here.
 * Throws `journal-conflict` for the journal of a virtual board on a real bench and the other way round, and
 * what the store throws.
 */
export async function importJournal(
  store: Store,
  { virtual, entry: file }: JournalFile,
  at: { readonly benchKind: Bench['kind']; readonly boardSerial: string | undefined },
): Promise<JournalImport> {
  if (virtual !== (at.benchKind === 'virtual')) {
    throw new AppError(
      'journal-conflict',
      `this is the journal of a ${virtual ? 'virtual' : 'real'} board`,
      { context: { serial: file.serial, reason: 'other-bench' } },
    );
  }
  const ownBoard = at.boardSerial === undefined || at.boardSerial === file.serial;
  const here = await readJournal(store, file.serial);
  if (here === undefined) {
    await writeJournal(store, file);
    return { kind: 'taken-over', entry: file, ownBoard };
  }
  if (textOf(here) === textOf(file)) return { kind: 'same', entry: here, ownBoard };
  const conflicts = conflictsOf(here, file);
  if (conflicts.length > 0) {
    await keepDoubt(store, here, file);
    return { kind: 'kept', conflicts, here, file, ownBoard };
  }
  const entry = withDoubt(file, here);
  await writeJournal(store, entry);
  return { kind: 'taken-over', entry, ownBoard };
}

function conflictsOf(here: JournalEntry, file: JournalEntry): readonly JournalConflict[] {
  const otherContent = here.contentSha256 !== file.contentSha256;
  return [
    ...(file.changedAtWallMs <= here.changedAtWallMs ? (['older'] as const) : []),
    ...(here.phase === 'primer-in-flash' ? (['primer-here'] as const) : []),
    ...(isUnfinished(here) && otherContent ? (['other-keystore'] as const) : []),
  ];
}

/** What either knows against a UDS holds for both. */
function withDoubt(entry: JournalEntry, other: JournalEntry): JournalEntry {
  const known = [entry.udsSha256, other.udsSha256].filter((sha256) => sha256 !== undefined);
  const differs = new Set(known).size > 1;
  const sameBurn = entry.contentSha256 === other.contentSha256;
  if (!sameBurn) return entry;
  const earlier = entry.beganAtWallMs <= other.beganAtWallMs ? entry : other;
  return {
    ...entry,
    udsDamaged: entry.udsDamaged || other.udsDamaged || differs,
    udsIsOurs: entry.udsIsOurs && other.udsIsOurs,
    udsSha256: earlier.udsSha256 ?? known[0],
    restSha256: earlier.restSha256 ?? entry.restSha256,
  };
}

async function keepDoubt(store: Store, here: JournalEntry, file: JournalEntry): Promise<void> {
  const doubted = withDoubt(here, file);
  if (textOf(doubted) !== textOf(here)) await writeJournal(store, doubted);
}

function textOf(entry: JournalEntry): string {
  return canonicalJson(journalValue(entry));
}

function jsonOf(text: string, fileName: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw wrong(fileName, '', 'is no JSON', error);
  }
}

function wrong(fileName: string, field: string, problem: string, cause?: unknown): AppError {
  return new AppError('malformed', `${fileName}: ${field} ${problem}`, {
    cause,
    context: { file: fileName, offset: 0, field, problem },
  });
}

/** Board and day, so that a folder of them sorts itself. */
export function journalFileName({ serial, changedAtWallMs }: JournalEntry): string {
  const time = new Date(changedAtWallMs).toISOString().replaceAll(/[-:]/g, '');
  return `keyfuse-journal-${serial}-${time.replace(/\.\d+Z$/, 'Z')}.json`;
}
