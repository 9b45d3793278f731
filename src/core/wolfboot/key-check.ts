/**
 * Whether a public key in keystore form can ever verify anything (formats/wolfboot.md, sections 1, 8,
 * 9, 10). wolfBoot's keygen imports nearly any file; a slot in OTP is for ever, so we look.
 */
import { isFilledWith } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { AuthKey } from './auth-keys.ts';
import type { LmsParameters } from './profile.ts';
import { publicKeyProblem } from './slot-algorithm.ts';

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
  if (key.family === 'rsa' && publicKey.length > key.reservedKeyBytes) {
    return `is ${publicKey.length} bytes long; a slot has room for ${key.reservedKeyBytes}`;
  }
  if (key.family !== 'rsa' && !key.keySizesBytes.includes(publicKey.length)) {
    return `is ${publicKey.length} bytes long, not ${key.keySizesBytes.join(' or ')}`;
  }
  return algorithmProblem(key, publicKey);
}

/** One of the type's algorithms must know the key; the reason is that of the last. */
function algorithmProblem(key: AuthKey, publicKey: Uint8Array): string | undefined {
  let problem: string | undefined;
  for (const algorithm of key.algorithms) {
    try {
      problem = publicKeyProblem(algorithm, publicKey);
    } catch (error) {
      if (!isAppError(error, 'not-supported')) throw error;
      problem = parameterProblem(key, publicKey);
    }
    if (problem === undefined) return undefined;
  }
  return problem;
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
/** RFC 8554, section 6; what a bootloader can be built for is for `bootloader-sets.ts`. */
const MOST_LMS_LEVELS = 8;
/** By LMS type code, RFC 8554 section 5.1. */
const LMS_HEIGHTS: Readonly<Record<number, number>> = { 5: 5, 6: 10, 7: 15, 8: 20, 9: 25 };
/** By LM-OTS type code, RFC 8554 section 4.1. */
const LMOTS_WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 4, 4: 8 };

function wordBe(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(offset, offset + 4).reduce((value, byte) => value * 256 + byte, 0);
}
