/**
 * What the bootloader in use was built with. It decides where it looks for slot i, how many slots it
 * accepts and which keys it can use (formats/wolfboot.md, sections 5 and 20).
 */
import { AppError } from '../errors.ts';
import { authKeyNamed, ML_DSA_KEY_BYTES, type AuthKeyName, type MlDsaLevel } from './auth-keys.ts';
import type { LmsParameters, XmssName } from './bootloader-sets.ts';
import { otpGeometry, OTP_HEADER_BYTES, type OtpTarget } from './otp-geometry.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';

export type { LmsParameters } from './bootloader-sets.ts';

export interface PartitionLayout {
  readonly bootAddress: number;
  readonly updateAddress: number;
  /** Undefined where the two banks are swapped instead. */
  readonly swapAddress?: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly trustZone: boolean;
  readonly dualBank: boolean;
}

export interface BootloaderProfile {
  readonly id: string;
  /** For people: the configuration and what sets it apart. */
  readonly name: string;
  readonly target: OtpTarget;
  /** The key type of the build's SIGN=. */
  readonly signName: AuthKeyName;
  /** Built with WOLFBOOT_UNIVERSAL_KEYSTORE=1: slots of any type, all of one large size. */
  readonly universal: boolean;
  /** IMAGE_HEADER_SIZE of the build. */
  readonly headerSizeBytes: number;
  readonly partitions?: PartitionLayout;
  /** Undefined: not known, so LMS keys cannot be checked against it. */
  readonly lms?: LmsParameters;
  /** Undefined: not known, so XMSS keys cannot be checked against it. */
  readonly xmss?: XmssName;
  /** Undefined: level 2, the build's default. */
  readonly mlDsaLevel?: MlDsaLevel;
}

/** KEYSTORE_PUBKEY_SIZE where `keystore.h` has to choose: that of RSA-4096 (section 4). */
const UNIVERSAL_KEY_BYTES = 576;

/** KEYSTORE_PUBKEY_SIZE of the build: the room for the key in each slot. */
export function profileKeyBytes(profile: BootloaderProfile): number {
  if (profile.signName === 'ML_DSA') return ML_DSA_KEY_BYTES[profile.mlDsaLevel ?? 2];
  return profile.universal ? UNIVERSAL_KEY_BYTES : authKeyNamed(profile.signName).reservedKeyBytes;
}

/** Distance from one slot to the next in OTP, as this bootloader reads it. */
export function slotStrideBytes(profile: BootloaderProfile): number {
  return SLOT_HEADER_BYTES + profileKeyBytes(profile);
}

/** How many slots fit and how many the bootloader accepts: the same number (section 5.4). */
export function slotCapacity(target: OtpTarget, strideBytes: number): number {
  if (!Number.isInteger(strideBytes) || strideBytes < SLOT_HEADER_BYTES) {
    throw new AppError('invalid-argument', `a slot cannot be ${strideBytes} bytes long`);
  }
  const { udsOffsetBytes } = otpGeometry(target);
  return Math.floor((udsOffsetBytes - OTP_HEADER_BYTES) / strideBytes);
}
