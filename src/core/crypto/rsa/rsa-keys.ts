/**
 * RSA keys in DER: RSAPublicKey and RSAPrivateKey (RFC 8017, A.1), SubjectPublicKeyInfo (RFC 3279,
 * 2.3.1) and PKCS#8 (RFC 5958). Numbers must be written as DER has them, so a key has one encoding.
 */
import { equalBytes, Reader } from '../../bytes/index.ts';
import { AppError, isAppError } from '../../errors.ts';
import { derBits, derElement, encodeDer, expectEnd, OBJECT_IDS, rest } from '../der.ts';
import {
  bitLength,
  fromBigInt,
  greatestCommonDivisor,
  inverse,
  publicPower,
  secretPower,
  toBigInt,
} from './big-numbers.ts';

export interface RsaPublicKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

/** Two primes only, as wolfBoot has them. */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly privateExponent: bigint;
  readonly prime1: bigint;
  readonly prime2: bigint;
  readonly exponent1: bigint;
  readonly exponent2: bigint;
  /** Inverse of prime2 modulo prime1. */
  readonly coefficient: bigint;
}

/** FIPS 186-5, 5.4: exponents are odd and below 2 ** 256. */
const MOST_EXPONENT_BITS = 256;

const ALGORITHM = encodeDer(
  'sequence',
  encodeDer('objectIdentifier', OBJECT_IDS.rsaEncryption),
  encodeDer('null'),
);

/**
 * Twice what RSA of 4096 bits needs, so that other sizes are still named. Conversions take a time that
 * grows with the square of the length: a number of megabytes would hold the page for seconds.
 */
export const MOST_RSA_NUMBER_BYTES = 1024 + 1;

/** A number that is positive and written in as few bytes as possible. Throws `malformed`. */
function readNumber(reader: Reader, name: string): bigint {
  const field = derElement(reader, 'integer', name);
  if (field.remainingBytes > MOST_RSA_NUMBER_BYTES) {
    field.fail(`${name} has ${field.remainingBytes} bytes, more than any RSA key here`);
  }
  const bytes = rest(field);
  const [first = 0x80, second = 0x80] = bytes;
  const value = toBigInt(bytes);
  bytes.fill(0);
  if (first >= 0x80) field.fail(`${name} is negative or empty`);
  if (first === 0 && bytes.length > 1 && second < 0x80) field.fail(`${name} has leading zeros`);
  return value;
}

function encodeNumber(value: bigint): Uint8Array {
  // One bit more than the value has: a leading one would be a sign.
  return encodeDer('integer', fromBigInt(value, Math.floor(bitLength(value) / 8) + 1));
}

/** RSAPublicKey. Throws `malformed`. */
export function readRsaPublicKey(reader: Reader): RsaPublicKey {
  const key = derElement(reader, 'sequence', 'RSAPublicKey');
  const modulus = readNumber(key, 'modulus');
  const exponent = readNumber(key, 'publicExponent');
  expectEnd(key, 'RSAPublicKey');
  return { modulus, exponent };
}

/** SubjectPublicKeyInfo as wolfBoot stores it: rsaEncryption, also for PSS. */
export function encodeRsaSpki({ modulus, exponent }: RsaPublicKey): Uint8Array {
  const key = encodeDer('sequence', encodeNumber(modulus), encodeNumber(exponent));
  return encodeDer('sequence', ALGORITHM, encodeDer('bitString', Uint8Array.of(0), key));
}

/**
 * The key of a SubjectPublicKeyInfo that is exactly what `encodeRsaSpki` writes; undefined for
 * anything else, other encodings of the same key included.
 */
export function parseRsaSpki(spki: Uint8Array): RsaPublicKey | undefined {
  try {
    const reader = new Reader(spki, 'key');
    const outer = derElement(reader, 'sequence', 'SubjectPublicKeyInfo');
    derElement(outer, 'sequence', 'algorithm');
    const key = readRsaPublicKey(derBits(outer, 'subjectPublicKey'));
    return equalBytes(encodeRsaSpki(key), spki) ? key : undefined;
  } catch (error) {
    if (isAppError(error, 'malformed')) return undefined;
    throw error;
  }
}

/** Product of the primes below 1000: random numbers nearly always share a factor with it. */
const SMALL_PRIMES = Array.from({ length: 998 }, (_, index) => index + 2)
  .filter((n) => Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d !== 0))
  .reduce((product, prime) => product * BigInt(prime), 1n);

