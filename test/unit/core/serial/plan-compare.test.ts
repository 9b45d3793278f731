import { describe, expect, it } from 'vitest';
import { filledBytes } from '../../../../src/core/bytes/index.ts';
import {
  compareWithPlan,
  weigh,
  type ConsoleInfo,
  type ConsoleKey,
  type IntendedBoard,
} from '../../../../src/core/serial/index.ts';

const key = (index: number, value: number): ConsoleKey => ({
  index,
  sizeBytes: 64,
  keyType: 1,
  partitionMask: 0xffffffff,
  bytes: filledBytes(64, value),
  complete: true,
});

const slot = (value: number) => ({
  keyType: 1,
  partitionMask: 0xffffffff,
  publicKey: filledBytes(64, value),
});

const info: ConsoleInfo = {
  banksSwapped: false,
  firmwareVersion: 2,
  state: 'CONFIRMED',
  update: { kind: 'empty' },
  keyCount: 1,
  keys: [key(0, 7)],
};

const intended: IntendedBoard = { slots: [slot(7)], version: 2 };

function versionVerdict(board: Partial<ConsoleInfo>, version: number | undefined) {
  const { lines } = compareWithPlan({ ...info, ...board }, { ...intended, version });
  const line = lines.find(({ subject }) => subject === 'version');
  return line?.subject === 'version' ? line.verdict : undefined;
}

describe('what a board says beside the plan', () => {
  it('is as planned when version, state and every key fit', () => {
    const { verdict, lines } = compareWithPlan(info, intended);
    expect(verdict).toBe('as-planned');
    expect(lines.map(({ subject }) => subject)).toEqual([
      'version',
      'state',
      'update',
      'banks',
      'keys',
      'slot',
    ]);
  });

  it('judges the version', () => {
    expect(versionVerdict({}, 2)).toBe('equal');
    expect(versionVerdict({}, 1)).toBe('newer');
    expect(versionVerdict({}, 3)).toBe('older');
    expect(versionVerdict({}, undefined)).toBe('unplanned');
    expect(versionVerdict({ firmwareVersion: undefined }, 2)).toBe('unreadable');
    const candidate = { kind: 'candidate', version: 3, state: 'UPDATING', outlook: undefined };
    expect(versionVerdict({ update: candidate as ConsoleInfo['update'] }, 3)).toBe('waiting');
    const backup = { kind: 'backup', version: 3, state: undefined, outlook: undefined };
    expect(versionVerdict({ update: backup as ConsoleInfo['update'] }, 3)).toBe('older');
  });

  it('is not as planned while the firmware is only on trial', () => {
    expect(compareWithPlan({ ...info, state: 'TESTING' }, intended).verdict).toBe('incomplete');
  });

  it('differs by one foreign key, one missing and one too many', () => {
    const differs = (keys: readonly ConsoleKey[], slots: IntendedBoard['slots']) =>
      compareWithPlan({ ...info, keyCount: keys.length, keys }, { slots, version: 2 }).verdict;
    expect(differs([key(0, 8)], [slot(7)])).toBe('differs');
    expect(differs([key(0, 7)], [slot(7), slot(8)])).toBe('differs');
    expect(differs([key(0, 7), key(1, 8)], [slot(7)])).toBe('differs');
  });

  it('names every slot once, by position', () => {
    const { lines } = compareWithPlan(
      { ...info, keyCount: 2, keys: [key(0, 7), key(2, 9)] },
      { slots: [slot(7), slot(8)], version: 2 },
    );
    expect(
      lines.flatMap((line) => (line.subject === 'slot' ? [[line.index, line.slot?.verdict]] : [])),
    ).toEqual([
      [0, 'equal'],
      [1, 'missing'],
      [2, 'extra'],
    ]);
  });

  it('never calls what could not be read, or what nobody planned, as planned', () => {
    const damaged = { ...key(0, 7), complete: false };
    expect(compareWithPlan({ ...info, keys: [damaged] }, intended).verdict).toBe('incomplete');
    expect(compareWithPlan({ ...info, state: undefined }, intended).verdict).toBe('incomplete');
    expect(compareWithPlan({ ...info, banksSwapped: undefined }, intended).verdict).toBe(
      'incomplete',
    );
    expect(compareWithPlan(info, { slots: [], version: 2 }).verdict).toBe('incomplete');
    expect(compareWithPlan(info, { ...intended, version: undefined }).verdict).toBe('incomplete');
    expect(compareWithPlan({ ...info, keyCount: 2 }, intended).verdict).toBe('incomplete');
  });

  it('weighs each line', () => {
    const { lines } = compareWithPlan(
      { ...info, firmwareVersion: 1, state: 'TESTING', banksSwapped: undefined },
      intended,
    );
    expect(lines.map(weigh)).toEqual(['differs', 'open', 'fits', 'open', 'fits', 'fits']);
  });
});
