import { describe, expect, it } from 'vitest';
import { compareKeystore, type ConsoleKey } from '../../../../src/core/serial/index.ts';

const bytes = (value: number, length = 64): Uint8Array => new Uint8Array(length).fill(value);

function key(index: number, change: Partial<ConsoleKey> = {}): ConsoleKey {
  return {
    index,
    sizeBytes: 64,
    keyType: 2,
    partitionMask: 0xffffffff,
    bytes: bytes(index),
    complete: true,
    ...change,
  };
}

const slot = (index: number) => ({
  keyType: 2,
  partitionMask: 0xffffffff,
  publicKey: bytes(index),
});

describe('the keys a board lists and the keys it should have', () => {
  it('are equal when every slot is', () => {
    expect(compareKeystore([key(0), key(1)], [slot(0), slot(1)])).toEqual({
      equal: true,
      slots: [
        { index: 0, verdict: 'equal' },
        { index: 1, verdict: 'equal' },
      ],
    });
  });

  it.each([
    ['key', { bytes: bytes(9) }],
    ['type', { keyType: 1 }],
    ['mask', { partitionMask: 2 }],
  ])('differ in the %s', (what, change) => {
    const { equal, slots } = compareKeystore([key(0, change)], [slot(0)]);
    expect(equal).toBe(false);
    expect(slots).toEqual([{ index: 0, verdict: 'different', differs: [what] }]);
  });

  it('differ in size and key when the lengths do', () => {
    const { slots } = compareKeystore([key(0, { sizeBytes: 32, bytes: bytes(0, 32) })], [slot(0)]);
    expect(slots).toEqual([{ index: 0, verdict: 'different', differs: ['size', 'key'] }]);
  });

  it('name slots that are missing, extra or unreadable', () => {
    const listed = [key(0, { complete: false, bytes: bytes(0, 20) }), key(2), key(3)];
    const { equal, slots } = compareKeystore(listed, [slot(0), slot(1), slot(2)]);
    expect(equal).toBe(false);
    expect(slots.map(({ verdict }) => verdict)).toEqual([
      'unreadable',
      'missing',
      'equal',
      'extra',
    ]);
  });

  it('compare masks as unsigned numbers', () => {
    expect(compareKeystore([key(0)], [{ ...slot(0), partitionMask: -1 }]).equal).toBe(true);
  });

  it('are not equal when nothing is expected', () => {
    expect(compareKeystore([], []).equal).toBe(false);
  });
});
