/** A bootloader and an application for the virtual board, so that a newcomer needs nothing. */
import { asciiToBytes } from '../../core/bytes/index.ts';
import { buildSampleImage, CODE_OFFSET } from './sample-image.ts';

const BOOTLOADER_BYTES = 32 * 1024;
const BOOTLOADER_ADDRESS = 0x0c000000;
const SECURE_STACK_POINTER = 0x30020000;

/** About two seconds over the serial line. */
const APPLICATION_BYTES = 20 * 1024;
/** Boot partition and image header. */
const APPLICATION_ADDRESS = 0x08060400;
const STACK_POINTER = 0x20020000;

/** Stands for wolfBoot with TrustZone and its keys in OTP; goes to 0x08000000. */
export function buildSampleBootloader(): Uint8Array {
  return buildSampleImage({
    name: 'bootloader',
    words: 'bootloader',
    linkAddress: BOOTLOADER_ADDRESS,
    stackPointer: SECURE_STACK_POINTER,
    sizeBytes: BOOTLOADER_BYTES,
    // What it compares the start of the OTP with, and the mark of a partition's trailer.
    parts: [{ offsetBytes: CODE_OFFSET + 0x400, bytes: asciiToBytes('WOLFBOOT') }],
  });
}

/**
 * Stands for the test application with its console: the unsigned payload, ready for the sign tool.
 * `versionLabel` is ASCII and only makes the images of two versions differ.
 */
export function buildSampleApplication(versionLabel: string): Uint8Array {
  return buildSampleImage({
    name: `application ${versionLabel}`,
    words: `application ${versionLabel}`,
    linkAddress: APPLICATION_ADDRESS,
    stackPointer: STACK_POINTER,
    sizeBytes: APPLICATION_BYTES,
  });
}
