/**
 * What a person should know of a kind of key before making one: room in OTP, size of a signature, how
 * many there are, the work of checking one, the settings of a wolfBoot build that reads it
 * (formats/wolfboot.md, sections 1, 5, 9, 10 and 13). Arithmetic only; no key is made.
 */
import {
  xmssMtSetNames,
  xmssSetNames,
  type AlgorithmId,
  type KeySpec,
  type LmsParameters,
} from '../crypto/index.ts';
import { authKeyOfAlgorithm, type MlDsaLevel } from './auth-keys.ts';
import { makeProfile } from './bootloader-profiles.ts';
import { canBuildLms, canBuildXmss, lmsSignatureBytes, type XmssName } from './bootloader-sets.ts';
import type { OtpTarget } from './otp-geometry.ts';
import { slotCapacity, slotStrideBytes, type BootloaderProfile } from './profile.ts';

/** How long a microcontroller takes to check one signature; classes, since boards differ. */
export type VerifySpeed = 'fast' | 'medium' | 'slow';

export interface KeyFacts {
  /** Distance from slot to slot in a bootloader built for this key. */
  readonly slotBytes: number;
  /** Slots of that size that fit the target's OTP. */
  readonly slots: number;
  readonly signatureBytes: number;
  /** Stateful schemes: how many signatures the key has in all. */
  readonly signatures: bigint | undefined;
  readonly verifySpeed: VerifySpeed;
  /** Stays safe when somebody has a large quantum computer. */
  readonly quantumSafe: boolean;
  /** Settings of a build that reads this key, as its .config file writes them. */
  readonly buildSettings: readonly string[];
  /** Whether stock wolfBoot knows this parameter set at all. */
  readonly knownToWolfboot: boolean;
}

export function keyFacts(spec: KeySpec, target: OtpTarget): KeyFacts {
  const { name, family } = authKeyOfAlgorithm(spec.algorithm);
  const mlDsaLevel = mlDsaLevels[spec.algorithm];
  const slotBytes = slotStrideBytes(
    makeProfile({ target, signName: name, ...(mlDsaLevel && { mlDsaLevel }) }),
  );
  const signatureBytes = signatureBytesOf(spec);
  return {
    slotBytes,
    slots: slotCapacity(target, slotBytes),
    signatureBytes,
    signatures: signaturesOf(spec),
    verifySpeed: verifySpeedOf(spec),
    quantumSafe: family === 'lms' || family === 'xmss' || family === 'ml-dsa',
    buildSettings: [`SIGN=${name}`, ...parameterSettings(spec, signatureBytes)],
    knownToWolfboot: isKnownToWolfboot(spec),
  };
}

/** The key that a bootloader of this profile reads; default parameters where the profile names none. */
export function keySpecOfProfile(profile: BootloaderProfile): KeySpec {
  switch (profile.signName) {
    case 'LMS':
      return { algorithm: 'lms', lms: lmsOf(profile) };
    case 'XMSS':
      return xmssOf(profile.xmss ?? 'XMSS-SHA2_10_256');
    case 'ML_DSA':
      return { algorithm: mlDsaOfLevel[profile.mlDsaLevel ?? 2] };
    default:
      return { algorithm: algorithmOf[profile.signName] };
  }
}

/** The STM32H5 OTP walkthrough of wolfBoot's documentation. */
export const walkthroughLms: LmsParameters = { levels: 2, height: 5, winternitz: 8 };

/** Chains of one LM-OTS signature (RFC 8554, table 1), by width. */
const LMOTS_CHAINS = { 1: 265, 2: 133, 4: 67, 8: 34 } as const;

/** WOTS+ with n = 32 and w = 16 (RFC 8391, section 5.2). */
const WOTS_CHAINS = 67;

const mlDsaLevels: Readonly<Partial<Record<AlgorithmId, MlDsaLevel>>> = {
  'ml-dsa-44': 2,
  'ml-dsa-65': 3,
  'ml-dsa-87': 5,
};

const mlDsaOfLevel = { 2: 'ml-dsa-44', 3: 'ml-dsa-65', 5: 'ml-dsa-87' } as const satisfies Record<
  MlDsaLevel,
  AlgorithmId
>;

const mlDsaSignatureBytes: Readonly<Record<MlDsaLevel, number>> = { 2: 2420, 3: 3309, 5: 4627 };

const algorithmOf = {
  ED25519: 'ed25519',
  ED448: 'ed448',
  ECC256: 'ecdsa-p256',
  ECC384: 'ecdsa-p384',
  ECC521: 'ecdsa-p521',
  RSA2048: 'rsa-2048',
  RSA3072: 'rsa-3072',
  RSA4096: 'rsa-4096',
  RSAPSS2048: 'rsa-pss-2048',
  RSAPSS3072: 'rsa-pss-3072',
  RSAPSS4096: 'rsa-pss-4096',
} as const;

function lmsOf({ lms }: BootloaderProfile): LmsParameters {
  const height = ([5, 10, 15, 20, 25] as const).find((each) => each === lms?.height);
  const winternitz = ([1, 2, 4, 8] as const).find((each) => each === lms?.winternitz);
  return lms === undefined || height === undefined || winternitz === undefined
    ? walkthroughLms
    : { levels: lms.levels, height, winternitz };
}

