/**
 * How many keys of each type a chip's OTP holds, for a bootloader built for that type, and what stands
 * in the way (formats/wolfboot.md, sections 5.4 and 6).
 */
import { authKeyNamed, authKeys, type AuthKey, type MlDsaLevel } from './auth-keys.ts';
import { makeProfile } from './bootloader-profiles.ts';
import type { OtpTarget } from './otp-geometry.ts';
import {
  profileKeyBytes,
  slotCapacity,
  slotStrideBytes,
  type BootloaderProfile,
} from './profile.ts';

export type CapacityLimit =
  /** The bootloader does not even compile. */
  | 'does-not-fit'
  /** otp-keystore-gen puts every slot but the first where no bootloader looks. */
  | 'upstream-generator-stride'
  /** otp-keystore-gen writes memory of its own behind the first 576 bytes of the key. */
  | 'upstream-generator-memory'
  /** A primer built from wolfBoot's sources cannot write to the odd addresses of slot 1, 3, ... */
  | 'upstream-primer-odd-addresses'
  /** wolfBoot's primer for this chip does not link. */
  | 'upstream-primer-missing';

export interface CapacityRow {
  /** SIGN= of the bootloader. */
  readonly key: AuthKey;
  /** ML-DSA only. */
  readonly mlDsaLevel: MlDsaLevel | undefined;
  /** Built with WOLFBOOT_UNIVERSAL_KEYSTORE=1: also keys of other types, as long as they fit. */
  readonly universal: boolean;
  /** Room for a key in each slot. */
  readonly keyBytes: number;
  readonly strideBytes: number;
  /** How many slots fit and the bootloader reads. */
  readonly slots: number;
  /** Of these, how many are right in the file of otp-keystore-gen. */
  readonly upstreamGeneratorSlots: number;
  /** Of these, how many a primer built from wolfBoot's sources writes. */
  readonly upstreamPrimerSlots: number;
  readonly limits: readonly CapacityLimit[];
}

const ML_DSA_LEVELS: readonly MlDsaLevel[] = [2, 3, 5];

/** One row for every SIGN= and ML-DSA level, then one for a universal bootloader (any SIGN= but ML-DSA). */
export function capacityTable(target: OtpTarget): readonly CapacityRow[] {
  const plain = authKeys.flatMap(({ name }) =>
    name === 'ML_DSA'
      ? ML_DSA_LEVELS.map((mlDsaLevel) => makeProfile({ target, signName: name, mlDsaLevel }))
      : [makeProfile({ target, signName: name })],
  );
  const universal = makeProfile({ target, signName: 'ECC256', universal: true });
  return [...plain, universal].map(capacityOf);
}

/** The row of one bootloader. */
export function capacityOf(profile: BootloaderProfile): CapacityRow {
  const { target, signName, universal } = profile;
  const key = authKeyNamed(signName);
  const strideBytes = slotStrideBytes(profile);
  const slots = slotCapacity(target, strideBytes);
  const limits = limitsOf(profile, key, slots);
  return {
    key,
    mlDsaLevel: signName === 'ML_DSA' ? (profile.mlDsaLevel ?? 2) : undefined,
    universal,
    keyBytes: profileKeyBytes(profile),
    strideBytes,
    slots,
    upstreamGeneratorSlots: generatorSlots(slots, limits),
    upstreamPrimerSlots: primerSlots(slots, limits),
    limits,
  };
}

function limitsOf(
  { target, universal }: BootloaderProfile,
  key: AuthKey,
  slots: number,
): readonly CapacityLimit[] {
  const limits: CapacityLimit[] = [];
  if (slots === 0) limits.push('does-not-fit');
  if (key.family === 'ml-dsa') limits.push('upstream-generator-memory');
  else if (key.family === 'rsa' || universal) limits.push('upstream-generator-stride');
  if (target === 'stm32h7') limits.push('upstream-primer-missing');
  else if (key.name === 'ED448' && !universal) limits.push('upstream-primer-odd-addresses');
  return limits;
}

function generatorSlots(slots: number, limits: readonly CapacityLimit[]): number {
  if (limits.includes('upstream-generator-memory')) return 0;
  return limits.includes('upstream-generator-stride') ? Math.min(1, slots) : slots;
}

function primerSlots(slots: number, limits: readonly CapacityLimit[]): number {
  if (limits.includes('upstream-primer-missing')) return 0;
  return limits.includes('upstream-primer-odd-addresses') ? Math.min(1, slots) : slots;
}
