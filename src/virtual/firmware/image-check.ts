/** The bootloader's verdict on an image: the one question it asks of core/wolfboot. */
import {
  digestHolds,
  verifyImage,
  type BootloaderProfile, type KeystoreSlot } from '../../core/wolfboot/index.ts';

/** BOOT and UPDATE hold the application. Other ids are refused here whatever the mask says. */
const APPLICATION_PARTITION = 1;

/** Whether `profile`'s bootloader starts this image (header and payload) with these keys. */
export async function isImageGood(
  image: Uint8Array,
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): Promise<boolean> {
  const verdict = await verifyImage(image, slots, {
    headerSizeBytes: profile.headerSizeBytes,
    partitionId: APPLICATION_PARTITION,
    profile: profile.universal ? undefined : profile,
    fileName: 'image in flash',
  });
  return verdict.ok;
}

/** What a bootloader without keys asks: the digest, which anybody can make. */
export async function isImageWhole(
  image: Uint8Array,
  { headerSizeBytes }: BootloaderProfile,
): Promise<boolean> {
  const verdict = await verifyImage(image, [], { headerSizeBytes, fileName: 'image in flash' });
  const { image: read } = verdict;
  return read !== undefined && digestHolds(image, read);
}