/** Why no honest key generation can have made this key; undefined when it may have. */
export function rsaProblem({ modulus, exponent }: RsaPublicKey, bits: number): string | undefined {
  if (bitLength(modulus) !== bits) {
    return `has a modulus of ${bitLength(modulus)} bits, not ${bits}`;
  }
  if (modulus % 2n === 0n) return 'has an even modulus';
  if (exponent % 2n === 0n) return 'has an even exponent';
  if (exponent < 3n) return 'has the exponent 1: anybody could sign for it';
  if (bitLength(exponent) > MOST_EXPONENT_BITS) return 'has an exponent of more than 256 bits';
  if (greatestCommonDivisor(modulus, SMALL_PRIMES) !== 1n) {
    return 'has a modulus with a small prime factor';
  }
  return undefined;
}

/** RSAPrivateKey. Throws `malformed`; what the numbers mean is for `rsaPrivateProblem`. */
export function readRsaPrivateKey(pkcs1: Uint8Array, fileName: string): RsaPrivateKey {
  const file = new Reader(pkcs1, fileName);
  const key = derElement(file, 'sequence', 'RSAPrivateKey');
  expectEnd(file, 'RSAPrivateKey');
  const version = readNumber(key, 'version');
  if (version !== 0n) key.fail('has more than two primes');
  const names = ['modulus', 'publicExponent', 'privateExponent', 'prime1', 'prime2'] as const;
  const [modulus = 0n, exponent = 0n, privateExponent = 0n, prime1 = 0n, prime2 = 0n] = names.map(
    (name) => readNumber(key, name),
  );
  const exponent1 = readNumber(key, 'exponent1');
  const exponent2 = readNumber(key, 'exponent2');
  const coefficient = readNumber(key, 'coefficient');
  expectEnd(key, 'RSAPrivateKey');
  return {
    modulus,
    exponent,
    privateExponent,
    prime1,
    prime2,
    exponent1,
    exponent2,
    coefficient,
  };
}

/**
 * Whether the numbers belong together (RFC 8017, 3.2); undefined when they do. That the primes are
 * prime is tested with the base 2 only: this finds damage, not malice.
 */
export function rsaPrivateProblem(key: RsaPrivateKey, bits: number): string | undefined {
  const { modulus, exponent, privateExponent, prime1, prime2 } = key;
  const problem = rsaProblem(key, bits);
  if (problem !== undefined) return problem;
  if (prime1 < 3n || prime2 < 3n || prime1 === prime2 || prime1 * prime2 !== modulus) {
    return 'has primes that do not belong to its modulus';
  }
  if (privateExponent >= modulus) return 'has a private exponent that is too large';
  for (const [prime, crtExponent] of [
    [prime1, key.exponent1],
    [prime2, key.exponent2],
  ] as const) {
    if ((exponent * privateExponent) % (prime - 1n) !== 1n) {
      return 'has exponents that do not belong together';
    }
    if (crtExponent !== privateExponent % (prime - 1n)) {
      return 'has a CRT exponent that does not belong to its private exponent';
    }
    if (secretPower(2n, prime - 1n, prime, bitLength(prime)) !== 1n) {
      return 'has a factor that is not prime';
    }
  }
  return key.coefficient === inverse(prime2, prime1)
    ? undefined
    : 'has a CRT coefficient that does not belong to its primes';
}

/** RSAPrivateKey out of PKCS#8, as key generators give it. The caller wipes both. Throws `malformed`. */
export function rsaPrivateFromPkcs8(pkcs8: Uint8Array): Uint8Array {
  const file = new Reader(pkcs8, 'PKCS#8');
  const outer = derElement(file, 'sequence', 'PrivateKeyInfo');
  derElement(outer, 'integer', 'version');
  derElement(outer, 'sequence', 'privateKeyAlgorithm');
  return rest(derElement(outer, 'octetString', 'privateKey'));
}

/** PKCS#8 around RSAPrivateKey. Secret; the caller wipes it. */
export function rsaPrivateToPkcs8(pkcs1: Uint8Array): Uint8Array {
  const version = encodeDer('integer', Uint8Array.of(0));
  return encodeDer('sequence', version, ALGORITHM, encodeDer('octetString', pkcs1));
}

/** Applies the public key: what a signature opens to, or undefined when it is none of the key. */
export function openRsaSignature(
  { modulus, exponent }: RsaPublicKey,
  signature: Uint8Array,
): Uint8Array | undefined {
  const lengthBytes = Math.ceil(bitLength(modulus) / 8);
  const value = toBigInt(signature);
  if (signature.length !== lengthBytes || value >= modulus) return undefined;
  return fromBigInt(publicPower(value, exponent, modulus), lengthBytes);
}

/** `key-invalid` in the house's form. */
export function rsaKeyError(which: 'public' | 'private', label: string, problem: string): AppError {
  return new AppError('key-invalid', `the ${label} ${which} key ${problem}`, {
    context: { problem },
  });
}
