/**
 * What is different between our otp.bin and the one of wolfBoot's otp-keystore-gen for one keystore and
 * one bootloader (formats/wolfboot.md, sections 5.2 and 23, 4 and 5). Empty: the same bytes but for the UDS,
 * which is new in every run of either.
 */
import type { KeystoreSlot } from './keystore-slot.ts';
import { slotName } from './keystore.ts';
import { refuseKeystore, type KeystoreRefusal } from './keystore-policy.ts';
import { OTP_HEADER_BYTES, otpGeometry } from './otp-geometry.ts';
import {
  UPSTREAM_ELEMENT_BYTES,
  upstreamCopiesForeignMemory,
  upstreamStrideBytes,
} from './otp-upstream.ts';
import { slotCapacity, slotStrideBytes, type BootloaderProfile } from './profile.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';

export type OtpDifference = {
  /** English, for logs and terminals. */
  readonly message: string;
} &
  /** The bootloader looks for slot 1 and all that follow elsewhere than the tool puts them. */
  (
    | { readonly code: 'stride'; readonly oursBytes: number; readonly upstreamBytes: number }
    /** The bootloader does not find this key in the tool's file. */
    | { readonly code: 'slot-misplaced'; readonly slot: number }
    /** Only the first `writtenBytes` of the key are in the tool's file. */
    | { readonly code: 'slot-cut'; readonly slot: number; readonly writtenBytes: number }
    /** Behind the key the tool writes zeros where we leave the cells blank. */
    | { readonly code: 'slot-filled'; readonly slot: number; readonly zeroBytes: number }
    /** The tool numbers slots as keystore.c does, we by their place. No reader looks. */
    | { readonly code: 'slot-number'; readonly slot: number; readonly upstream: number }
    /** The tool copies memory of its own into the file. */
    | { readonly code: 'foreign-memory'; readonly slot: number; readonly fromKeyByte: number }
    /** The tool lets more keys pass than the bootloader accepts; that one then sees none. */
    | { readonly code: 'count-passes'; readonly count: number; readonly capacity: number }
    /** The tool refuses for lack of room, we do not: its slots are longer than the bootloader's. */
    | { readonly code: 'upstream-refuses'; readonly count: number }
    /** The tool writes a file, we refuse to. */
    | { readonly code: 'we-refuse'; readonly refusal: KeystoreRefusal }
  );

/** In the order: the file as a whole, then slot by slot, then what we refuse. */
export function otpDifferences(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
): readonly OtpDifference[] {
  if (slots.length === 0) return [];
  const refusals = refuseKeystore(slots, profile).map((refusal): OtpDifference => ({
    code: 'we-refuse',
    refusal,
    message: `otp-keystore-gen does not look, Keyfuse refuses: ${refusal.message}`,
  }));
  if (!fitsUpstream(profile, slots)) {
    if (refusals.length > 0) return []; // both refuse
    const message = `otp-keystore-gen would refuse ${slots.length} keys: it takes a slot for ${upstreamStrideBytes(slots)} bytes`;
    return [{ code: 'upstream-refuses', count: slots.length, message }];
  }
  return [
    ...strideDifference(profile, slots),
    ...countDifference(profile, slots),
    ...slots.flatMap((slot, index) => slotDifferences(profile, slots, slot, index)),
    ...refusals,
  ];
}

function fitsUpstream({ target }: BootloaderProfile, slots: readonly KeystoreSlot[]): boolean {
  const end = OTP_HEADER_BYTES + slots.length * upstreamStrideBytes(slots);
  return end <= otpGeometry(target).udsOffsetBytes;
}

function strideDifference(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
): readonly OtpDifference[] {
  const oursBytes = slotStrideBytes(profile);
  const upstreamBytes = upstreamStrideBytes(slots);
  // A lone slot lies at the start whatever the distance.
  if (oursBytes === upstreamBytes || slots.length === 1) return [];
  const message = `otp-keystore-gen puts slots ${upstreamBytes} bytes apart, the bootloader reads them ${oursBytes} bytes apart`;
  return [{ code: 'stride', oursBytes, upstreamBytes, message }];
}

function countDifference(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
): readonly OtpDifference[] {
  const capacity = slotCapacity(profile.target, slotStrideBytes(profile));
  if (slots.length <= capacity) return [];
  const message = `otp-keystore-gen accepts ${slots.length} keys; the bootloader takes more than ${capacity} for none at all`;
  return [{ code: 'count-passes', count: slots.length, capacity, message }];
}

function slotDifferences(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
  slot: KeystoreSlot,
  index: number,
): readonly OtpDifference[] {
  const name = slotName(slot, index);
  const stride = upstreamStrideBytes(slots);
  const end = SLOT_HEADER_BYTES + slot.publicKey.length;
  const written = Math.min(stride, end, UPSTREAM_ELEMENT_BYTES) - SLOT_HEADER_BYTES;
  const found: OtpDifference[] = [];
  if (index > 0 && stride !== slotStrideBytes(profile)) {
    const message = `${name} is not where the bootloader looks in the file of otp-keystore-gen`;
    found.push({ code: 'slot-misplaced', slot: index, message });
  }
  if (written < slot.publicKey.length) {
    const message = `otp-keystore-gen writes ${written} of the ${slot.publicKey.length} bytes of the key in ${name}`;
    found.push({ code: 'slot-cut', slot: index, writtenBytes: written, message });
  }
  if (upstreamCopiesForeignMemory(slots)) {
    const message = `in ${name} otp-keystore-gen writes other memory of its own from byte ${written} of the key on`;
    found.push({ code: 'foreign-memory', slot: index, fromKeyByte: written, message });
  } else if (stride > end) {
    const message = `behind the key of ${name} otp-keystore-gen writes ${stride - end} zero bytes, Keyfuse leaves them blank`;
    found.push({ code: 'slot-filled', slot: index, zeroBytes: stride - end, message });
  }
  if (slot.slotId !== index) {
    const message = `${name} has the number ${slot.slotId} in the keystore, Keyfuse numbers by place`;
    found.push({ code: 'slot-number', slot: index, upstream: slot.slotId, message });
  }
  return found;
}
