/**
 * The journal of flash projects: which project was begun on which board, so that a lost tab is told what the
 * board is half of. One entry a board, under `flash/<serial>`. Flash is compared before it is written, so
 * going on needs nothing else; a lost entry costs a remark, never a board.
 */
import type { JsonValue, Store } from '../ports/index.ts';

export interface FlashJournalEntry {
  readonly format: typeof FLASH_JOURNAL_FORMAT;
  readonly serial: string;
  readonly planHash: string;
  readonly projectHash: string;
  /** Names of the files, for people. */
  readonly parts: readonly string[];
  /** `done`: everything was read back equal. */
  readonly phase: 'writing' | 'done';
  readonly beganAtWallMs: number;
  readonly changedAtWallMs: number;
}

const FLASH_JOURNAL_FORMAT = 'keyfuse-flash-journal-1';

function keyOf(serial: string): string {
  return `flash/${serial}`;
}

/** Undefined when nothing was begun, or what stands there is no entry of this format. */
export async function readFlashJournal(
  store: Store,
  serial: string,
): Promise<FlashJournalEntry | undefined> {
  return parseEntry(await store.get(keyOf(serial)));
}

/** Resolves when the entry is durable. */
export async function writeFlashJournal(
  store: Store,
  entry: Omit<FlashJournalEntry, 'format'>,
): Promise<void> {
  await store.put(keyOf(entry.serial), { format: FLASH_JOURNAL_FORMAT, ...entry });
}

function parseEntry(value: JsonValue | undefined): FlashJournalEntry | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, JsonValue | undefined>>;
  const { format, serial, planHash, projectHash, phase, beganAtWallMs, changedAtWallMs } = members;
  if (format !== FLASH_JOURNAL_FORMAT || typeof serial !== 'string') return undefined;
  if (typeof planHash !== 'string' || typeof projectHash !== 'string') return undefined;
  if (phase !== 'writing' && phase !== 'done') return undefined;
  if (typeof beganAtWallMs !== 'number' || typeof changedAtWallMs !== 'number') return undefined;
  const parts = Array.isArray(members.parts) ? members.parts : [];
  return {
    format: FLASH_JOURNAL_FORMAT,
    serial,
    planHash,
    projectHash,
    parts: parts.filter((part): part is string => typeof part === 'string'),
    phase,
    beganAtWallMs,
    changedAtWallMs,
  };
}
