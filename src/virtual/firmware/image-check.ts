/** The bootloader's verdict on an image: the one question it asks of core/wolfboot. */
import { AppError } from '../../core/errors.ts';
import type { BootloaderProfile, KeystoreSlot } from '../../core/wolfboot/index.ts';

/** Whether `profile`'s bootloader starts this image (header and payload) with these keys. */
export async function isImageGood(
  _image: Uint8Array,
  _slots: readonly KeystoreSlot[],
  _profile: BootloaderProfile,
): Promise<boolean> {
  throw new AppError('not-supported', 'images are not verified yet');
}
