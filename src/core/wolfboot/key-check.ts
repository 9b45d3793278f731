/**
 * Whether a public key in keystore form can ever verify anything (formats/wolfboot.md, sections 1, 8,
 * 9, 10). wolfBoot's keygen imports nearly any file; a slot in OTP is for ever, so we look.
 */
import { isFilledWith, Reader } from '../bytes/index.ts';
import { isForeignCurvePoint, scheme, type ForeignCurve } from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { AuthKey, AuthKeyName } from './auth-keys.ts';
import { derBits, derElement, expectEnd, objectIdName, rest } from './der.ts';
import type { LmsParameters } from './profile.ts';

/** Throws `key-invalid` with the reason. */
export function checkKeystoreKey(key: AuthKey, publicKey: Uint8Array): void {
  const problem = keyProblem(key, publicKey);
  if (problem === undefined) return;
  throw new AppError('key-invalid', `the ${key.label} public key ${problem}`, {
    context: { keyType: key.cName, problem },
  });
}

function keyProblem(key: AuthKey, publicKey: Uint8Array): string | undefined {
  if (publicKey.length === 0) {
    return key.name === 'ECC521'
      ? 'is missing: keygen leaves P-521 keys out of keystore.der; use the keystore.c of the same run'
      : 'is missing';
  }
  if (isFilledWith(publicKey, 0)) {
    return 'is all zero, as keygen --nolocalkeys leaves it in keystore.c; use the keystore.der of the same run';
  }
  if (key.family === 'rsa') return rsaProblem(key, publicKey);
  if (!key.keySizesBytes.includes(publicKey.length)) {
    return `is ${publicKey.length} bytes long, not ${key.keySizesBytes.join(' or ')}`;
  }
  if (key.algorithm) return schemeProblem(key, publicKey);
  const curve = foreignCurves[key.name];
  if (curve) {
    return isForeignCurvePoint(curve, publicKey) ? undefined : 'is not a point of the curve';
  }
  return parameterProblem(key, publicKey);
}

const foreignCurves: Readonly<Partial<Record<AuthKeyName, ForeignCurve>>> = {
  ECC384: 'p384',
  ECC521: 'p521',
  ED448: 'ed448',
};

function schemeProblem(key: AuthKey, publicKey: Uint8Array): string | undefined {
  if (!key.algorithm) return undefined;
  try {
    scheme(key.algorithm).checkPublicKey(publicKey);
    return undefined;
  } catch (error) {
    if (!isAppError(error, 'key-invalid')) throw error;
    return String(error.context.problem);
  }
}

function parameterProblem(key: AuthKey, publicKey: Uint8Array): string | undefined {
  if (key.family === 'lms') {
    const found = lmsKeyParameters(publicKey);
    return found ? undefined : 'does not start with parameters that wolfBoot can have';
  }
  if (key.family === 'xmss') {
    const oid = wordBe(publicKey, 0);
    return oid >= 1 && oid <= LARGEST_XMSS_OID
      ? undefined
      : `starts with ${oid}, which is not the number of an XMSS parameter set`;
  }
  return undefined;
}

/** Highest number of NIST SP 800-208 for XMSS and XMSS^MT together is below this. */
const LARGEST_XMSS_OID = 0x40;

/** The parameters an HSS public key names (section 9), or undefined when wolfBoot has no such set. */
export function lmsKeyParameters(publicKey: Uint8Array): LmsParameters | undefined {
  if (publicKey.length !== HSS_PUBLIC_KEY_BYTES) return undefined;
  const levels = wordBe(publicKey, 0);
  const height = LMS_HEIGHTS[wordBe(publicKey, 4)];
  const winternitz = LMOTS_WIDTHS[wordBe(publicKey, 8)];
  if (levels < 1 || levels > MOST_LMS_LEVELS || !height || !winternitz) return undefined;
  return { levels, height, winternitz };
}

const HSS_PUBLIC_KEY_BYTES = 60;
const MOST_LMS_LEVELS = 4;
/** By LMS type code, RFC 8554 section 5.1. */
const LMS_HEIGHTS: Readonly<Record<number, number>> = { 5: 5, 6: 10, 7: 15, 8: 20, 9: 25 };
/** By LM-OTS type code, RFC 8554 section 4.1. */
const LMOTS_WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 4, 4: 8 };

function wordBe(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(offset, offset + 4).reduce((value, byte) => value * 256 + byte, 0);
}

function rsaProblem(key: AuthKey, publicKey: Uint8Array): string | undefined {
  const bits = rsaModulusBits(publicKey);
  if (bits === undefined) {
    return 'is not a SubjectPublicKeyInfo of an RSA key (openssl rsa -pubout -outform DER writes one)';
  }
  const expected = Number(/\d+$/.exec(key.name)?.[0]);
  return bits === expected ? undefined : `has a modulus of ${bits} bits, not ${expected}`;
}

/** Bits of the modulus of an RSA SubjectPublicKeyInfo in DER; undefined when it is none. */
export function rsaModulusBits(spki: Uint8Array): number | undefined {
  try {
    return readModulusBits(new Reader(spki, 'key'));
  } catch (error) {
    if (isAppError(error, 'malformed')) return undefined;
    throw error;
  }
}

function readModulusBits(reader: Reader): number | undefined {
  const outer = derElement(reader, 'sequence', 'SubjectPublicKeyInfo');
  expectEnd(reader, 'key');
  const algorithm = derElement(outer, 'sequence', 'algorithm');
  if (
    objectIdName(rest(derElement(algorithm, 'objectIdentifier', 'algorithm'))) !== 'rsaEncryption'
  ) {
    return undefined;
  }
  const bits = derBits(outer, 'subjectPublicKey');
  const key = derElement(bits, 'sequence', 'RSAPublicKey');
  const modulus = rest(derElement(key, 'integer', 'modulus'));
  const exponent = rest(derElement(key, 'integer', 'publicExponent'));
  const isOdd = (number: Uint8Array): boolean => (number.at(-1) ?? 0) % 2 === 1;
  if (!isOdd(modulus) || !isOdd(exponent) || (exponent.length === 1 && exponent[0] === 1)) {
    return undefined;
  }
  return bitLength(modulus);
}

function bitLength(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return (number.length - first) * 8 - (Math.clz32(number[first] ?? 0) - 24);
}
