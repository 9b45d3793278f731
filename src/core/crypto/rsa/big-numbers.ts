/**
 * Arithmetic for RSA on BigInt. The engine's multiplication and division take a time that depends on
 * their operands, so nothing here is constant-time in the strict sense: `secretPower` keeps the
 * sequence of operations the same for every exponent, and its callers blind base and exponent, so
 * that what remains visible does not belong to the key.
 *
 * BigInts cannot be wiped; they live until the garbage collector takes them.
 */
import { toHex } from '../../bytes/index.ts';

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Big-endian, exactly `lengthBytes` long; `value` fits. */
export function fromBigInt(value: bigint, lengthBytes: number): Uint8Array {
  const digits = value.toString(16).padStart(lengthBytes * 2, '0');
  return Uint8Array.from({ length: lengthBytes }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The remainder that is never negative. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** Undefined when there is none. Extended Euclid: its steps depend on `value`. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [remainder, next] = [modulus, modulo(value, modulus)];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return remainder === 1n ? modulo(factor, modulus) : undefined;
}

/** For public exponents: its steps depend on the exponent. */
export function publicPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

const WINDOW_BITS = 4;
const WINDOW_MASK = (1n << BigInt(WINDOW_BITS)) - 1n;

/**
 * For secret exponents of at most `exponentBits` bits: the same squarings and multiplications
 * whatever the exponent is, leading zeros and zero windows included.
 */
export function secretPower(
  base: bigint,
  exponent: bigint,
  modulus: bigint,
  exponentBits: number,
): bigint {
  const powers: bigint[] = [1n];
  for (let index = 1; index < 1 << WINDOW_BITS; index++) {
    powers.push(((powers[index - 1] ?? 1n) * base) % modulus);
  }
  let result = 1n;
  for (let window = Math.ceil(exponentBits / WINDOW_BITS) - 1; window >= 0; window--) {
    for (let step = 0; step < WINDOW_BITS; step++) result = (result * result) % modulus;
    const digit = (exponent >> BigInt(window * WINDOW_BITS)) & WINDOW_MASK;
    result = (result * (powers[Number(digit)] ?? 1n)) % modulus;
  }
  return result;
}
