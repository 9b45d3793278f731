import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHalfword, encodeHalfword } from '../../../src/virtual/otp/halfword-ecc.ts';
import { OTP_HALFWORDS, OtpArea } from '../../../src/virtual/otp/otp-area.ts';

const halfwordValue = fc.integer({ min: 0, max: 0xffff });
const WORD_BITS = 22;

describe('the ECC of a halfword', () => {
  it('decodes what it encoded, corrects every single bit and detects every pair', () => {
    fc.assert(
      fc.property(
        halfwordValue,
        fc.uniqueArray(fc.nat(WORD_BITS - 1), { minLength: 2, maxLength: 2 }),
        (value, [first, second]) => {
          const word = value | (encodeHalfword(value) << 16);
          const decode = (bits: number): ReturnType<typeof decodeHalfword> =>
            decodeHalfword(bits & 0xffff, bits >> 16);
          expect(decode(word)).toEqual({ value, error: 'none' });
          expect(decode(word ^ (1 << first!))).toEqual({ value, error: 'single' });
          expect(decode(word ^ (1 << first!) ^ (1 << second!)).error).toBe('double');
        },
      ),
    );
  });
});

describe('OTP cells', () => {
  it('only ever lose ones, in data and check bits, and a lock never opens', () => {
    const step = fc.oneof(
      fc.record({ halfword: fc.nat(OTP_HALFWORDS - 1), value: halfwordValue }),
      fc.record({ lock: fc.integer({ min: 0, max: 0xffffffff }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const otp = new OtpArea();
        for (const one of steps) {
          const before = otp.cells();
          if ('lock' in one) otp.lock(one.lock);
          else otp.program(one.halfword, one.value);
          const after = otp.cells();
          expect(after.data.every((data, at) => (data & ~before.data[at]!) === 0)).toBe(true);
          expect(after.check.every((check, at) => (check & ~before.check[at]!) === 0)).toBe(true);
          expect((before.lockWord & ~after.lockWord) >>> 0).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('that were written once with a value read it back; locked ones stay as they were', () => {
    fc.assert(
      fc.property(fc.nat(OTP_HALFWORDS - 1), halfwordValue, (halfword, value) => {
        const otp = new OtpArea();
        expect(otp.program(halfword, value)).toBe('written');
        expect(otp.stateOf(halfword)).toBe('written');
        const [low, high] = otp.read(2 * halfword, 2).bytes;
        expect(low! | (high! << 8)).toBe(value);
        otp.lock(1 << Math.floor(halfword / 32));
        expect(otp.program(halfword, 0)).toBe('locked');
        expect(otp.stateOf(halfword)).toBe('written');
      }),
    );
  });
});
