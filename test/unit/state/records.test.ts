import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes } from '../../../src/core/bytes/index.ts';
import {
  buildRecord,
  parseRecord,
  recordText,
  type BurnRecord,
} from '../../../src/core/provisioning/index.ts';
import {
  createRecordsStore,
  recordFileName,
  type RecordQuestion,
  type RecordsStore,
} from '../../../src/state/records.ts';
import { approved, burnWith, dfuBench, intendedImage } from '../../support/burning.ts';
import { slots } from '../../support/keys.ts';
import { memoryStore, type MemoryStore } from '../../support/memory-store.ts';

const digest = 'ab'.repeat(32);
const update = {
  atWallMs: Date.UTC(2026, 1, 1),
  imageSha256: digest,
  fromVersion: 1,
  toVersion: 2,
  stateAfterReboot: 'TESTING',
  confirmed: true,
} as const;
const image = {
  name: 'v2.bin',
  sha256: digest,
  version: 2,
  partitionId: 1,
  keyFingerprint: 'cd'.repeat(32),
};

let record: BurnRecord;
let question: RecordQuestion;
let durable: MemoryStore;
let saved: Map<string, Uint8Array | string>;
let store: RecordsStore;

function openStore(): RecordsStore {
  return createRecordsStore({
    store: durable,
    files: {
      save: (name, content) => {
        saved.set(name, content);
      },
      pick: () => Promise.resolve(undefined),
    },
  });
}

beforeAll(async () => {
  const keystore = await slots('ecdsa-p256', 1);
  const bench = await dfuBench();
  const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
  const outcome = await burnWith(bench, approval);
  record = buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
  question = {
    benchKind: 'virtual',
    keystoreFingerprint: record.keystore.fingerprint,
    boardSerial: undefined,
  };
});

beforeEach(() => {
  durable = memoryStore();
  saved = new Map();
  store = openStore();
});

describe('the records of this browser', () => {
  it('are there again after the page was closed', async () => {
    await store.getState().add(record);
    const later = openStore();
    await later.getState().load();
    expect(later.getState().records.map((entry) => entry.record)).toEqual([record]);
  });

  it('stand with the latest first', async () => {
    const later = { ...record, endedAt: '2027-01-01T00:00:00.000Z' };
    await store.getState().add(later);
    await store.getState().add(record);
    expect(store.getState().records.map((entry) => entry.record.endedAt)).toEqual([
      later.endedAt,
      record.endedAt,
    ]);
  });

  it('that were changed in the storage are told and left alone', async () => {
    await store.getState().add(record);
    const [entry] = store.getState().records;
    await durable.put(entry!.id, recordText(record).replace('"resumed":false', '"resumed":true'));
    await store.getState().load();
    expect(store.getState().records).toEqual([]);
    expect(store.getState().damaged).toEqual([entry!.id]);
  });

  it('are handed out as a file that fits its own digest', async () => {
    await store.getState().add(record);
    store.getState().save(store.getState().records[0]!.id);
    const text = saved.get(recordFileName(record));
    expect(parseRecord(String(text))).toEqual(record);
    expect(recordFileName(record)).toMatch(
      /^keyfuse-record-virtual-[0-9A-F]{12}-\d{8}T\d{6}Z\.json$/,
    );
  });

  it('are gone when they are deleted', async () => {
    await store.getState().add(record);
    await store.getState().remove(store.getState().records[0]!.id);
    expect(await durable.keys('record/')).toEqual([]);
    expect(store.getState().records).toEqual([]);
  });
});

describe('a proven update', () => {
  it('is added to the record of the board with this keystore', async () => {
    await store.getState().add(record);
    await store.getState().addUpdate(question, update, image);
    const [entry] = store.getState().records;
    expect(entry?.record.updates).toHaveLength(1);
    expect(entry?.record.images).toEqual([image]);
    expect(entry?.record.done).toContain('update-proven');
    expect(() => parseRecord(recordText(entry!.record))).not.toThrow();
  });

  it('does not name an image twice', async () => {
    await store.getState().add(record);
    await store.getState().addImage(question, image);
    await store.getState().addUpdate(question, update, image);
    expect(store.getState().records[0]?.record.images).toEqual([image]);
  });

  it('changes no record of another keystore, another board or another bench', async () => {
    await store.getState().add(record);
    const others: readonly RecordQuestion[] = [
      { ...question, keystoreFingerprint: digest },
      { ...question, boardSerial: '000000000000' },
      { ...question, benchKind: 'real' },
    ];
    for (const other of others) await store.getState().addUpdate(other, update, image);
    expect(store.getState().records.map((entry) => entry.record)).toEqual([record]);
  });
});

describe('checking a record file', () => {
  it('tells a genuine one', () => {
    store.getState().check({ name: 'r.json', bytes: asciiToBytes(recordText(record)) });
    expect(store.getState().checked).toEqual({ kind: 'genuine', name: 'r.json', record });
  });

  it('refuses a changed one', () => {
    const text = recordText(record).replace('"resumed":false', '"resumed":true');
    store.getState().check({ name: 'r.json', bytes: asciiToBytes(text) });
    expect(store.getState().checked).toMatchObject({
      kind: 'refused',
      error: { code: 'malformed' },
    });
  });
});
