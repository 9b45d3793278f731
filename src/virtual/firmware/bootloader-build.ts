/**
 * What the bootloader on the virtual board was built for: what the OTP tells, and what a hand has set
 * on the panel. Nothing of it is in the sample bootloader's bytes.
 */
import type { BoardBuild, UpdateCipher } from '../../core/ports/index.ts';
import { bootloaderProfiles, type BootloaderProfile } from '../../core/wolfboot/index.ts';
import { profileFor } from './otp-keystore.ts';

export const USUAL_BUILD: BoardBuild = {
  oneBank: false,
  deltaUpdates: false,
  cipher: undefined,
  checksSignatures: true,
  headerSizeBytes: undefined,
};

export interface BootloaderBuild {
  readonly profile: BootloaderProfile;
  readonly deltaUpdates: boolean;
  readonly cipher: UpdateCipher | undefined;
  readonly checksSignatures: boolean;
}

/** With `change`, and still one that can be built: delta and encryption need one bank. */
export function changedBuild(build: BoardBuild, change: Partial<BoardBuild>): BoardBuild {
  const wanted = { ...build, ...change };
  if (change.oneBank === false) return { ...wanted, deltaUpdates: false, cipher: undefined };
  const needsOneBank = wanted.deltaUpdates || wanted.cipher !== undefined;
  return { ...wanted, oneBank: wanted.oneBank || needsOneBank };
}

/** `chosen`: a profile that holds whatever the OTP says. */
export function bootloaderBuildOf(
  otp: Uint8Array,
  build: BoardBuild,
  chosen: BootloaderProfile | undefined,
): BootloaderBuild {
  const profile = withPanel(chosen ?? profileFor(otp), build);
  const dualBank = profile.partitions?.dualBank ?? false;
  return {
    profile,
    deltaUpdates: build.deltaUpdates && !dualBank,
    cipher: dualBank ? undefined : build.cipher,
    checksSignatures: build.checksSignatures,
  };
}

function withPanel(profile: BootloaderProfile, build: BoardBuild): BootloaderProfile {
  const headerSizeBytes = build.headerSizeBytes ?? profile.headerSizeBytes;
  const { partitions } = profile;
  if (!build.oneBank || partitions?.dualBank !== true) return { ...profile, headerSizeBytes };
  const oneBank = bootloaderProfiles.find(
    (other) =>
      other.target === profile.target &&
      other.partitions?.dualBank === false &&
      other.partitions.trustZone === partitions.trustZone,
  )?.partitions;
  return { ...profile, headerSizeBytes, ...(oneBank && { partitions: oneBank }) };
}
