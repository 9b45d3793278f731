/**
 * The records of this browser: what was done to which board and what was not. A record grows when an
 * update of its board is proven; each state of it carries its own SHA-256. No secret can be in one.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { bytesToLatin1 } from '../core/bytes/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { Bench } from '../core/ports/index.ts';
import {
  parseRecord,
  recordImage,
  recordText,
  recordUpdate,
  type BurnRecord,
  type RecordedImage,
} from '../core/provisioning/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { NamedFile, Services } from './services.ts';

export interface StoredRecord {
  /** Its key in the store; stays the same while the record grows. */
  readonly id: string;
  readonly record: BurnRecord;
}

/** A record from a file, judged but not kept. */
export type CheckedFile =
  | { readonly kind: 'genuine'; readonly name: string; readonly record: BurnRecord }
  | { readonly kind: 'refused'; readonly name: string; readonly error: AppError };

/** Which record an update or an image belongs to. */
export interface RecordQuestion {
  readonly benchKind: Bench['kind'];
  readonly keystoreFingerprint: string;
  /** undefined: the board did not say who it is (a console does not). */
  readonly boardSerial: string | undefined;
}

export type NewUpdate = Parameters<typeof recordUpdate>[1];

/** A proven update that stands in no record; kept until the page is closed. */
export interface UnplacedUpdate {
  readonly id: string;
  readonly question: RecordQuestion;
  readonly update: NewUpdate;
  readonly image: RecordedImage | undefined;
  /** `several-boards`: they hold the same keys, and nobody here can tell which one it was. */
  readonly reason: 'several-boards' | 'no-record' | 'not-stored';
}

export type ShownRecord =
  { readonly kind: 'latest' | 'none' } | { readonly kind: 'one'; readonly id: string };

export interface RecordsState {
  /** The latest first. */
  readonly records: readonly StoredRecord[];
  /** Keys of stored values that are no sound records. */
  readonly damaged: readonly string[];
  readonly shown: ShownRecord;
  readonly checked: CheckedFile | undefined;
  /** The oldest first. */
  readonly unplaced: readonly UnplacedUpdate[];
  readonly activity: Activity;
  /** Reads what this browser keeps. */
  load(): Promise<void>;
  add(record: BurnRecord): Promise<void>;
  /** Touches a record only when there is no doubt whose it is; otherwise the update stays unplaced. */
  addUpdate(
    question: RecordQuestion,
    update: NewUpdate,
    image: RecordedImage | undefined,
  ): Promise<void>;
  /** The person says to which of `recordsInQuestion` an unplaced update belongs. */
  place(unplacedId: string, recordId: string): Promise<void>;
  forgetUnplaced(unplacedId: string): void;
  /** Adds nothing where it is not clear whose record it is. */
  addImage(question: RecordQuestion, image: RecordedImage): Promise<void>;
  /** Changes the record that is meant. False, and nothing changed, where it is not clear which one is. */
  amend(question: RecordQuestion, change: (record: BurnRecord) => BurnRecord): Promise<boolean>;
  show(shown: ShownRecord): void;
  save(id: string): void;
  remove(id: string): Promise<void>;
  /** Checks a record file against its own digest. */
  check(file: NamedFile): void;
  forgetChecked(): void;
  dismiss(): void;
}

export type RecordsStore = StoreApi<RecordsState>;

const prefix = 'record/';

