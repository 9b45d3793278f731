/**
 * The error-correcting code of one OTP halfword: 6 check bits that correct one wrong bit and
 * detect two. ST does not publish its code, so this is an ordinary extended Hamming (22,16); what
 * counts is its behaviour: a blank cell (all 22 bits 1) is a double error, and cells whose bits
 * were cleared twice decode to something else or to a double error (stm32h5-device.md section 2).
 */

export const BLANK_CHECK_BITS = 0x3f;

/** Hamming positions of the 16 data bits: 1..21 without the powers of two. */
const DATA_POSITIONS = [3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21] as const;
const OVERALL_PARITY_BIT = 0x20;
/** Added to every check value so that all-ones is two bits away from a valid word. */
const CHECK_MASK = checkMask();

export interface DecodedHalfword {
  readonly value: number;
  /** `single`: one bit was corrected; `double`: the value is not to be trusted (ECCD). */
  readonly error: 'none' | 'single' | 'double';
}

/** Check bits for `value`. */
export function encodeHalfword(value: number): number {
  return plainCheck(value) ^ CHECK_MASK;
}

export function decodeHalfword(value: number, checkBits: number): DecodedHalfword {
  const difference = plainCheck(value) ^ CHECK_MASK ^ checkBits;
  if (difference === 0) return { value, error: 'none' };
  const syndrome = difference & 0x1f;
  // The stored parity covers data and the five check bits; see whether the whole word is odd.
  const odd = parity(difference) === 1;
  if (!odd) return { value, error: 'double' };
  const bit = (DATA_POSITIONS as readonly number[]).indexOf(syndrome);
  if (bit >= 0) return { value: value ^ (1 << bit), error: 'single' };
  const isCheckBit = (syndrome & (syndrome - 1)) === 0;
  return { value, error: isCheckBit ? 'single' : 'double' };
}

function plainCheck(value: number): number {
  let syndrome = 0;
  for (const [bit, position] of DATA_POSITIONS.entries()) {
    if ((value >> bit) & 1) syndrome ^= position;
  }
  const overall = parity(value) ^ parity(syndrome);
  return syndrome | (overall === 1 ? OVERALL_PARITY_BIT : 0);
}

function parity(value: number): 0 | 1 {
  let odd: 0 | 1 = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) odd = odd === 0 ? 1 : 0;
  return odd;
}

function checkMask(): number {
  const twoBits = 0b000011;
  return plainCheck(0xffff) ^ BLANK_CHECK_BITS ^ twoBits;
}
