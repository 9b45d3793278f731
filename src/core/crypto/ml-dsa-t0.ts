/**
 * The part of an ML-DSA secret key that the library does not check: t0, the low bits of t = A s1 + s2,
 * two thirds of the whole. A key with a damaged t0 has the right public key and makes signatures of
 * which some do not verify.
 *
 * Only for checking: nothing here signs. Algorithm numbers are those of FIPS 204.
 */
import { shake128 } from '@noble/hashes/sha3.js';
import { AppError } from '../errors.ts';

export interface MlDsaShape {
  /** Rows of A. */
  readonly k: number;
  /** Columns of A. */
  readonly l: number;
  readonly eta: 2 | 4;
}

const Q = 8380417;
const N = 256;
const DROPPED_BITS = 13;
const ROOT = 1753;
/** 256 to the power of -1 modulo q. */
const SCALE = 8347681;
const RHO_BYTES = 32;
/** rho, K and tr stand in front of the vectors (algorithm 24). */
const VECTORS_OFFSET_BYTES = 128;
const XOF_BLOCK_BYTES = 168;

type Polynomial = Int32Array;

/** Whether the t0 in the secret key is that of its rho, s1 and s2. `secret` has its right length. */
export function hasItsT0(secret: Uint8Array, { k, l, eta }: MlDsaShape): boolean {
  const bits = eta === 2 ? 3 : 4;
  const reader = new BitReader(secret.subarray(VECTORS_OFFSET_BYTES));
  const s1 = Array.from({ length: l }, () => reader.polynomial(bits, eta));
  const s2 = Array.from({ length: k }, () => reader.polynomial(bits, eta));
  const rho = secret.subarray(0, RHO_BYTES);
  for (const polynomial of s1) transform(polynomial);
  let isSame = true;
  for (const [row, low] of s2.entries()) {
    const t = new Int32Array(N);
    for (const [column, factor] of s1.entries()) addProduct(t, expandA(rho, row, column), factor);
    transformBack(t);
    const stored = reader.polynomial(DROPPED_BITS, 1 << (DROPPED_BITS - 1));
    for (let at = 0; at < N; at++) {
      const rounded = lowBits(((t[at] ?? 0) + (low[at] ?? 0) + 2 * Q) % Q);
      if (rounded !== stored[at]) isSame = false;
    }
    for (const polynomial of [t, low, stored]) polynomial.fill(0);
  }
  for (const polynomial of s1) polynomial.fill(0);
  return isSame;
}

/** Algorithm 35, the low part: between -(2 ** 12) and 2 ** 12. */
function lowBits(value: number): number {
  const rest = value & ((1 << DROPPED_BITS) - 1);
  return rest > 1 << (DROPPED_BITS - 1) ? rest - (1 << DROPPED_BITS) : rest;
}

/** Numbers of a few bits each, the lowest bit of every byte first (algorithm 19). */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Coefficients stored as `top` minus their value. */
  polynomial(bits: number, top: number): Polynomial {
    return new Int32Array(N).map(() => top - this.#number(bits));
  }

  #number(bits: number): number {
    let value = 0;
    for (let bit = 0; bit < bits; bit++, this.#at++) {
      value |= (((this.#bytes[this.#at >>> 3] ?? 0) >>> (this.#at & 7)) & 1) << bit;
    }
    return value;
  }
}

/** Algorithms 30 and 32: one polynomial of A, already transformed. */
function expandA(rho: Uint8Array, row: number, column: number): Polynomial {
  const stream = shake128.create({}).update(rho).update(Uint8Array.of(column, row));
  const result = new Int32Array(N);
  let found = 0;
  while (found < N) {
    const block = stream.xof(XOF_BLOCK_BYTES);
    for (let at = 0; at < block.length && found < N; at += 3) {
      const [low = 0, middle = 0, high = 0] = block.subarray(at, at + 3);
      const value = low | (middle << 8) | ((high & 0x7f) << 16);
      if (value < Q) result[found++] = value;
    }
  }
  return result;
}

/** Products of two numbers below q stay below 2 ** 46, so they are exact. */
function multiply(a: number, b: number): number {
  return (a * b) % Q;
}

function addProduct(sum: Polynomial, a: Polynomial, b: Polynomial): void {
  for (let at = 0; at < N; at++) {
    sum[at] = ((sum[at] ?? 0) + multiply(a[at] ?? 0, b[at] ?? 0)) % Q;
  }
}

/** Powers of the root, in bit-reversed order (appendix B). */
const zetas: readonly number[] = Array.from({ length: N }, (_, index) => {
  let exponent = 0;
  for (let bit = 0; bit < 8; bit++) exponent |= ((index >>> bit) & 1) << (7 - bit);
  let power = 1;
  for (let step = 0; step < exponent; step++) power = multiply(power, ROOT);
  return power;
});

function zeta(index: number): number {
  const value = zetas[index];
  if (value === undefined) throw new AppError('internal', `no root of unity ${index}`);
  return value;
}

/** Algorithm 41, in place. */
function transform(w: Polynomial): void {
  let m = 0;
  for (let length = N / 2; length >= 1; length /= 2) {
    for (let start = 0; start < N; start += 2 * length) {
      const z = zeta(++m);
      for (let at = start; at < start + length; at++) {
        const low = w[at] ?? 0;
        const product = multiply(z, w[at + length] ?? 0);
        w[at + length] = (low - product) % Q;
        w[at] = (low + product) % Q;
      }
    }
  }
}

/** Algorithm 42, in place. */
function transformBack(w: Polynomial): void {
  let m = N;
  for (let length = 1; length < N; length *= 2) {
    for (let start = 0; start < N; start += 2 * length) {
      const z = -zeta(--m);
      for (let at = start; at < start + length; at++) {
        const low = w[at] ?? 0;
        const high = w[at + length] ?? 0;
        w[at] = (low + high) % Q;
        w[at + length] = multiply(z, (low - high) % Q);
      }
    }
  }
  for (let at = 0; at < N; at++) w[at] = multiply(SCALE, w[at] ?? 0);
}
