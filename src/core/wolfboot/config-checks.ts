/** What is missing in a `.config`, and what in it cannot be true at the same time. Warnings only. */
import { hexNumber } from '../bytes/index.ts';
import type { AuthKey } from './auth-keys.ts';
import type { ConfigReader } from './config-reader.ts';
import type { ConfigFacts } from './config-types.ts';
import { nonSecureFlashAddress } from './flash-alias.ts';
import { otpTargets } from './otp-geometry.ts';
import type { PartitionLayout } from './profile.ts';

/** A delta patch counts within a sector in 16 bits (section 17). */
const LARGEST_DELTA_SECTOR_BYTES = 0xffff;

/** `leastHeaderBytes`: what a signature of this build needs; undefined when that is not known. */
export function checkConfig(
  reader: ConfigReader,
  facts: ConfigFacts,
  leastHeaderBytes: number | undefined,
): void {
  checkMissing(reader, facts);
  checkTarget(reader, facts);
  checkHeader(reader, facts, leastHeaderBytes);
  checkParameters(reader, facts);
  checkSigning(reader, facts);
  if (facts.partitions) checkPartitions(reader, facts.partitions);
}

function checkMissing(reader: ConfigReader, facts: ConfigFacts): void {
  const { bootAddress, partitionSizeBytes, sectorSizeBytes, partitions, dualBank } = facts;
  const wanted: readonly (readonly [key: string, present: boolean])[] = [
    ['TARGET', facts.target !== undefined],
    ['SIGN', reader.text('SIGN') !== undefined],
    ['IMAGE_HEADER_SIZE', reader.text('IMAGE_HEADER_SIZE') !== undefined],
    ['WOLFBOOT_PARTITION_BOOT_ADDRESS', bootAddress !== undefined],
    [
      'WOLFBOOT_PARTITION_UPDATE_ADDRESS',
      reader.text('WOLFBOOT_PARTITION_UPDATE_ADDRESS') !== undefined,
    ],
    ['WOLFBOOT_PARTITION_SIZE', partitionSizeBytes !== undefined],
    ['WOLFBOOT_SECTOR_SIZE', sectorSizeBytes !== undefined],
  ];
  for (const [key, present] of wanted) {
    if (!present) reader.warn('missing', key, missingMessage(key, facts));
  }
  if (partitions && !dualBank && partitions.swapAddress === undefined) {
    reader.warn(
      'missing',
      'WOLFBOOT_PARTITION_SWAP_ADDRESS',
      'WOLFBOOT_PARTITION_SWAP_ADDRESS is not set, and without DUALBANK_SWAP=1 an update needs it',
    );
  }
}

function missingMessage(key: string, { headerSizeBytes }: ConfigFacts): string {
  if (key !== 'IMAGE_HEADER_SIZE') return `${key} is not set`;
  return headerSizeBytes === undefined
    ? `${key} is not set, and SIGN and its parameters do not say what it is`
    : `${key} is not set; ${headerSizeBytes} follows from SIGN`;
}

function checkTarget(reader: ConfigReader, { target, otpKeystore, trustZone }: ConfigFacts): void {
  if (target === undefined) return;
  if (!otpTargets.some((each) => each === target)) {
    reader.warn(
      'unknown-value',
      'TARGET',
      `TARGET=${target}: keys in OTP are known here for ${otpTargets.join(' and ')} only; signing works for every target`,
    );
  } else if (!otpKeystore) {
    reader.warn(
      'missing',
      'FLASH_OTP_KEYSTORE',
      'FLASH_OTP_KEYSTORE=1 is not set: this bootloader takes its keys from its own program, not from OTP',
    );
  }
  if (trustZone && target === 'stm32h7') {
    reader.warn('contradictory', 'TZEN', 'TZEN=1: an STM32H7 has no TrustZone');
  }
}

