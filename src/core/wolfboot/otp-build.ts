/** Makes otp.bin for one bootloader (formats/wolfboot.md, section 5.2, "what our app must write"). */
import { encode, isFilledWith } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';
import { requireAcceptable } from './keystore-policy.ts';
import { OTP_HEADER_BYTES, otpGeometry, type OtpTarget, UDS_BYTES } from './otp-geometry.ts';
import { blankOtp, GENERATOR_VERSION_WORD, OTP_MAGIC, otpHeader } from './otp.ts';
import { layOutAsUpstream } from './otp-upstream.ts';
import { makeProfile } from './bootloader-profiles.ts';
import { slotStrideBytes, type BootloaderProfile } from './profile.ts';
import { authKeyByCode, ML_DSA_KEY_BYTES } from './auth-keys.ts';
import { slotHeader } from './slot-codec.ts';

export interface OtpImageInput {
  readonly profile: BootloaderProfile;
  readonly slots: readonly KeystoreSlot[];
  /** 32 fresh random bytes, copied; undefined leaves the place blank. */
  readonly uds: Uint8Array | undefined;
  /** Checked by no reader; without it that of otp-keystore-gen. */
  readonly versionWord?: number | undefined;
  /**
   * As otp-keystore-gen lays it out, also where the bootloader will not find the keys; what that means
   * for this keystore is what `otpDifferences` says. Not to be burnt unless that is nothing.
   */
  readonly upstreamCompatible?: boolean | undefined;
}

/**
 * The whole area of the target, blank (FF) where nothing belongs. Slots are numbered from 0 in the
 * order given; `pubkey_size` is the key's real length. With an UDS the result is secret; the caller
 * owns it. Throws what `refuseKeystore` refuses, and `invalid-argument` for an UDS that is none;
 * with `upstreamCompatible` what `layOutAsUpstream` throws.
 */
export function buildOtpImage(input: OtpImageInput): Uint8Array {
  const { profile, slots, uds, upstreamCompatible = false } = input;
  const versionWord = input.versionWord ?? GENERATOR_VERSION_WORD;
  if (!upstreamCompatible) requireAcceptable(slots, profile);
  const image = upstreamCompatible
    ? layOutAsUpstream(profile.target, slots, versionWord)
    : layOut(profile, slots, versionWord);
  if (uds) image.set(checkedUds(uds), otpGeometry(profile.target).udsOffsetBytes);
  return image;
}

function layOut(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
  versionWord: number,
): Uint8Array {
  const image = blankOtp(profile.target);
  const header = encode(otpHeader, {
    magic: OTP_MAGIC,
    item_count: slots.length,
    flags: 0,
    version: versionWord,
  });
  image.set(header, 0);
  const stride = slotStrideBytes(profile);
  for (const [index, slot] of slots.entries()) {
    const start = OTP_HEADER_BYTES + index * stride;
    image.set(encodeSlotHeader(slot, index), start);
    image.set(slot.publicKey, start + SLOT_HEADER_BYTES);
  }
  return image;
}

/** The slot's 16 bytes as they stand in OTP: numbered by place, with the key's real length. */
function encodeSlotHeader(slot: KeystoreSlot, index: number): Uint8Array {
  return encode(slotHeader, {
    slot_id: index,
    key_type: slot.keyType,
    part_id_mask: slot.partitionMask,
    pubkey_size: slot.publicKey.length,
  });
}

function checkedUds(uds: Uint8Array): Uint8Array {
  if (uds.length !== UDS_BYTES || isFilledWith(uds, 0) || isFilledWith(uds, 0xff)) {
    throw new AppError(
      'invalid-argument',
      'an UDS is 32 random bytes; all 00 or all FF counts as none',
    );
  }
  return uds;
}

/**
 * The profile a keystore asks for when nobody says which bootloader it is for: the type of its keys,
 * per-algorithm slots. Throws `keystore-empty`, `keystore-key-type-refused`, and
 * `keystore-mixed-sizes` when the keys are of several types: only a universal bootloader takes those.
 */
export function profileForKeystore(
  target: OtpTarget,
  slots: readonly KeystoreSlot[],
): BootloaderProfile {
  const [first] = slots;
  if (!first) throw new AppError('keystore-empty', 'the keystore holds no key');
  if (slots.some(({ keyType }) => keyType !== first.keyType)) {
    throw new AppError(
      'keystore-mixed-sizes',
      'the keys are of several types: say which bootloader they are for, one built with WOLFBOOT_UNIVERSAL_KEYSTORE=1',
    );
  }
  const key = authKeyByCode(first.keyType);
  if (!key) {
    throw new AppError('keystore-key-type-refused', `${first.keyType} is not a key type`);
  }
  const profile = makeProfile({ target, signName: key.name });
  if (key.name !== 'ML_DSA') return profile;
  const level = ([2, 3, 5] as const).find(
    (each) => ML_DSA_KEY_BYTES[each] === first.publicKey.length,
  );
  return level === undefined
    ? profile
    : makeProfile({ target, signName: key.name, mlDsaLevel: level });
}
