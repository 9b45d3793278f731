import { describe, expect, it } from 'vitest';
import { lockingIn } from '../../../../src/core/wolfboot/primer-locking.ts';
import { readCode } from '../../../../src/core/wolfboot/thumb-constants.ts';

/** Halfwords as `objdump` prints them. */
function code(...halfwords: readonly number[]): Uint8Array {
  return Uint8Array.from(halfwords.flatMap((halfword) => [halfword & 0xff, halfword >>> 8]));
}

/** movw and movt of an address into r0 (any low half whose digits fit). */
const r0 = {
  flash: [0xf242, 0x0000, 0xf2c5, 0x0002], // 0x50022000
  flashNonSecure: [0xf242, 0x0000, 0xf2c4, 0x0002], // 0x40022000
  clocks: [0xf640, 0x4000, 0xf2c4, 0x4002], // 0x44020C00, the clock controller
  lock: [0xf242, 0x0094, 0xf2c5, 0x0002], // 0x50022094
};
const storeAt94 = [0xf8c0, 0x1094]; // str.w r1, [r0, #0x94]
const loadAt90 = [0xf8d0, 0x1090]; // ldr.w r1, [r0, #0x90]
const storeAt94OfR5 = [0xf8c5, 0x1094];
const nop = 0xbf00;

describe('lockingIn', () => {
  it.each([
    ['a store to the controller plus 0x94', [...r0.flash, ...storeAt94]],
    ['a load from the non-secure controller plus 0x90', [...r0.flashNonSecure, ...loadAt90]],
    ['the address of the register itself', [...r0.lock, 0x6001]],
    ['a base that was handed over, where the controller is named', [...r0.flash, ...storeAt94OfR5]],
    [
      'a narrow store behind an address on the way',
      [0xf242, 0x0080, 0xf2c5, 0x0002, 0x6141], // 0x50022080; str r1, [r0, #0x14]
    ],
  ])('finds %s', (_name, halfwords) => {
    expect(lockingIn(readCode(code(...halfwords, nop)))).toBe('found');
  });

  it.each([
    ['the controller with other registers', [...r0.flash, 0xf8c0, 0x1028]],
    ['0x94 of another peripheral', [...r0.flash, ...r0.clocks, ...storeAt94]],
    ['0x94 of something where the controller is not named', [...storeAt94OfR5]],
  ])('does not take %s for it', (_name, halfwords) => {
    expect(lockingIn(readCode(code(...halfwords, nop)))).toBe('not-found');
  });
});
