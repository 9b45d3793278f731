/**
 * What the bootloader in use was built with. It decides where it looks for slot i, how many slots it
 * accepts and which keys it can use (formats/wolfboot.md, sections 5 and 20).
 */
import { AppError } from '../errors.ts';
import { authKeyNamed, ML_DSA_KEY_BYTES, type AuthKeyName, type MlDsaLevel } from './auth-keys.ts';
import { otpGeometry, OTP_HEADER_BYTES, type OtpTarget } from './otp-geometry.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';

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

/** LMS/HSS parameters, the same for every level (section 9). */
export interface LmsParameters {
  readonly levels: number;
  readonly height: number;
  readonly winternitz: number;
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
  /** Undefined: level 2, the build's default. */
  readonly mlDsaLevel?: MlDsaLevel;
}

/** KEYSTORE_PUBKEY_SIZE where `keystore.h` has to choose: that of RSA-4096 (section 4). */
const UNIVERSAL_KEY_BYTES = 576;

const dualBankPartitions: PartitionLayout = {
  bootAddress: 0x08060000,
  updateAddress: 0x0c160000,
  sizeBytes: 0xa0000,
  sectorBytes: 0x2000,
  trustZone: true,
  dualBank: true,
};

const singleBankPartitions: PartitionLayout = {
  bootAddress: 0x08060000,
  updateAddress: 0x0c100000,
  swapAddress: 0x0c1a0000,
  sizeBytes: 0xa0000,
  sectorBytes: 0x2000,
  trustZone: true,
  dualBank: false,
};

const stm32h7Partitions: PartitionLayout = {
  bootAddress: 0x08020000,
  updateAddress: 0x080f0000,
  swapAddress: 0x081c0000,
  sizeBytes: 0xd0000,
  sectorBytes: 0x20000,
  trustZone: false,
  dualBank: false,
};

/** The example configurations with keys in OTP (section 20); the first is the default. */
export const bootloaderProfiles: readonly [BootloaderProfile, ...BootloaderProfile[]] = [
  {
    id: 'stm32h5-tz-dualbank-otp',
    name: 'STM32H5, TrustZone, dual bank, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 1024,
    partitions: dualBankPartitions,
  },
  {
    id: 'stm32h5-tz-dualbank-otp-ed25519',
    name: 'STM32H5, TrustZone, dual bank, Ed25519',
    target: 'stm32h5',
    signName: 'ED25519',
    universal: false,
    headerSizeBytes: 1024,
    partitions: dualBankPartitions,
  },
  {
    id: 'stm32h5-tz-psa-otp',
    name: 'STM32H5, TrustZone, PSA, universal keystore, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: true,
    headerSizeBytes: 1024,
    partitions: singleBankPartitions,
  },
  {
    id: 'stm32h5-tz-dualbank-otp-lms',
    name: 'STM32H5, TrustZone, dual bank, LMS L2-H5-W8',
    target: 'stm32h5',
    signName: 'LMS',
    universal: false,
    headerSizeBytes: 8192,
    partitions: dualBankPartitions,
    lms: { levels: 2, height: 5, winternitz: 8 },
  },
  {
    id: 'stm32h7-otp',
    name: 'STM32H7, ECDSA P-256',
    target: 'stm32h7',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 256,
    partitions: stm32h7Partitions,
  },
  {
    id: 'stm32h7-otp-ed25519',
    name: 'STM32H7, Ed25519',
    target: 'stm32h7',
    signName: 'ED25519',
    universal: false,
    headerSizeBytes: 256,
    partitions: stm32h7Partitions,
  },
];

/** A profile of one's own; what is not given follows from target and key type. */
export function makeProfile(
  input: Pick<BootloaderProfile, 'target' | 'signName'> & Partial<BootloaderProfile>,
): BootloaderProfile {
  const { label } = authKeyNamed(input.signName);
  const universal = input.universal ?? false;
  return {
    id: `${input.target}-${input.signName.toLowerCase()}${universal ? '-universal' : ''}`,
    name: `${input.target.toUpperCase()}, ${label}${universal ? ', universal keystore' : ''}`,
    universal,
    headerSizeBytes: input.target === 'stm32h5' ? 1024 : 256,
    ...input,
  };
}

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