export function createRecordsStore({
  store,
  files,
}: Pick<Services, 'store' | 'files'>): RecordsStore {
  return createStore<RecordsState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const keep = async (entry: StoredRecord): Promise<void> => {
      await store.put(entry.id, recordText(entry.record));
      const others = get().records.filter(({ id }) => id !== entry.id);
      set({ records: latestFirst([...others, entry]) });
    };
    const read = async (): Promise<void> => {
      const entries: StoredRecord[] = [];
      const damaged: string[] = [];
      for (const id of await store.keys(prefix)) {
        const value = await store.get(id);
        try {
          entries.push({ id, record: readStored(value, id) });
        } catch {
          damaged.push(id);
        }
      }
      set({ records: latestFirst(entries), damaged });
    };
    let unplacedCount = 0;
    const putAside = (update: Omit<UnplacedUpdate, 'id'>): void => {
      const id = `unplaced-${++unplacedCount}`;
      set({ unplaced: [...get().unplaced, { id, ...update }] });
    };

    return {
      records: [],
      damaged: [],
      shown: { kind: 'latest' },
      checked: undefined,
      unplaced: [],
      activity: idle,

      async load() {
        await perform(report, 'load', read);
      },
      async add(record) {
        const id = `${prefix}${record.endedAt}-${record.board.serial}`;
        await perform(report, 'add', async () => {
          await keep({ id, record });
          set({ shown: { kind: 'one', id } });
        });
      },
      async addUpdate(question, update, image) {
        await perform(report, 'add', async () => {
          const aside = { question, update, image };
          try {
            await read();
            const entry = recordFor(get().records, question);
            if (entry !== undefined) {
              await keep({ ...entry, record: withUpdate(entry.record, aside) });
            } else {
              const known = recordsInQuestion(get().records, question).length > 0;
              putAside({ ...aside, reason: known ? 'several-boards' : 'no-record' });
            }
          } catch (thrown) {
            putAside({ ...aside, reason: 'not-stored' });
            throw thrown;
          }
        });
      },
      async place(unplacedId, recordId) {
        await perform(report, 'place', async () => {
          const unplaced = get().unplaced.find(({ id }) => id === unplacedId);
          if (unplaced === undefined) return;
          const candidates = recordsInQuestion(get().records, unplaced.question);
          const entry = candidates.find(({ id }) => id === recordId);
          if (entry === undefined) return;
          await keep({ ...entry, record: withUpdate(entry.record, unplaced) });
          get().forgetUnplaced(unplacedId);
          set({ shown: { kind: 'one', id: recordId } });
        });
      },
      forgetUnplaced(unplacedId) {
        set({ unplaced: get().unplaced.filter(({ id }) => id !== unplacedId) });
      },
      async addImage(question, image) {
        await perform(report, 'add', async () => {
          await read();
          const entry = recordFor(get().records, question);
          if (entry !== undefined) {
            await keep({ ...entry, record: withImage(entry.record, image) });
          }
        });
      },
      async amend(question, change) {
        const amended = await perform(report, 'add', async () => {
          await read();
          const entry = recordFor(get().records, question);
          if (entry === undefined) return false;
          await keep({ ...entry, record: change(entry.record) });
          return true;
        });
        return amended ?? false;
      },
      show(shown) {
        set({ shown });
      },
      save(id) {
        const entry = get().records.find((candidate) => candidate.id === id);
        if (entry !== undefined) files.save(recordFileName(entry.record), recordText(entry.record));
      },
      async remove(id) {
        await perform(report, 'remove', async () => {
          await store.delete(id);
          set({ records: get().records.filter((entry) => entry.id !== id) });
        });
      },
      check({ name, bytes }) {
        try {
          // Canonical JSON is ASCII; anything else fails its digest.
          const record = parseRecord(bytesToLatin1(bytes), name);
          set({ checked: { kind: 'genuine', name, record } });
        } catch (thrown) {
          set({ checked: { kind: 'refused', name, error: toAppError(thrown) } });
        }
      },
      forgetChecked() {
        set({ checked: undefined });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

/** Board and day, so that a folder of records sorts itself. */
export function recordFileName(record: BurnRecord): string {
  const time = record.endedAt.replaceAll(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  return `keyfuse-record-${record.virtual ? 'virtual-' : ''}${record.board.serial}-${time}.json`;
}

function readStored(value: unknown, id: string): BurnRecord {
  if (typeof value !== 'string') throw new AppError('malformed', `${id} is no text`);
  return parseRecord(value, id);
}

function latestFirst(entries: readonly StoredRecord[]): readonly StoredRecord[] {
  return entries.toSorted((a, b) => (a.record.endedAt < b.record.endedAt ? 1 : -1));
}

/** The latest record of every board that was burned with these keys; whose update it could be. */
export function recordsInQuestion(
  latestFirstEntries: readonly StoredRecord[],
  { benchKind, keystoreFingerprint }: RecordQuestion,
): readonly StoredRecord[] {
  const boards = new Set<string>();
  return latestFirstEntries.filter(({ record }) => {
    const { serial } = record.board;
    if (record.virtual !== (benchKind === 'virtual') || boards.has(serial)) return false;
    if (record.keystore.fingerprint !== keystoreFingerprint) return false;
    boards.add(serial);
    return true;
  });
}

/** undefined: there is none, or several boards could be meant. */
function recordFor(
  entries: readonly StoredRecord[],
  question: RecordQuestion,
): StoredRecord | undefined {
  const { boardSerial } = question;
  const [first, ...others] = recordsInQuestion(entries, question).filter(
    ({ record }) => boardSerial === undefined || record.board.serial === boardSerial,
  );
  return others.length === 0 ? first : undefined;
}

function withUpdate(
  record: BurnRecord,
  { update, image }: Pick<UnplacedUpdate, 'update' | 'image'>,
): BurnRecord {
  const updated = recordUpdate(record, update);
  return image === undefined ? updated : withImage(updated, image);
}

function withImage(record: BurnRecord, image: RecordedImage): BurnRecord {
  const known = record.images.some(({ sha256 }) => sha256 === image.sha256);
  return known ? record : recordImage(record, image);
}
