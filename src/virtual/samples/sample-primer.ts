/** A primer for the virtual board: the anatomy of the real one, with the person's own keys in it. */
import { asciiToBytes } from '../../core/bytes/index.ts';
import {
  encodeSlotArray,
  otpGeometry,
  PRIMER_LOAD_ADDRESS,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../core/wolfboot/index.ts';
import { buildSampleImage, CODE_OFFSET } from './sample-image.ts';

const SIZE_BYTES = 12 * 1024;
const OTP_ADDRESS_OFFSET = CODE_OFFSET + 0x800;
const MAGIC_OFFSET = OTP_ADDRESS_OFFSET + 8;
const SLOTS_OFFSET = MAGIC_OFFSET + 8;
const STACK_POINTER = 0x20010000;

/**
 * The image that burns `slots` as a primer built for `profile` would. Throws `key-invalid` for a
 * key longer than the profile's slots.
 */
export function buildSamplePrimer(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): Uint8Array {
  const slotArray = encodeSlotArray(slots, profile);
  const otpAddress = new Uint8Array(4);
  const { baseAddress } = otpGeometry(profile.target);
  new DataView(otpAddress.buffer).setUint32(0, baseAddress, true);
  return buildSampleImage({
    name: 'primer',
    words: 'OTP primer',
    linkAddress: PRIMER_LOAD_ADDRESS,
    stackPointer: STACK_POINTER,
    sizeBytes: Math.max(SIZE_BYTES, SLOTS_OFFSET + slotArray.length + 0x400),
    parts: [
      { offsetBytes: OTP_ADDRESS_OFFSET, bytes: otpAddress },
      { offsetBytes: MAGIC_OFFSET, bytes: asciiToBytes('WOLFBOOT') },
      { offsetBytes: SLOTS_OFFSET, bytes: slotArray },
    ],
  });
}
