import { beforeEach, describe, expect, it } from 'vitest';
import { OTP_BYTES, OTP_HALFWORDS, OtpArea } from '../../../../src/virtual/otp/otp-area.ts';

describe('the OTP area', () => {
  let otp: OtpArea;
  beforeEach(() => {
    otp = new OtpArea();
  });

  const valueAt = (halfword: number): number => {
    const { bytes } = otp.read(2 * halfword, 2);
    return bytes[0]! | (bytes[1]! << 8);
  };

  it('reads all ones when blank and raises the double-ECC flag for every halfword', () => {
    const reading = otp.read(0, OTP_BYTES);
    expect(reading.bytes.every((byte) => byte === 0xff)).toBe(true);
    expect(reading.doubleErrors).toHaveLength(OTP_HALFWORDS);
    expect(otp.doubleErrorReads).toBe(OTP_HALFWORDS);
  });

  it('keeps what is written, little-endian, without a flag', () => {
    otp.program(3, 0x1234);
    const reading = otp.read(6, 2);
    expect([...reading.bytes]).toEqual([0x34, 0x12]);
    expect(reading.doubleErrors).toEqual([]);
    expect(otp.stateOf(3)).toBe('written');
    expect(otp.stateOf(4)).toBe('blank');
  });

  it('is consumed by a written 0xFFFF: it looks blank by value but is not, and cannot be used', () => {
    otp.program(0, 0xffff);
    expect(valueAt(0)).toBe(0xffff);
    expect(otp.stateOf(0)).toBe('written');
    otp.program(0, 0x1234);
    expect(otp.stateOf(0)).toBe('damaged');
  });

  it('takes the same value again without harm', () => {
    for (const value of [0x0000, 0x1234, 0xffff, 0xfffe]) {
      const fresh = new OtpArea();
      fresh.program(9, value);
      fresh.program(9, value);
      expect(fresh.stateOf(9)).toBe('written');
    }
  });

  it('destroys a halfword that is written twice with something else, and flags it', () => {
    otp.program(5, 0xff00);
    otp.program(5, 0x0ff0);
    expect(otp.stateOf(5)).toBe('damaged');
    expect(valueAt(5)).not.toBe(0x0ff0);
  });

  it('refuses to write a locked block, and only that', () => {
    otp.lock(1 << 1);
    otp.lock(1 << 31);
    expect(otp.lockWord).toBe(0x80000002);
    expect(otp.program(31, 1)).toBe('written');
    expect(otp.program(32, 1)).toBe('locked');
    expect(otp.program(63, 1)).toBe('locked');
    expect(otp.program(64, 1)).toBe('written');
    expect(otp.program(OTP_HALFWORDS - 1, 1)).toBe('locked');
    expect(otp.stateOf(32)).toBe('blank');
  });

  it('can only set lock bits', () => {
    otp.lock(0b11);
    otp.lock(0);
    expect(otp.lockWord).toBe(0b11);
  });

  it('reads from odd offsets and for odd lengths as a byte bus does', () => {
    otp.program(0, 0x2211);
    otp.program(1, 0x4433);
    expect([...otp.read(1, 2).bytes]).toEqual([0x22, 0x33]);
    expect([...otp.read(0, 3).bytes]).toEqual([0x11, 0x22, 0x33]);
  });

  it('shows stuck bits in what is read, whatever the ECC could repair', () => {
    otp.setStuckBits([
      { offsetBytes: 1, bit: 2, stuckAt: 1 },
      { offsetBytes: 2, bit: 0, stuckAt: 0 },
    ]);
    otp.program(0, 0x0000);
    expect(valueAt(0)).toBe(0x0400);
    expect(valueAt(1)).toBe(0xfffe);
    otp.setStuckBits([]);
    expect(valueAt(0)).toBe(0x0000);
  });

  it('gives its cells with their check bits and takes them back', () => {
    otp.program(0, 0xffff);
    otp.program(1, 0x1111);
    otp.program(1, 0x2222);
    otp.lock(4);
    const copy = new OtpArea();
    copy.restoreCells(otp.cells());
    expect([0, 1, 2].map((halfword) => copy.stateOf(halfword))).toEqual([
      'written',
      'damaged',
      'blank',
    ]);
    expect(copy.lockWord).toBe(4);
  });
});
