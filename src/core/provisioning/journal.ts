/**
 * The journal: what was about to be done to which board, written down before it is done, so that a lost
 * tab can go on. One entry a board, under `journal/<serial>`. It holds digests and numbers, never
 * OTP content, never a UDS.
 */
import { AppError } from '../errors.ts';
import type { JsonValue, Store } from '../ports/index.ts';
import type { BurnRoute } from './intended-otp.ts';

/**
 * `writing`: OTP units are being written. `primer-in-flash`: from just before the first flash write until the
 * erase is proven; whatever happens, erasing comes first. `primer-erased`: it is gone, the OTP is not yet
 * verified. `done`: verified.
 */
export type JournalPhase = 'writing' | 'primer-in-flash' | 'primer-erased' | 'done';

export interface JournalPrimer {
  readonly sha256: string;
  readonly loadAddress: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  /** Its first 16 bytes in hex (stack pointer, reset vector, …): by these it is known again in flash. */
  readonly head: string;
}

export interface JournalEntry {
  readonly format: typeof JOURNAL_FORMAT;
  readonly serial: string;
  readonly planHash: string;
  readonly route: BurnRoute;
  /** Intended content with the UDS taken for blank: what a continuing plan must share. */
  readonly contentSha256: string;
  readonly keystoreFingerprint: string;
  readonly phase: JournalPhase;
  /** The UDS cells were blank when this burn began, so what is written there now is this burn's. */
  readonly udsIsOurs: boolean;
  /** See `restSha256`: everything outside the keystore as it was when this burn began. Missing in older entries. */
  readonly restSha256?: string | undefined;
  /** Offset of the OTP unit that is being written or was written last. */
  readonly unitOffsetBytes?: number | undefined;
  readonly primer?: JournalPrimer | undefined;
  /** SHA-256 of a complete UDS as it was first seen, to notice when it changes. */
  readonly udsSha256?: string | undefined;
  /** The UDS was seen to change after the first run of the primer. */
  readonly udsDamaged: boolean;
  readonly beganAtWallMs: number;
  readonly changedAtWallMs: number;
}

const JOURNAL_FORMAT = 'keyfuse-journal-1';
const PREFIX = 'journal/';
const PHASES: readonly JournalPhase[] = ['writing', 'primer-in-flash', 'primer-erased', 'done'];

function keyOf(serial: string): string {
  return `${PREFIX}${serial}`;
}

/** Undefined when nothing was ever begun. An entry that cannot be read is `journal-conflict`, never ignored. */
export async function readJournal(store: Store, serial: string): Promise<JournalEntry | undefined> {
  const value = await store.get(keyOf(serial));
  if (value === undefined) return undefined;
  const entry = parseJournalEntry(value);
  if (entry?.serial !== serial) {
    throw new AppError('journal-conflict', `the journal of board ${serial} cannot be read`, {
      context: { serial },
    });
  }
  return entry;
}

/** Every board that has an entry, in order of serial. */
export async function listJournal(store: Store): Promise<readonly JournalEntry[]> {
  const keys = await store.keys(PREFIX);
  const entries = await Promise.all(
    keys.map((key) => readJournal(store, key.slice(PREFIX.length))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Resolves when the entry is durable; only then may the step be done that it announces. */
export async function writeJournal(store: Store, entry: JournalEntry): Promise<void> {
  await store.put(keyOf(entry.serial), journalValue(entry));
}

/** The entry as it is stored and exported. */
export function journalValue(entry: JournalEntry): JsonValue {
  const { primer, ...rest } = entry;
  return { ...rest, ...(primer && { primer: { ...primer } }) };
}

const PROBE_KEY = 'probe/journal';

/**
 * Writes, reads back and removes a value as a burn's journal would be: a browser that keeps nothing is told
 * before anything is burned. Throws `storage-failed`.
 */
export async function requireJournalWorks(store: Store, serial: string): Promise<void> {
  await store.put(PROBE_KEY, serial);
  const found = await store.get(PROBE_KEY);
  await store.delete(PROBE_KEY);
  if (found === serial) return;
  throw new AppError('storage-failed', 'the browser forgot at once what it was given to keep', {
    context: { serial },
  });
}

export function newJournalEntry(
  input: Omit<JournalEntry, 'format' | 'udsDamaged' | 'changedAtWallMs'>,
): JournalEntry {
  return {
    format: JOURNAL_FORMAT,
    ...input,
    udsDamaged: false,
    changedAtWallMs: input.beganAtWallMs,
  };
}

export function isUnfinished(entry: JournalEntry | undefined): entry is JournalEntry {
  return entry !== undefined && entry.phase !== 'done';
}

type Members = Readonly<Record<string, JsonValue | undefined>>;

function membersOf(value: JsonValue | undefined): Members | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Members;
}

/** An entry from a store or a file; undefined when it is none. */
export function parseJournalEntry(value: JsonValue): JournalEntry | undefined {
  const members = membersOf(value);
  if (members?.format !== JOURNAL_FORMAT) return undefined;
  const { serial, planHash, contentSha256, keystoreFingerprint, udsSha256, restSha256 } = members;
  const { route, udsIsOurs, udsDamaged, unitOffsetBytes } = members;
  const { beganAtWallMs, changedAtWallMs } = members;
  const phase = PHASES.find((one) => one === members.phase);
  const primer = parsePrimer(members.primer);
  if (phase === undefined || (route !== 'otp-alternate' && route !== 'primer')) return undefined;
  if (typeof serial !== 'string' || typeof planHash !== 'string') return undefined;
  if (typeof contentSha256 !== 'string' || typeof keystoreFingerprint !== 'string')
    return undefined;
  if (typeof udsIsOurs !== 'boolean' || typeof udsDamaged !== 'boolean') return undefined;
  if (typeof beganAtWallMs !== 'number' || typeof changedAtWallMs !== 'number') return undefined;
  // Without these there would be no telling whether a primer still lies in wait.
  if (phase === 'primer-in-flash' && primer === undefined) return undefined;
  return {
    format: JOURNAL_FORMAT,
    serial,
    planHash,
    route,
    contentSha256,
    keystoreFingerprint,
    phase,
    udsIsOurs,
    udsDamaged,
    beganAtWallMs,
    changedAtWallMs,
    ...(typeof restSha256 === 'string' && { restSha256 }),
    ...(typeof unitOffsetBytes === 'number' && { unitOffsetBytes }),
    ...(typeof udsSha256 === 'string' && { udsSha256 }),
    ...(primer && { primer }),
  };
}

function parsePrimer(value: JsonValue | undefined): JournalPrimer | undefined {
  const members = membersOf(value);
  if (members === undefined) return undefined;
  const { sha256, loadAddress, sizeBytes, sectorBytes, head } = members;
  if (typeof sha256 !== 'string' || typeof head !== 'string') return undefined;
  if (typeof loadAddress !== 'number' || typeof sizeBytes !== 'number') return undefined;
  if (typeof sectorBytes !== 'number' || sectorBytes <= 0) return undefined;
  return { sha256, loadAddress, sizeBytes, sectorBytes, head };
}
