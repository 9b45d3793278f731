import { describe, expect, it } from 'vitest';
import { blockBytesFor, planBlocks } from '../../../../src/core/stm32/block-plan.ts';
import { isAppError } from '../../../../src/core/errors.ts';

const BASE = 0x08000000;

function plan(lengthBytes: number, transferSizeBytes: number, alignmentBytes = 16) {
  const blockBytes = blockBytesFor(transferSizeBytes, alignmentBytes);
  return [...planBlocks(BASE, lengthBytes, blockBytes, transferSizeBytes)];
}

describe('planning blocks', () => {
  it('counts full blocks from 2 after one set-address', () => {
    expect(plan(3072, 1024)).toEqual([
      { address: BASE, lengthBytes: 1024, number: 2, setPointer: true },
      { address: BASE + 1024, lengthBytes: 1024, number: 3, setPointer: false },
      { address: BASE + 2048, lengthBytes: 1024, number: 4, setPointer: false },
    ]);
  });

  it('sets the pointer for a short last block and sends it as block 2', () => {
    expect(plan(1024 + 296, 1024, 4).at(-1)).toEqual({
      address: BASE + 1024,
      lengthBytes: 296,
      number: 2,
      setPointer: true,
    });
  });

  it('never leaves 16 bits', () => {
    const blocks = plan(70_000 * 16, 16);
    expect(Math.max(...blocks.map((block) => block.number))).toBe(0xffff);
    expect(blocks.filter((block) => block.setPointer).map((block) => block.address)).toEqual([
      BASE,
      BASE + 65_534 * 16,
    ]);
  });

  it('sets the pointer for every block when full blocks do not fill wTransferSize', () => {
    expect(plan(96, 60).map((block) => [block.lengthBytes, block.setPointer])).toEqual([
      [48, true],
      [48, true],
    ]);
    expect(plan(4096, 4096).map((block) => [block.lengthBytes, block.number])).toEqual([
      [2048, 2],
      [2048, 2],
    ]);
  });

  it.each([0, 8, 15])('refuses a wTransferSize of %i for units of 16', (size) => {
    expect(() => blockBytesFor(size, 16)).toThrow();
    try {
      blockBytesFor(size, 16);
    } catch (error) {
      expect(isAppError(error, 'dfu-protocol')).toBe(true);
    }
  });

  it('plans nothing for nothing', () => {
    expect(plan(0, 1024)).toEqual([]);
  });
});
