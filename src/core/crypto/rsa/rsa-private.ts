/**
 * The private operation of RSA (RFC 8017, 5.2.1), through the Chinese remainder theorem.
 *
 * As constant-time as BigInt lets it be, and that is not very (see `big-numbers.ts`). So every
 * operation is blinded with fresh randomness: the base by r ** e, the exponents by multiples of
 * p - 1 and q - 1. The result is verified before it leaves, because one that is wrong modulo one
 * prime only gives the key away (Boneh, DeMillo, Lipton).
 */
import { AppError } from '../../errors.ts';
import type { Rng } from '../../ports/index.ts';
import {
  bitLength,
  fromBigInt,
  inverse,
  modulo,
  publicPower,
  secretPower,
  toBigInt,
} from './big-numbers.ts';
import type { RsaPrivateKey } from './rsa-keys.ts';

const EXPONENT_BLIND_BYTES = 8;
/** FIPS 186-5, A.2.1: 64 bits more than the modulus leave no bias. */
const EXTRA_BYTES = 8;

/**
 * `block` (as long as the modulus, and below it) to the power of the private exponent, just as long.
 * Throws `key-invalid` when the result does not verify: the key or the computation is damaged.
 */
export function rsaPrivateOperation(key: RsaPrivateKey, block: Uint8Array, rng: Rng): Uint8Array {
  const { modulus, exponent, prime1, prime2 } = key;
  const message = toBigInt(block);
  const { blind, unblind } = drawBlind(modulus, rng);
  const blinded = (message * publicPower(blind, exponent, modulus)) % modulus;
  const part1 = blindedPower(blinded, key.exponent1, prime1, rng);
  const part2 = blindedPower(blinded, key.exponent2, prime2, rng);
  const difference = modulo((part1 - part2) * key.coefficient, prime1);
  const signature = ((part2 + difference * prime2) * unblind) % modulus;
  if (publicPower(signature, exponent, modulus) !== message) {
    throw new AppError('key-invalid', 'the RSA signature does not verify; it was dropped', {
      context: { problem: 'gives signatures that do not verify' },
    });
  }
  return fromBigInt(signature, block.length);
}

function blindedPower(base: bigint, exponent: bigint, prime: bigint, rng: Rng): bigint {
  const factor = drawNumber(EXPONENT_BLIND_BYTES, rng);
  const bits = bitLength(prime) + EXPONENT_BLIND_BYTES * 8;
  return secretPower(base % prime, exponent + factor * (prime - 1n), prime, bits);
}

/** Euclid sees only the product with a second random number, so its steps say nothing of `blind`. */
function drawBlind(modulus: bigint, rng: Rng): { blind: bigint; unblind: bigint } {
  const lengthBytes = Math.ceil(bitLength(modulus) / 8) + EXTRA_BYTES;
  const blind = drawNumber(lengthBytes, rng) % modulus;
  const mask = drawNumber(lengthBytes, rng) % modulus;
  const inverted = inverse(blind * mask, modulus);
  if (inverted === undefined) {
    throw new AppError('internal', 'the random generator gave a number that cannot be inverted');
  }
  return { blind, unblind: (inverted * mask) % modulus };
}

function drawNumber(lengthBytes: number, rng: Rng): bigint {
  const bytes = rng.bytes(lengthBytes);
  const value = toBigInt(bytes);
  bytes.fill(0);
  return value;
}
