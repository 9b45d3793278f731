/**
 * otp.bin as wolfBoot's own otp-keystore-gen writes it (formats/wolfboot.md, section 5.2): slots as far
 * apart as slot 0 of keystore.c is long, each cut or filled with zeros to that. Right for keys of one
 * type that fill their room; `otpDifferences` says where it is not.
 */
import { encode } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { SLOT_HEADER_BYTES, type KeystoreSlot } from './keystore-slot.ts';
import { OTP_HEADER_BYTES, otpGeometry, type OtpTarget } from './otp-geometry.ts';
import { blankOtp, otpHeader, OTP_MAGIC } from './otp.ts';
import { slotHeader } from './slot-codec.ts';

/** `pubkey[KEYSTORE_PUBKEY_SIZE]` of the tool's own build, whatever the keys are. */
const ELEMENT_KEY_BYTES = 576;

/** One element of the tool's `PubKeys[]`. */
export const UPSTREAM_ELEMENT_BYTES = SLOT_HEADER_BYTES + ELEMENT_KEY_BYTES;

/** Distance between the slots the tool writes. */
export function upstreamStrideBytes(slots: readonly KeystoreSlot[]): number {
  return SLOT_HEADER_BYTES + (slots[0]?.publicKey.length ?? 0);
}

/** With such a keystore the tool copies memory that is not the keystore's: nobody knows what. */
export function upstreamCopiesForeignMemory(slots: readonly KeystoreSlot[]): boolean {
  return upstreamStrideBytes(slots) > UPSTREAM_ELEMENT_BYTES;
}

/**
 * The tool's image without its UDS, byte for byte. It does not judge the keys. The caller owns the
 * result. Throws `keystore-empty` and `keystore-too-large` where the tool ends with exit code 1, and
 * `not-supported` where its output depends on unrelated memory.
 */
export function layOutAsUpstream(
  target: OtpTarget,
  slots: readonly KeystoreSlot[],
  versionWord: number,
): Uint8Array {
  if (slots.length === 0) throw new AppError('keystore-empty', 'the keystore holds no key');
  const stride = upstreamStrideBytes(slots);
  checkRoom(target, slots.length, stride);
  if (upstreamCopiesForeignMemory(slots)) {
    throw new AppError(
      'not-supported',
      `otp-keystore-gen copies ${stride} bytes from an array of ${UPSTREAM_ELEMENT_BYTES} for each ML-DSA key: what stands behind is other memory of the tool, the file is of no use, and it cannot be made again`,
      { context: { strideBytes: stride, elementBytes: UPSTREAM_ELEMENT_BYTES } },
    );
  }
  const image = blankOtp(target);
  const header = encode(otpHeader, {
    magic: OTP_MAGIC,
    item_count: slots.length,
    flags: 0,
    version: versionWord,
  });
  image.set(header, 0);
  for (const [index, slot] of slots.entries()) {
    image.set(encodeElement(slot).subarray(0, stride), OTP_HEADER_BYTES + index * stride);
  }
  return image;
}

function checkRoom(target: OtpTarget, count: number, stride: number): void {
  const end = OTP_HEADER_BYTES + count * stride;
  const { udsOffsetBytes } = otpGeometry(target);
  if (end <= udsOffsetBytes) return;
  throw new AppError(
    'keystore-too-large',
    `${count} slots of ${stride} bytes end at ${end}, beyond the UDS at ${udsOffsetBytes}: otp-keystore-gen refuses them too`,
  );
}

/** The structure in C: numbered as in keystore.c, a longer key cut by the compiler, zero behind it. */
function encodeElement(slot: KeystoreSlot): Uint8Array {
  const element = new Uint8Array(UPSTREAM_ELEMENT_BYTES);
  const header = encode(slotHeader, {
    slot_id: slot.slotId,
    key_type: slot.keyType,
    part_id_mask: slot.partitionMask,
    pubkey_size: slot.publicKey.length,
  });
  element.set(header, 0);
  element.set(slot.publicKey.subarray(0, ELEMENT_KEY_BYTES), SLOT_HEADER_BYTES);
  return element;
}
