/**
 * How the bootloader reads its keys from the OTP (formats/wolfboot.md section 5.3), and what it must
 * have been built for to do so. Written from the bootloader's side on purpose: it is not the
 * parser of the tools.
 */
import { bytesToLatin1 } from '../../core/bytes/index.ts';
import {
  authKeyByCode,
  bootloaderProfiles,
  makeProfile,
  ML_DSA_KEY_BYTES,
  slotCapacity,
  slotStrideBytes,
  SLOT_HEADER_BYTES,
  type AuthKeyName,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../core/wolfboot/index.ts';

const MAGIC = 'WOLFBOOT';
const COUNT_OFFSET = 8;
const HEADER_BYTES = 16;
const KEY_TYPE_OFFSET = 4;
const MASK_OFFSET = 8;
const SIZE_OFFSET = 12;

/** The slots a bootloader of this profile finds; none when magic or count are not to its taste. */
export function readKeystore(otp: Uint8Array, profile: BootloaderProfile): KeystoreSlot[] {
  const stride = slotStrideBytes(profile);
  const count = countOf(otp);
  if (count === undefined || count > slotCapacity(profile.target, stride)) return [];
  const view = new DataView(otp.buffer, otp.byteOffset, otp.length);
  const slots: KeystoreSlot[] = [];
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * stride;
    const publicKeySize = view.getUint32(at + SIZE_OFFSET, true);
    if (publicKeySize > stride - SLOT_HEADER_BYTES) continue;
    const keyAt = at + SLOT_HEADER_BYTES;
    slots.push({
      slotId: view.getUint32(at, true),
      keyType: view.getUint32(at + KEY_TYPE_OFFSET, true),
      partitionMask: view.getUint32(at + MASK_OFFSET, true),
      publicKey: otp.slice(keyAt, keyAt + publicKeySize),
      publicKeySize,
    });
  }
  return slots;
}

/**
 * The bootloader that this OTP was written for: the first known configuration that signs with the
 * type of slot 0 and, when there are more slots, finds a second one; another build with two banks
 * where no configuration signs so. P-256 on TrustZone and dual bank when nothing can be told.
 */
export function profileFor(otp: Uint8Array): BootloaderProfile {
  const [standard] = bootloaderProfiles;
  const count = countOf(otp);
  if (count === undefined || count === 0) return standard;
  const view = new DataView(otp.buffer, otp.byteOffset, otp.length);
  const signName = authKeyByCode(view.getUint32(HEADER_BYTES + KEY_TYPE_OFFSET, true))?.name;
  if (signName === undefined) return standard;
  const candidates = [
    ...bootloaderProfiles.filter(
      (profile) => profile.target === 'stm32h5' && profile.signName === signName,
    ),
    ...otherBuilds(view, signName),
  ];
  const found = candidates.find((profile) => count < 2 || findsSecondSlot(view, profile));
  return found ?? candidates[0] ?? standard;
}

/** Of any SIGN=, with slots for one key type or for all. */
function otherBuilds(otp: DataView, signName: AuthKeyName): readonly BootloaderProfile[] {
  const [{ partitions }] = bootloaderProfiles;
  const size = otp.getUint32(HEADER_BYTES + SIZE_OFFSET, true);
  const mlDsaLevel = ML_DSA_LEVELS.find((level) => ML_DSA_KEY_BYTES[level] === size);
  return [false, true].map((universal) =>
    makeProfile({
      target: 'stm32h5',
      signName,
      universal,
      ...(mlDsaLevel && { mlDsaLevel }),
      ...(partitions && { partitions }),
    }),
  );
}

const ML_DSA_LEVELS = [2, 3, 5] as const;

function findsSecondSlot(otp: DataView, profile: BootloaderProfile): boolean {
  const stride = slotStrideBytes(profile);
  const at = HEADER_BYTES + stride;
  if (at + SLOT_HEADER_BYTES > otp.byteLength) return false;
  const keyType = otp.getUint32(at + KEY_TYPE_OFFSET, true);
  const size = otp.getUint32(at + SIZE_OFFSET, true);
  return authKeyByCode(keyType) !== undefined && size > 0 && size <= stride - SLOT_HEADER_BYTES;
}

function countOf(otp: Uint8Array): number | undefined {
  if (bytesToLatin1(otp.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  return (otp[COUNT_OFFSET] ?? 0) | ((otp[COUNT_OFFSET + 1] ?? 0) << 8);
}
