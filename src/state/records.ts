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
  type RecordedUpdate,
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

export type ShownRecord =
  { readonly kind: 'latest' | 'none' } | { readonly kind: 'one'; readonly id: string };

export interface RecordsState {
  /** The latest first. */
  readonly records: readonly StoredRecord[];
  /** Keys of stored values that are no sound records. */
  readonly damaged: readonly string[];
  readonly shown: ShownRecord;
  readonly checked: CheckedFile | undefined;
  readonly activity: Activity;
  /** Reads what this browser keeps. */
  load(): Promise<void>;
  add(record: BurnRecord): Promise<void>;
  addUpdate(
    question: RecordQuestion,
    update: Omit<RecordedUpdate, 'at'> & { readonly atWallMs: number },
    image: RecordedImage | undefined,
  ): Promise<void>;
  addImage(question: RecordQuestion, image: RecordedImage): Promise<void>;
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
    const grow = async (
      question: RecordQuestion,
      change: (record: BurnRecord) => BurnRecord,
    ): Promise<void> => {
      await get().load();
      const entry = recordFor(get().records, question);
      if (entry !== undefined) await keep({ ...entry, record: change(entry.record) });
    };

    return {
      records: [],
      damaged: [],
      shown: { kind: 'latest' },
      checked: undefined,
      activity: idle,

      async load() {
        await perform(report, 'load', async () => {
          const entries: StoredRecord[] = [];
          const damaged: string[] = [];
          for (const id of await store.keys(prefix)) {
            try {
              entries.push({ id, record: readStored(await store.get(id), id) });
            } catch {
              damaged.push(id);
            }
          }
          set({ records: latestFirst(entries), damaged });
        });
      },
      async add(record) {
        const id = `${prefix}${record.endedAt}-${record.board.serial}`;
        await perform(report, 'add', async () => {
          await keep({ id, record });
          set({ shown: { kind: 'one', id } });
        });
      },
      async addUpdate(question, update, image) {
        await perform(report, 'add', () =>
          grow(question, (record) => {
            const updated = recordUpdate(record, update);
            return image === undefined ? updated : withImage(updated, image);
          }),
        );
      },
      async addImage(question, image) {
        await perform(report, 'add', () => grow(question, (record) => withImage(record, image)));
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

function recordFor(
  entries: readonly StoredRecord[],
  { benchKind, keystoreFingerprint, boardSerial }: RecordQuestion,
): StoredRecord | undefined {
  return entries.find(
    ({ record }) =>
      record.virtual === (benchKind === 'virtual') &&
      record.keystore.fingerprint === keystoreFingerprint &&
      (boardSerial === undefined || record.board.serial === boardSerial),
  );
}

function withImage(record: BurnRecord, image: RecordedImage): BurnRecord {
  const known = record.images.some(({ sha256 }) => sha256 === image.sha256);
  return known ? record : recordImage(record, image);
}