function xmssOf(name: XmssName): KeySpec {
  const single = xmssSetNames.find((set) => set === name);
  if (single !== undefined) return { algorithm: 'xmss', set: single };
  const multi = xmssMtSetNames.find((set) => set === name);
  return { algorithm: 'xmssmt', set: multi ?? 'XMSSMT-SHA2_20/2_256' };
}

interface XmssShape {
  readonly height: number;
  readonly layers: number;
}

/** Height and layers, as the set's name says them: `XMSSMT-SHA2_20/2_256`. */
function xmssShape(set: string): XmssShape {
  const [, height = '0', layers = '1'] = /_(\d+)(?:\/(\d+))?_/.exec(set) ?? [];
  return { height: Number(height), layers: Number(layers) };
}

/** Index, randomiser, WOTS+ chains of every layer and the way up (RFC 8391, section 4.2.3). */
function xmssSetSignatureBytes(set: string): number {
  const { height, layers } = xmssShape(set);
  const indexBytes = layers === 1 ? 4 : Math.ceil(height / 8);
  return indexBytes + 32 + (height + layers * WOTS_CHAINS) * 32;
}

function signatureBytesOf(spec: KeySpec): number {
  switch (spec.algorithm) {
    case 'lms':
      return lmsSignatureBytes(spec.lms) ?? 0;
    case 'xmss':
    case 'xmssmt':
      return xmssSetSignatureBytes(spec.set);
    default: {
      const level = mlDsaLevels[spec.algorithm];
      if (level !== undefined) return mlDsaSignatureBytes[level];
      return authKeyOfAlgorithm(spec.algorithm).signatureBytes ?? 0;
    }
  }
}

function signaturesOf(spec: KeySpec): bigint | undefined {
  if (spec.algorithm === 'lms') return 1n << BigInt(spec.lms.levels * spec.lms.height);
  if (spec.algorithm === 'xmss' || spec.algorithm === 'xmssmt') {
    return 1n << BigInt(xmssShape(spec.set).height);
  }
  return undefined;
}

/**
 * Hash-based schemes: by the hashes that a check takes on average. The others: by what wolfBoot's small
 * code for a Cortex-M33 is known for; ML-DSA and RSA check much faster than they sign.
 */
function verifySpeedOf(spec: KeySpec): VerifySpeed {
  switch (spec.algorithm) {
    case 'lms': {
      const { levels, height, winternitz } = spec.lms;
      const chainSteps = (2 ** winternitz - 1) / 2;
      return speedOfHashes(levels * (LMOTS_CHAINS[winternitz] * chainSteps + 2 * height));
    }
    case 'xmss':
    case 'xmssmt': {
      const { layers } = xmssShape(spec.set);
      // A step is six compressions, half of fifteen steps a chain; then the L-tree.
      return speedOfHashes(layers * WOTS_CHAINS * (7.5 * 6 + 9));
    }
    default:
      return classicSpeeds[spec.algorithm];
  }
}

const FAST_HASHES = 2_500;
const MEDIUM_HASHES = 16_000;

function speedOfHashes(count: number): VerifySpeed {
  if (count <= FAST_HASHES) return 'fast';
  return count <= MEDIUM_HASHES ? 'medium' : 'slow';
}

const classicSpeeds: Readonly<
  Record<Exclude<AlgorithmId, 'lms' | 'xmss' | 'xmssmt'>, VerifySpeed>
> = {
  ed25519: 'medium',
  ed448: 'slow',
  'ecdsa-p256': 'fast',
  'ecdsa-p384': 'medium',
  'ecdsa-p521': 'slow',
  'rsa-2048': 'fast',
  'rsa-3072': 'fast',
  'rsa-4096': 'medium',
  'rsa-pss-2048': 'fast',
  'rsa-pss-3072': 'fast',
  'rsa-pss-4096': 'medium',
  'ml-dsa-44': 'fast',
  'ml-dsa-65': 'fast',
  'ml-dsa-87': 'medium',
};

function parameterSettings(spec: KeySpec, signatureBytes: number): readonly string[] {
  // What wolfBoot's tools ask for is twice the signature; builds use the next power of two.
  const large = [
    `IMAGE_SIGNATURE_SIZE=${signatureBytes}`,
    `IMAGE_HEADER_SIZE=${2 ** Math.ceil(Math.log2(2 * signatureBytes))}`,
  ];
  switch (spec.algorithm) {
    case 'lms': {
      const { levels, height, winternitz } = spec.lms;
      return [
        `LMS_LEVELS=${levels}`,
        `LMS_HEIGHT=${height}`,
        `LMS_WINTERNITZ=${winternitz}`,
        ...large,
      ];
    }
    case 'xmss':
    case 'xmssmt':
      return [`XMSS_PARAMS='${spec.set}'`, ...large];
    default: {
      const level = mlDsaLevels[spec.algorithm];
      return level === undefined ? [] : [`ML_DSA_LEVEL=${level}`, ...large];
    }
  }
}

/** The sets that stock wolfBoot accepts (sections 9 and 10). */
function isKnownToWolfboot(spec: KeySpec): boolean {
  switch (spec.algorithm) {
    case 'lms':
      return canBuildLms(spec.lms);
    case 'xmss':
    case 'xmssmt':
      return canBuildXmss(spec.set);
    default:
      return true;
  }
}
