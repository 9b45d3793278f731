/**
 * What must not be burnt. A board whose OTP holds keys that its bootloader cannot find or use never
 * boots again, so every such keystore is refused before a plan exists (formats/wolfboot.md, sections
 * 5, 6, 9 and 23).
 */
import { toHex } from '../bytes/index.ts';
import { AppError, isAppError, type ErrorCode } from '../errors.ts';
import { authKeyByCode, authKeyNamed, type AuthKey } from './auth-keys.ts';
import { checkKeystoreKey, lmsKeyParameters } from './key-check.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import { slotName } from './keystore.ts';
import { otpGeometry } from './otp-geometry.ts';
import { buildableXmssSetsOfOid, canBuildLms, lmsName, xmssSetsOfOid } from './bootloader-sets.ts';
import {
  profileKeyBytes,
  slotCapacity,
  slotStrideBytes,
  type BootloaderProfile,
} from './profile.ts';
import { maskAllows } from './slot-codec.ts';

export interface KeystoreRefusal {
  readonly code: ErrorCode;
  /** Index of the slot it is about; undefined: the keystore as a whole. */
  readonly slot?: number;
  /** English, for logs and terminals. */
  readonly message: string;
}

/** The application's partition id; id 0 is the bootloader itself. */
const APPLICATION_PARTITION = 1;

/** Why this bootloader cannot live with this keystore; empty when it can. */
export function refuseKeystore(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  if (slots.length === 0) {
    return [{ code: 'keystore-empty', message: 'the keystore holds no key: nothing would boot' }];
  }
  return [
    ...refuseCount(slots, profile),
    ...refuseMixture(slots, profile),
    ...slots.flatMap((slot, index) => refuseSlot(slot, index, profile)),
    ...refuseMasks(slots, profile),
  ];
}

/** Throws the first refusal, all of them in the message. */
export function requireAcceptable(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): void {
  const refusals = refuseKeystore(slots, profile);
  const [first] = refusals;
  if (!first) return;
  throw new AppError(first.code, refusals.map(({ message }) => message).join('; '), {
    context: { slot: first.slot, profile: profile.id },
  });
}

function refuseCount(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  const stride = slotStrideBytes(profile);
  const capacity = slotCapacity(profile.target, stride);
  if (slots.length <= capacity) return [];
  const { sizeBytes } = otpGeometry(profile.target);
  return [
    {
      code: 'keystore-too-large',
      message:
        `${slots.length} keys do not fit: the ${sizeBytes} bytes of OTP on ${profile.target} hold ${capacity} slots of ${stride} bytes` +
        (capacity === 0 ? '; such a bootloader cannot even be built' : ''),
    },
  ];
}

/** Several types in a bootloader built for one: named once, for the keystore as a whole. */
function refuseMixture(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  const sizes = new Set(slots.map(({ publicKey }) => publicKey.length));
  const types = new Set(slots.map(({ keyType }) => keyType));
  if (profile.universal || types.size === 1 || sizes.size === 1) return [];
  return [
    {
      code: 'keystore-mixed-sizes',
      message:
        'keys of different sizes need a bootloader built with WOLFBOOT_UNIVERSAL_KEYSTORE=1; this one reads all slots at one distance',
    },
  ];
}

function refuseSlot(
  slot: KeystoreSlot,
  index: number,
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  const refusal = (code: ErrorCode, problem: string): readonly KeystoreRefusal[] => [
    { code, slot: index, message: `${slotName(slot, index)}: ${problem}` },
  ];
  const key = authKeyByCode(slot.keyType);
  if (!key) return refusal('keystore-key-type-refused', 'wolfBoot has no such key type');
  if (!profile.universal && key.name !== profile.signName) {
    const { label } = authKeyNamed(profile.signName);
    return refusal(
      'keystore-key-type-refused',
      `the bootloader ${profile.id} is built for ${label}, not for ${key.label}`,
    );
  }
  const keyProblem = problemOfKey(key, slot.publicKey);
  if (keyProblem !== undefined) return refusal('key-invalid', keyProblem);
  const room = profileKeyBytes(profile);
  if (slot.publicKey.length > room) {
    return refusal(
      'keystore-mixed-sizes',
      `the key has ${slot.publicKey.length} bytes, a slot of this bootloader has room for ${room}`,
    );
  }
  const parameters = problemOfParameters(key, slot.publicKey, profile);
  return parameters === undefined ? [] : refusal('keystore-parameters-refused', parameters);
}

function problemOfKey(key: AuthKey, publicKey: Uint8Array): string | undefined {
  try {
    checkKeystoreKey(key, publicKey);
    return undefined;
  } catch (error) {
    if (isAppError(error, 'key-invalid')) return error.message;
    throw error;
  }
}

/** Keys that fit the slot, but whose signatures this build cannot verify (section 23, 14). */
function problemOfParameters(
  key: AuthKey,
  publicKey: Uint8Array,
  profile: BootloaderProfile,
): string | undefined {
  if (key.family === 'ml-dsa' && profile.signName === 'ML_DSA') {
    const expected = profileKeyBytes(profile);
    if (publicKey.length !== expected) {
      return `an ML-DSA key of ${publicKey.length} bytes is of another level than the bootloader's (${expected} bytes)`;
    }
  }
  if (key.family === 'lms') return problemOfLms(publicKey, profile);
  return key.family === 'xmss' ? problemOfXmss(publicKey, profile) : undefined;
}