function checkHeader(
  reader: ConfigReader,
  { headerSizeBytes, sign }: ConfigFacts,
  leastBytes: number | undefined,
): void {
  if (headerSizeBytes === undefined || leastBytes === undefined || !sign) return;
  if (headerSizeBytes >= leastBytes) return;
  reader.warn(
    'contradictory',
    'IMAGE_HEADER_SIZE',
    `IMAGE_HEADER_SIZE=${headerSizeBytes} is too small for ${sign.label}: sign makes headers of at least ${leastBytes} bytes, and the bootloader would not find the firmware behind them`,
  );
}

function checkParameters(reader: ConfigReader, facts: ConfigFacts): void {
  const { sign, signSecondary, lms, xmss } = facts;
  const uses = (family: AuthKey['family']): boolean =>
    [sign, signSecondary].some((key) => key?.family === family);
  if (uses('lms') && !lms) {
    reader.warn(
      'missing',
      'LMS_LEVELS',
      'LMS_LEVELS, LMS_HEIGHT and LMS_WINTERNITZ are not all set; keys of other parameters cannot be told apart',
    );
  }
  if (uses('xmss') && !xmss) {
    reader.warn('missing', 'XMSS_PARAMS', 'XMSS_PARAMS is not set to a set that is known here');
  }
  if (uses('ml-dsa') && facts.mlDsaLevel === undefined) {
    reader.warn(
      'missing',
      'ML_DSA_LEVEL',
      'ML_DSA_LEVEL is not set; 2 is what the build takes then',
    );
  }
}

function checkSigning(reader: ConfigReader, facts: ConfigFacts): void {
  const { sign, signSecondary, deltaUpdates, sectorSizeBytes } = facts;
  if (sign && sign === signSecondary) {
    reader.warn(
      'contradictory',
      'SIGN_SECONDARY',
      `SIGN_SECONDARY=${signSecondary.name} is the same as SIGN; a hybrid image needs two algorithms`,
    );
  }
  if (deltaUpdates && (sectorSizeBytes ?? 0) > LARGEST_DELTA_SECTOR_BYTES) {
    reader.warn(
      'contradictory',
      'DELTA_UPDATES',
      `DELTA_UPDATES=1 with sectors of ${sectorSizeBytes ?? 0} bytes: patches are made for sectors of at most ${LARGEST_DELTA_SECTOR_BYTES}`,
    );
  }
}

interface Range {
  readonly key: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function checkPartitions(reader: ConfigReader, partitions: PartitionLayout): void {
  const { sizeBytes, sectorBytes } = partitions;
  if (sectorBytes === 0 || sizeBytes % sectorBytes !== 0) {
    reader.warn(
      'contradictory',
      'WOLFBOOT_PARTITION_SIZE',
      `WOLFBOOT_PARTITION_SIZE ${hexNumber(sizeBytes, 1)} is no multiple of the sector size ${hexNumber(sectorBytes, 1)}`,
    );
  }
  const ranges = rangesOf(partitions);
  for (const { key, start } of ranges) {
    if (sectorBytes === 0 || start % sectorBytes === 0) continue;
    reader.warn('contradictory', key, `${key} ${hexNumber(start)} is not the start of a sector`);
  }
  ranges.forEach((one, index) => {
    for (const other of ranges.slice(index + 1)) {
      if (one.start >= other.end || other.start >= one.end) continue;
      reader.warn(
        'contradictory',
        other.key,
        `the ${one.name} and ${other.name} partitions overlap`,
      );
    }
  });
}

function rangesOf(partitions: PartitionLayout): readonly Range[] {
  const { bootAddress, updateAddress, swapAddress, sizeBytes, sectorBytes } = partitions;
  const range = (name: string, address: number, lengthBytes: number): Range => {
    const start = nonSecureFlashAddress(address);
    const key = `WOLFBOOT_PARTITION_${name}_ADDRESS`;
    return { key, name: name.toLowerCase(), start, end: start + lengthBytes };
  };
  const ranges = [range('BOOT', bootAddress, sizeBytes), range('UPDATE', updateAddress, sizeBytes)];
  return swapAddress === undefined ? ranges : [...ranges, range('SWAP', swapAddress, sectorBytes)];
}
