/** The bootloaders people build from wolfBoot's example configurations (formats/wolfboot.md, section 20). */
import { authKeyNamed, type AuthKeyName, type MlDsaLevel } from './auth-keys.ts';
import { lmsSignatureBytes, xmssSignatureBytes } from './bootloader-sets.ts';
import type { BootloaderProfile, PartitionLayout } from './profile.ts';

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

/** Of `stm32h5`: TrustZone on, both partitions at non-secure addresses. */
const plainPartitions: PartitionLayout = {
  bootAddress: 0x08060000,
  updateAddress: 0x08100000,
  swapAddress: 0x081a0000,
  sizeBytes: 0xa0000,
  sectorBytes: 0x2000,
  trustZone: true,
  dualBank: false,
};

const noTrustZonePartitions: PartitionLayout = {
  ...plainPartitions,
  sectorBytes: 0x4000,
  trustZone: false,
};

const noTrustZoneDualBankPartitions: PartitionLayout = {
  bootAddress: 0x08060000,
  updateAddress: 0x08160000,
  sizeBytes: 0xa0000,
  sectorBytes: 0x2000,
  trustZone: false,
  dualBank: true,
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

/**
 * With keys in OTP. `-tz-dualbank-otp`, `-tz-dualbank-otp-lms` and `-tz-psa-otp` are wolfBoot's own;
 * the others are its configuration without `-otp`, built with FLASH_OTP_KEYSTORE=1. The first is the
 * default.
 */
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
    id: 'stm32h5-tz-otp',
    name: 'STM32H5, TrustZone, one bank, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 1024,
    partitions: singleBankPartitions,
  },
  {
    id: 'stm32h5-tz-otp-lms',
    name: 'STM32H5, TrustZone, one bank, LMS L2-H5-W8',
    target: 'stm32h5',
    signName: 'LMS',
    universal: false,
    headerSizeBytes: 8192,
    partitions: singleBankPartitions,
    lms: { levels: 2, height: 5, winternitz: 8 },
  },
  {
    id: 'stm32h5-otp',
    name: 'STM32H5, TrustZone, one bank, non-secure partitions, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 1024,
    partitions: plainPartitions,
  },
  {
    id: 'stm32h5-no-tz-otp',
    name: 'STM32H5, no TrustZone, one bank, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 1024,
    partitions: noTrustZonePartitions,
  },
  {
    id: 'stm32h5-dualbank-otp',
    name: 'STM32H5, no TrustZone, dual bank, ECDSA P-256',
    target: 'stm32h5',
    signName: 'ECC256',
    universal: false,
    headerSizeBytes: 1024,
    partitions: noTrustZoneDualBankPartitions,
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

/**
 * A profile of one's own, of any SIGN=. What is not given follows from target and key type; the header
 * is that of the chip's example configurations, or more where the signature needs it (section 13).
 */
export function makeProfile(
  input: Pick<BootloaderProfile, 'target' | 'signName'> & Partial<BootloaderProfile>,
): BootloaderProfile {
  const universal = input.universal ?? false;
  const mark = variantOf(input);
  return {
    id: `${input.target}-${input.signName.toLowerCase()}${mark.id}${universal ? '-universal' : ''}`,
    name: `${input.target.toUpperCase()}, ${mark.name}${universal ? ', universal keystore' : ''}`,
    universal,
    headerSizeBytes: Math.max(input.target === 'stm32h5' ? 1024 : 256, leastHeaderBytes(input)),
    ...input,
  };
}

type ProfileParameters = Pick<BootloaderProfile, 'signName' | 'lms' | 'xmss' | 'mlDsaLevel'>;

const ML_DSA_NAMES: Readonly<Record<MlDsaLevel, string>> = {
  2: 'ML-DSA-44',
  3: 'ML-DSA-65',
  5: 'ML-DSA-87',
};

function variantOf({ signName, mlDsaLevel }: ProfileParameters): {
  readonly id: string;
  readonly name: string;
} {
  if (signName !== 'ML_DSA') return { id: '', name: authKeyNamed(signName).label };
  const level = mlDsaLevel ?? 2;
  return { id: level === 2 ? '' : `-${level}`, name: ML_DSA_NAMES[level] };
}

const USUAL_HEADER_BYTES: Readonly<Partial<Record<AuthKeyName, number>>> = {
  ED25519: 256,
  ECC256: 256,
  RSA4096: 1024,
  RSAPSS4096: 1024,
};

const ML_DSA_SIGNATURE_BYTES: Readonly<Record<MlDsaLevel, number>> = { 2: 2420, 3: 3309, 5: 4627 };

/** Large signatures: twice their size, as sign has it, rounded up to a power of two for IMAGE_HEADER_SIZE. */
function leastHeaderBytes({ signName, lms, xmss, mlDsaLevel }: ProfileParameters): number {
  const twice = (signatureBytes: number | undefined): number =>
    2 ** Math.ceil(Math.log2(2 * (signatureBytes ?? USUAL_LARGE_SIGNATURE_BYTES)));
  if (signName === 'LMS') return twice(lms && lmsSignatureBytes(lms));
  if (signName === 'XMSS') return twice(xmss && xmssSignatureBytes(xmss));
  if (signName === 'ML_DSA') return twice(ML_DSA_SIGNATURE_BYTES[mlDsaLevel ?? 2]);
  return USUAL_HEADER_BYTES[signName] ?? 512;
}

/** Of LMS L2-H5-W8, the only set of an example configuration. */
const USUAL_LARGE_SIGNATURE_BYTES = 2644;
