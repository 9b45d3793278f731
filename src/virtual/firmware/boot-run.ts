/** What every part of the bootloader's model has in its hands during one boot. */
import type { UpdateCipher } from '../../core/ports/index.ts';
import type { BootloaderProfile, KeystoreSlot } from '../../core/wolfboot/index.ts';
import type { BoardHardware } from './firmware.ts';
import { isImageGood, isImageWhole } from './image-check.ts';
import type { PartitionName, Partitions } from './partitions.ts';

/** One image, ECDSA or Ed25519 in software; with the start-up the 1.2 s of the recordings. */
const VERIFY_MS = 1100;

export interface BootRun {
  readonly hardware: BoardHardware;
  readonly profile: BootloaderProfile;
  readonly deltaUpdates: boolean;
  readonly cipher: UpdateCipher | undefined;
  readonly checksSignatures: boolean;
  /** UPDATE as the bootloader sees it: decrypted. */
  readonly partitions: Partitions;
  readonly slots: readonly KeystoreSlot[];
}

/** `updateRefused`: why the image in UPDATE was not taken, in words for the panel. */
export type BootOutcome =
  | {
      readonly boots: 'image-in-boot' | 'nothing';
      readonly updateRefused: string | undefined;
    }
  | { readonly boots: 'after-reset' };

export async function isBelieved(run: BootRun, name: PartitionName): Promise<boolean> {
  const image = run.partitions.image(name);
  if (image === undefined) return false;
  await wait(run.hardware, VERIFY_MS);
  if (!run.checksSignatures) return compute(run.hardware, isImageWhole(image, run.profile));
  return compute(run.hardware, isImageGood(image, run.slots, run.profile));
}

export function wait(hardware: BoardHardware, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    hardware.after(durationMs, resolve);
  });
}

function compute<T>(hardware: BoardHardware, work: Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    hardware.compute(work, resolve);
  });
}
