/**
 * Which program the chip starts, told from the content of the flash alone. A CPU will not need this:
 * it will just execute.
 */
import { asciiToBytes, indexOfBytes } from '../../core/bytes/index.ts';
import { isAppError } from '../../core/errors.ts';
import type { BoardBuild } from '../../core/ports/index.ts';
import {
  analysePrimer,
  recogniseKeyfusePrimer,
  type BootloaderProfile,
  type KeyfusePrimer,
  type PrimerImage,
} from '../../core/wolfboot/index.ts';
import { FLASH_BASE, FLASH_BYTES, FLASH_SECURE_BASE, type FlashMemory } from '../flash/flash-memory.ts';
import type { Firmware } from './firmware.ts';
import { KeyfusePrimerModel } from './keyfuse-primer-model.ts';
import { PrimerModel } from './primer-model.ts';
import { UnknownFirmware } from './unknown-firmware.ts';
import { WolfBootModel } from './wolfboot-model.ts';

/** Where the bootloader ends and the boot partition begins. */
const PROGRAM_BYTES = 0x60000;
/** The bootloader compares the OTP with it; the primer writes it. */
const OTP_MAGIC = asciiToBytes('WOLFBOOT');
/** SRAM1 to SRAM3, non-secure; secure 0x10000000 above (formats/stm32h5-device.md section 1). */
const RAM_BASES = [0x20000000, 0x30000000];
const RAM_BYTES = 0xa0000;

export interface BootOptions {
  readonly trustZone: boolean;
  readonly profile: BootloaderProfile | undefined;
  readonly build: BoardBuild;
}

/** Undefined: blank flash, or nothing that could start. */
export function recogniseFirmware(flash: FlashMemory, options: BootOptions): Firmware | undefined {
  const image = trimmed(flash.read(FLASH_BASE, PROGRAM_BYTES));
  if (!startsPlausibly(image)) return undefined;
  const ours = keyfusePrimerIn(image);
  if (ours !== undefined) return new KeyfusePrimerModel(ours);
  const primer = primerIn(image);
  if (primer !== undefined) return new PrimerModel(primer);
  if (indexOfBytes(image, OTP_MAGIC) >= 0) return new WolfBootModel(options);
  return new UnknownFirmware();
}

/** `damaged`: our program with a region it will refuse. */
function keyfusePrimerIn(image: Uint8Array): KeyfusePrimer | 'damaged' | undefined {
  try {
    return recogniseKeyfusePrimer(image);
  } catch (error) {
    if (isAppError(error)) return 'damaged';
    throw error;
  }
}

function primerIn(image: Uint8Array): PrimerImage | undefined {
  try {
    return analysePrimer(image, 'flash');
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** A stack in RAM and a Thumb reset vector in flash. */
function startsPlausibly(image: Uint8Array): boolean {
  if (image.length < 8) return false;
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const stack = view.getUint32(0, true);
  const reset = view.getUint32(4, true);
  const stackInRam = RAM_BASES.some((base) => stack > base && stack <= base + RAM_BYTES);
  const resetInFlash = [FLASH_BASE, FLASH_SECURE_BASE].some(
    (base) => reset > base && reset < base + FLASH_BYTES,
  );
  return stackInRam && resetInFlash && reset % 2 === 1;
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const last = bytes.findLastIndex((byte) => byte !== 0xff);
  return bytes.subarray(0, last + 1);
}
