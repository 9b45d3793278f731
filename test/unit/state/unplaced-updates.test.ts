// A proven update gets into the record of its own board or into none.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildRecord,
  canonicalSha256,
  parseRecord,
  recordText,
  type BurnRecord,
} from '../../../src/core/provisioning/index.ts';
import {
  createRecordsStore,
  recordsInQuestion,
  type NewUpdate,
  type RecordQuestion,
  type RecordsStore,
} from '../../../src/state/records.ts';
import { approved, burnWith, dfuBench, intendedImage } from '../../support/burning.ts';
import { slots } from '../../support/keys.ts';
import { memoryStore, type MemoryStore } from '../../support/memory-store.ts';

const update: NewUpdate = {
  atWallMs: Date.UTC(2026, 1, 1),
  imageSha256: 'ab'.repeat(32),
  fromVersion: 1,
  toVersion: 2,
  stateAfterReboot: 'TESTING',
  confirmed: true,
};
const image = {
  name: 'v2.bin',
  sha256: 'ab'.repeat(32),
  version: 2,
  partitionId: 1,
  keyFingerprint: 'cd'.repeat(32),
};

let boardA: BurnRecord;
let boardB: BurnRecord;
let durable: MemoryStore;
let store: RecordsStore;
let unknownBoard: RecordQuestion;

beforeAll(async () => {
  const keystore = await slots('ecdsa-p256', 1);
  const burned = async (seed: number): Promise<BurnRecord> => {
    const bench = await dfuBench({ seed });
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const outcome = await burnWith(bench, approval);
    return buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
  };
  boardA = await burned(1);
  boardB = await burned(2);
  unknownBoard = {
    benchKind: 'virtual',
    keystoreFingerprint: boardA.keystore.fingerprint,
    boardSerial: undefined,
  };
});

beforeEach(async () => {
  durable = memoryStore();
  store = createRecordsStore({
    store: durable,
    files: { save: () => undefined, pick: () => Promise.resolve(undefined) },
  });
  await store.getState().add(boardA);
});

const updatesOf = ({ board }: BurnRecord): number => {
  const entry = store.getState().records.find(({ record }) => record.board.serial === board.serial);
  return entry?.record.updates.length ?? -1;
};

describe('with two boards that hold the same keys', () => {
  beforeEach(async () => {
    await store.getState().add(boardB);
  });

  it('an update of a board that nobody knows touches neither record', async () => {
    await store.getState().addUpdate(unknownBoard, update, image);
    expect([updatesOf(boardA), updatesOf(boardB)]).toEqual([0, 0]);
    expect(store.getState().unplaced).toMatchObject([{ reason: 'several-boards', update }]);
  });

  it('the board of this session decides', async () => {
    const question = { ...unknownBoard, boardSerial: boardA.board.serial };
    await store.getState().addUpdate(question, update, image);
    expect([updatesOf(boardA), updatesOf(boardB)]).toEqual([1, 0]);
    expect(store.getState().unplaced).toEqual([]);
  });

  it('the person decides otherwise, and it is written down for good', async () => {
    await store.getState().addUpdate(unknownBoard, update, image);
    const [unplaced] = store.getState().unplaced;
    const { records } = store.getState();
    const chosen = recordsInQuestion(records, unknownBoard).find(
      ({ record }) => record.board.serial === boardB.board.serial,
    );
    await store.getState().place(unplaced!.id, chosen!.id);
    expect([updatesOf(boardA), updatesOf(boardB)]).toEqual([0, 1]);
    expect(store.getState().unplaced).toEqual([]);
    const stored = parseRecord((await durable.get(chosen!.id)) as string);
    expect(stored.images).toEqual([image]);
  });

  it('no other record can be chosen', async () => {
    await store.getState().addUpdate({ ...unknownBoard, benchKind: 'real' }, update, image);
    const [unplaced] = store.getState().unplaced;
    await store.getState().place(unplaced!.id, store.getState().records[0]!.id);
    expect([updatesOf(boardA), updatesOf(boardB)]).toEqual([0, 0]);
    expect(store.getState().unplaced).toHaveLength(1);
  });

  it('an image of an unknown board is added to none', async () => {
    await store.getState().addImage(unknownBoard, image);
    expect(store.getState().records.every(({ record }) => record.images.length === 0)).toBe(true);
  });
});

describe('with one board', () => {
  it('several records of it are no doubt: the latest grows', async () => {
    const later = { ...boardA, endedAt: '2027-01-01T00:00:00.000Z' };
    const { sha256: _stale, ...body } = later;
    await store.getState().add({ ...body, sha256: canonicalSha256(body) });
    await store.getState().addUpdate(unknownBoard, update, image);
    const counts = store.getState().records.map(({ record }) => record.updates.length);
    expect(counts).toEqual([1, 0]);
  });

  it('an update of another board than the recorded one is told, not recorded', async () => {
    const question = { ...unknownBoard, boardSerial: '000000000000' };
    await store.getState().addUpdate(question, update, image);
    expect(updatesOf(boardA)).toBe(0);
    expect(store.getState().unplaced).toHaveLength(1);
  });
});

describe('an update that belongs to no record', () => {
  it('says so where there is none with its keys', async () => {
    const question = { ...unknownBoard, keystoreFingerprint: 'ef'.repeat(32) };
    await store.getState().addUpdate(question, update, image);
    expect(store.getState().unplaced).toMatchObject([{ reason: 'no-record' }]);
  });

  it('is not lost when the storage refuses', async () => {
    const { put } = durable;
    durable.put = () => Promise.reject(new Error('full'));
    await store.getState().addUpdate(unknownBoard, update, image);
    expect(store.getState().activity.kind).toBe('failed');
    const [unplaced] = store.getState().unplaced;
    expect(unplaced?.reason).toBe('not-stored');
    durable.put = put;
    await store.getState().place(unplaced!.id, store.getState().records[0]!.id);
    expect(updatesOf(boardA)).toBe(1);
    expect(recordText(store.getState().records[0]!.record)).toBe(
      await durable.get(store.getState().records[0]!.id),
    );
  });

  it('is forgotten when the person says so', async () => {
    const question = { ...unknownBoard, benchKind: 'real' } as const;
    await store.getState().addUpdate(question, update, image);
    store.getState().forgetUnplaced(store.getState().unplaced[0]!.id);
    expect(store.getState().unplaced).toEqual([]);
  });
});
