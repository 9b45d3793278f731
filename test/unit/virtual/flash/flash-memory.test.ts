import { beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, filledBytes } from '../../../../src/core/bytes/index.ts';
import {
  BANK_BYTES,
  FLASH_BASE,
  FLASH_BYTES,
  FLASH_SECURE_BASE,
  FlashMemory,
  SECTOR_BYTES,
} from '../../../../src/virtual/flash/flash-memory.ts';

const quadWord = (value: number): Uint8Array => filledBytes(16, value);

describe('flash memory', () => {
  let flash: FlashMemory;
  beforeEach(() => {
    flash = new FlashMemory();
  });

  it('is erased from the factory and shows the same cells through the secure alias', () => {
    expect(flash.read(FLASH_BASE, 64)).toEqual(filledBytes(64, 0xff));
    expect(flash.program(FLASH_BASE + 32, quadWord(0x11))).toBe('done');
    expect(flash.read(FLASH_SECURE_BASE + 32, 16)).toEqual(quadWord(0x11));
  });

  it('refuses to program a quad-word twice, whatever it holds, and keeps its content', () => {
    flash.program(FLASH_BASE, quadWord(0xff));
    expect(flash.program(FLASH_BASE, quadWord(0x22))).toBe('not-erased');
    expect(flash.read(FLASH_BASE, 16)).toEqual(quadWord(0xff));
  });

  it('stops at the first quad-word that is not erased', () => {
    flash.program(FLASH_BASE + 16, quadWord(0x33));
    flash.clearErrors();
    expect(flash.program(FLASH_BASE, filledBytes(48, 0x44))).toBe('not-erased');
    expect(flash.read(FLASH_BASE, 48)).toEqual(
      Uint8Array.from([...quadWord(0x44), ...quadWord(0x33), ...quadWord(0xff)]),
    );
  });

  it.each([
    ['address', FLASH_BASE + 8, 16],
    ['length', FLASH_BASE, 12],
  ])(
    'fails on a misaligned %s and on all that follows, until cleared',
    (_what, address, length) => {
      expect(flash.program(address, filledBytes(length, 0))).toBe('misaligned');
      expect(flash.program(FLASH_BASE + 64, quadWord(0))).toBe('error-pending');
      flash.clearErrors();
      expect(flash.program(FLASH_BASE + 64, quadWord(0))).toBe('done');
    },
  );

  it('erases exactly one sector', () => {
    flash.load(FLASH_BASE, filledBytes(3 * SECTOR_BYTES, 0));
    flash.eraseSector(FLASH_BASE + SECTOR_BYTES + 77);
    expect(flash.read(FLASH_BASE, 3 * SECTOR_BYTES)).toEqual(
      Uint8Array.from([
        ...filledBytes(SECTOR_BYTES, 0),
        ...filledBytes(SECTOR_BYTES, 0xff),
        ...filledBytes(SECTOR_BYTES, 0),
      ]),
    );
    expect(flash.program(FLASH_BASE + SECTOR_BYTES, quadWord(1))).toBe('done');
  });

  it('exchanges the addresses of the banks when swapped, also for a read across both', () => {
    flash.program(FLASH_BASE + BANK_BYTES - 16, quadWord(0xa1));
    flash.program(FLASH_BASE + BANK_BYTES, quadWord(0xb2));
    flash.setSwapped(true);
    expect(flash.read(FLASH_BASE, 16)).toEqual(quadWord(0xb2));
    expect(flash.read(FLASH_BASE + FLASH_BYTES - 16, 16)).toEqual(quadWord(0xa1));
    flash.program(FLASH_BASE + BANK_BYTES, quadWord(0xc3));
    flash.setSwapped(false);
    expect(flash.read(FLASH_BASE, 16)).toEqual(quadWord(0xc3));
    expect(flash.read(FLASH_BASE + BANK_BYTES - 16, 32)).toEqual(
      Uint8Array.from([...quadWord(0xa1), ...quadWord(0xb2)]),
    );
  });

  it('ends where it ends', () => {
    expect(flash.contains(FLASH_BASE + FLASH_BYTES - 1, 1)).toBe(true);
    expect(flash.contains(FLASH_BASE + FLASH_BYTES - 1, 2)).toBe(false);
    expect(flash.eraseSector(FLASH_BASE + FLASH_BYTES)).toBe('out-of-range');
    expect(flash.program(FLASH_BASE + FLASH_BYTES, quadWord(0))).toBe('out-of-range');
    expect(() => flash.read(FLASH_BASE - 1, 1)).toThrow('no flash');
    expect(flash.errorPending).toBe(false);
  });

  it('gives its used sectors and takes them back', () => {
    flash.load(FLASH_BASE + 5 * SECTOR_BYTES, filledBytes(100, 7));
    flash.program(FLASH_BASE + BANK_BYTES, quadWord(0xff));
    const copy = new FlashMemory();
    copy.program(FLASH_BASE, quadWord(9));
    copy.restoreSectors(flash.usedSectors());
    const whole = (memory: FlashMemory): Uint8Array => memory.read(FLASH_BASE, FLASH_BYTES);
    expect(equalBytes(whole(copy), whole(flash))).toBe(true);
    expect(copy.program(FLASH_BASE + BANK_BYTES, quadWord(1))).toBe('not-erased');
    copy.clearErrors();
    expect(copy.program(FLASH_BASE, quadWord(1))).toBe('done');
  });
});