function problemOfLms(publicKey: Uint8Array, { lms }: BootloaderProfile): string | undefined {
  const found = lmsKeyParameters(publicKey);
  if (!found) return undefined;
  const name = lmsName(found);
  if (!canBuildLms(found)) return `the key is LMS ${name}; no wolfBoot can be built for that`;
  if (!lms || name === lmsName(lms)) return undefined;
  return `the key is LMS ${name}, the bootloader is built for ${lmsName(lms)}`;
}

/** XMSS and XMSS^MT count their sets from 1 each: the number of a key can stand for two. */
function problemOfXmss(publicKey: Uint8Array, { xmss }: BootloaderProfile): string | undefined {
  const oid = xmssOid(publicKey);
  const sets = buildableXmssSetsOfOid(oid);
  if (sets.length === 0) {
    const name = xmssSetsOfOid(oid).join(' or ') || `XMSS set ${oid}`;
    return `the key is ${name}; no wolfBoot can be built for that`;
  }
  if (!xmss || sets.includes(xmss)) return undefined;
  return `the key is ${sets.join(' or ')}, the bootloader is built for ${xmss}`;
}

function xmssOid(publicKey: Uint8Array): number {
  return publicKey.subarray(0, 4).reduce((value, byte) => value * 256 + byte, 0);
}

/** The application must be verifiable with a key of the algorithm the bootloader has code for. */
function refuseMasks(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  const allowing = slots.filter(({ partitionMask }) =>
    maskAllows(partitionMask, APPLICATION_PARTITION),
  );
  const code = 'keystore-no-application-key';
  if (allowing.length === 0) {
    return [
      { code, message: 'no key may verify partition 1, the application: nothing would boot' },
    ];
  }
  if (allowing.some(({ keyType }) => authKeyByCode(keyType)?.name === profile.signName)) return [];
  const { label } = authKeyNamed(profile.signName);
  return [
    {
      code,
      message: `no ${label} key may verify partition 1, and the bootloader has code for ${label} only`,
    },
  ];
}

export type KeystoreWarning = {
  /** English, for logs and terminals. */
  readonly message: string;
} & (
  | { readonly code: 'duplicate-key'; readonly slot: number; readonly firstSlot: number }
  | {
      /** Whether the bootloader is built for these LMS parameters is not known. */
      readonly code: 'lms-parameters-unproven';
      readonly slot: number;
      /** Such as `L2-H5-W8`. */
      readonly parameters: string;
    }
  | {
      /** Whether the bootloader is built for this XMSS parameter set is not known. */
      readonly code: 'xmss-parameters-unproven';
      readonly slot: number;
      /** Such as `XMSS-SHA2_10_256 or XMSSMT-SHA2_20/2_256`. */
      readonly parameters: string;
    }
  /** A primer leaves every second slot out. */
  | { readonly code: 'ed448-slots-at-odd-addresses' }
);

/** What is odd but boots. */
export function keystoreWarnings(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreWarning[] {
  return [
    ...duplicateWarnings(slots),
    ...slots.flatMap((slot, index) => parameterWarnings(slot, index, profile)),
    ...ed448Warnings(slots, profile),
  ];
}

function duplicateWarnings(slots: readonly KeystoreSlot[]): readonly KeystoreWarning[] {
  const firstOf = new Map<string, number>();
  return slots.flatMap((slot, index): readonly KeystoreWarning[] => {
    const id = `${slot.keyType}:${toHex(slot.publicKey)}`;
    const first = firstOf.get(id);
    if (first === undefined) {
      firstOf.set(id, index);
      return [];
    }
    const message = `${slotName(slot, index)} holds the same key as slot ${first}; the bootloader uses the first`;
    return [{ code: 'duplicate-key', slot: index, firstSlot: first, message }];
  });
}

function parameterWarnings(
  slot: KeystoreSlot,
  index: number,
  profile: BootloaderProfile,
): readonly KeystoreWarning[] {
  const family = authKeyByCode(slot.keyType)?.family;
  if (family === 'lms' && !profile.lms) {
    const found = lmsKeyParameters(slot.publicKey);
    if (!found) return [];
    const parameters = lmsName(found);
    const message = `${slotName(slot, index)} is LMS ${parameters}; whether the bootloader is built for that is not known`;
    return [{ code: 'lms-parameters-unproven', slot: index, parameters, message }];
  }
  if (family === 'xmss' && !profile.xmss) {
    const parameters = buildableXmssSetsOfOid(xmssOid(slot.publicKey)).join(' or ');
    const message = `${slotName(slot, index)} is ${parameters}; whether the bootloader is built for that is not known`;
    return [{ code: 'xmss-parameters-unproven', slot: index, parameters, message }];
  }
  return [];
}

/** Section 6: the primer cannot write to the odd addresses where every second slot starts. */
function ed448Warnings(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): readonly KeystoreWarning[] {
  if (profile.universal || profile.signName !== 'ED448' || slots.length < 2) return [];
  const message =
    'Ed448 slots start at odd addresses: a primer leaves every second one out. Use one Ed448 key, or write the OTP image itself';
  return [{ code: 'ed448-slots-at-odd-addresses', message }];
}
