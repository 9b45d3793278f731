/**
 * What a factory puts into an empty chip: bootloader, first signed image and, for bootloaders that look
 * there, a keystore, each at its address (formats/wolfboot.md, section 20).
 */
import { hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { authKeyByCode, type AuthKeyName } from './auth-keys.ts';
import type { BootloaderConfig } from './config-types.ts';
import { nonSecureFlashAddress } from './flash-alias.ts';
import { looksLikeImage, parseImage } from './image/image-parse.ts';
import { keyTypeLabel } from './image/image-tags.ts';
import type { WolfBootImage } from './image/image-types.ts';
import { checkPartitionFit } from './image/partition-fit.ts';
import type { BootloaderProfile, PartitionLayout } from './profile.ts';

/** Of the build; what is undefined is not known and not checked. */
export interface FactoryLayout {
  readonly bootAddress: number;
  readonly partitionSizeBytes: number | undefined;
  readonly sectorSizeBytes: number | undefined;
  readonly writeOnce?: boolean;
  readonly headerSizeBytes: number | undefined;
  /** The key type of SIGN=; undefined also for universal keystores. */
  readonly signName: AuthKeyName | undefined;
  readonly trustZone: boolean;
  /** Where the bootloader will write: no part may lie there. */
  readonly reserved: readonly FactoryRange[];
}

export interface FactoryRange {
  readonly name: string;
  readonly address: number;
  readonly lengthBytes: number;
}

export interface FactoryFile {
  readonly fileName: string;
  /** By address, apart from one another. */
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** False: the file does not say where it belongs, and its one segment stands at 0. */
  readonly addressKnown: boolean;
}

export interface FactoryInput {
  readonly bootloader: FactoryFile;
  /** Signed; goes to the start of the boot partition. */
  readonly image: FactoryFile;
  /** Of bootloaders that take their keys from flash. */
  readonly keystore?: {
    readonly fileName: string;
    readonly bytes: Uint8Array;
    readonly address: number;
  };
  readonly layout: FactoryLayout;
}

export interface FactoryPart {
  readonly name: 'bootloader' | 'image' | 'keystore';
  readonly fileName: string;
  readonly address: number;
  /** The input's own bytes, not a copy. */
  readonly bytes: Uint8Array;
}

export interface FactoryImage {
  /** By non-secure address, without overlaps. */
  readonly parts: readonly FactoryPart[];
  readonly image: WolfBootImage;
  readonly warnings: readonly string[];
}

/** Where every chip here starts to execute, and where its flash begins. */
const FLASH_START = 0x08000000;
const SECURE_FLASH_START = 0x0c000000;

/** Throws `invalid-argument` for a profile without addresses. */
export function factoryLayout(profile: BootloaderProfile, writeOnce = false): FactoryLayout {
  const { partitions, headerSizeBytes, universal, signName } = profile;
  if (!partitions) {
    throw new AppError(
      'invalid-argument',
      `${profile.name}: where its partitions are is not known; take the .config of the build`,
    );
  }
  return {
    bootAddress: partitions.bootAddress,
    partitionSizeBytes: partitions.sizeBytes,
    sectorSizeBytes: partitions.sectorBytes,
    writeOnce,
    headerSizeBytes,
    signName: universal ? undefined : signName,
    trustZone: partitions.trustZone,
    reserved: reservedRanges(partitions),
  };
}

/** As `factoryLayout`, of a build's own `.config`. Throws `invalid-argument` without a boot partition. */
export function factoryLayoutOfConfig(config: BootloaderConfig): FactoryLayout {
  const { bootAddress, partitionSizeBytes, sectorSizeBytes, partitions, sign, fileName } = config;
  if (bootAddress === undefined) {
    throw new AppError(
      'invalid-argument',
      `${fileName}: WOLFBOOT_PARTITION_BOOT_ADDRESS is not set, so where the image goes is not known`,
    );
  }
  return {
    bootAddress,
    partitionSizeBytes,
    sectorSizeBytes,
    writeOnce: config.writeOnce,
    headerSizeBytes: config.headerSizeBytes,
    signName: config.universalKeystore ? undefined : sign?.name,
    trustZone: config.trustZone,
    reserved: partitions ? reservedRanges(partitions) : [],
  };
}

function reservedRanges(partitions: PartitionLayout): readonly FactoryRange[] {
  const { updateAddress, swapAddress, sizeBytes, sectorBytes } = partitions;
  const update = { name: 'the update partition', address: updateAddress, lengthBytes: sizeBytes };
  if (swapAddress === undefined) return [update];
  return [update, { name: 'the swap sector', address: swapAddress, lengthBytes: sectorBytes }];
}

/**
 * Puts the parts at their addresses. A bootloader or image that says where it belongs has to say what the
 * layout says; the others are put there. Throws `layout-conflict` for a part at a wrong address, over
 * another one or reaching into a partition that is not its own, and for a header of another size than the
 * build's; `image-too-large`; `image-key-type-refused`; `image-partition-refused`; and as `parseImage`.
 */
export function assembleFactoryImage(input: FactoryInput): FactoryImage {
  const { layout, keystore } = input;
  const image = checkImage(input.image, layout);
  const bootloader = placeBootloader(input.bootloader, layout);
  const parts: FactoryPart[] = [
    ...bootloader,
    { ...placeImage(input.image, layout), fileName: input.image.fileName, name: 'image' },
  ];
  if (keystore) parts.push({ name: 'keystore', ...keystore });
  parts.sort((a, b) => nonSecureFlashAddress(a.address) - nonSecureFlashAddress(b.address));
  checkRanges(parts, layout);
  return { parts, image, warnings: warningsOf(image) };
}

function onlySegment({ segments, fileName }: FactoryFile): FactoryFile['segments'][number] {
  const [first, second] = segments;
  if (first && !second) return first;
  throw new AppError(
    'layout-conflict',
    `${fileName}: a signed image is one run of bytes, this file holds ${segments.length}`,
    { context: { file: fileName } },
  );
}

function checkImage(file: FactoryFile, layout: FactoryLayout): WolfBootImage {
  const { fileName } = file;
  const { bytes } = onlySegment(file);
  const image = parseImage(bytes, fileName);
  const { headerSizeBytes, payloadSizeBytes } = image;
  if (image.delta || !image.payloadPresent) {
    const what = image.delta ? 'only the changes to another image' : 'only a header';
    throw new AppError(
      'image-partition-refused',
      `${fileName} is ${what}: the first image has to be whole. Give the *_signed.bin`,
      { context: { file: fileName } },
    );
  }
  if (layout.headerSizeBytes !== undefined && layout.headerSizeBytes !== headerSizeBytes) {
    throw new AppError(
      'layout-conflict',
      `${fileName} has a header of ${headerSizeBytes} bytes, the bootloader was built with IMAGE_HEADER_SIZE=${layout.headerSizeBytes} and would look for the firmware at another place. Sign it again with IMAGE_HEADER_SIZE=${layout.headerSizeBytes}`,
      { context: { file: fileName, headerSizeBytes, wantedBytes: layout.headerSizeBytes } },
    );
  }
  checkPurpose(image, layout);
  if (layout.partitionSizeBytes !== undefined) {
    checkPartitionFit(headerSizeBytes, payloadSizeBytes, {
      partitionSizeBytes: layout.partitionSizeBytes,
      sectorSizeBytes: layout.sectorSizeBytes ?? 0,
      writeOnce: layout.writeOnce ?? false,
    });
  }
  return image;
}

function checkPurpose(image: WolfBootImage, { signName }: FactoryLayout): void {
  const { fileName, partitionId, authKeyCode, unsigned } = image;
  if (partitionId === 0) {
    throw new AppError(
      'image-partition-refused',
      `${fileName} is an update of the bootloader itself (partition 0), not an application; sign it without --wolfboot-update`,
      { context: { file: fileName, partitionId } },
    );
  }
  if (unsigned || signName === undefined || authKeyByCode(authKeyCode)?.name === signName) return;
  throw new AppError(
    'image-key-type-refused',
    `${fileName} is signed with ${keyTypeLabel(authKeyCode)}, the bootloader was built with SIGN=${signName}`,
    { context: { file: fileName, keyType: authKeyCode } },
  );
}

function placeBootloader(file: FactoryFile, layout: FactoryLayout): readonly FactoryPart[] {
  const { fileName, segments, addressKnown } = file;
  const [first] = segments;
  if (first && looksLikeImage(first.bytes)) {
    throw new AppError(
      'layout-conflict',
      `${fileName} is a signed image, not a bootloader; the bootloader is wolfBoot's own wolfboot.bin or wolfboot.elf`,
      { context: { file: fileName } },
    );
  }
  const start = layout.trustZone ? SECURE_FLASH_START : FLASH_START;
  if (addressKnown && first && nonSecureFlashAddress(first.address) !== FLASH_START) {
    throw new AppError(
      'layout-conflict',
      `${fileName} starts at ${hexNumber(first.address)}; the chip starts to execute at ${hexNumber(FLASH_START)}`,
      { context: { file: fileName, address: first.address } },
    );
  }
  return segments.map(({ address, bytes }) => ({
    name: 'bootloader',
    fileName,
    address: addressKnown ? address : start,
    bytes,
  }));
}

function placeImage(file: FactoryFile, { bootAddress }: FactoryLayout) {
  const { fileName, addressKnown } = file;
  const { address, bytes } = onlySegment(file);
  if (addressKnown && nonSecureFlashAddress(address) !== nonSecureFlashAddress(bootAddress)) {
    throw new AppError(
      'layout-conflict',
      `${fileName} is for ${hexNumber(address)}, but the boot partition starts at ${hexNumber(bootAddress)}`,
      { context: { file: fileName, address } },
    );
  }
  return { address: bootAddress, bytes };
}

interface Placed {
  readonly text: string;
  /** Non-secure. */
  readonly start: number;
  readonly end: number;
}

function checkRanges(parts: readonly FactoryPart[], layout: FactoryLayout): void {
  const placed = parts.map(({ name, fileName, address, bytes }) => {
    const start = nonSecureFlashAddress(address);
    return { name, text: `${name} (${fileName})`, start, end: start + bytes.length };
  });
  placed.forEach((part, index) => {
    for (const other of placed.slice(index + 1)) refuseOverlap(part, other);
    const image = part.name === 'image';
    for (const range of reservedFor(layout, image)) refuseOverlap(part, range);
  });
}

/** Everything but the image keeps out of the boot partition too. */
function reservedFor(layout: FactoryLayout, isImage: boolean): readonly Placed[] {
  const { bootAddress, partitionSizeBytes, reserved } = layout;
  const boot = {
    name: 'the boot partition',
    address: bootAddress,
    lengthBytes: partitionSizeBytes ?? 1,
  };
  return (isImage ? reserved : [boot, ...reserved]).map(({ name, address, lengthBytes }) => {
    const start = nonSecureFlashAddress(address);
    return { text: name, start, end: start + lengthBytes };
  });
}

function refuseOverlap(one: Placed, other: Placed): void {
  const start = Math.max(one.start, other.start);
  const end = Math.min(one.end, other.end);
  if (start >= end) return;
  throw new AppError(
    'layout-conflict',
    `${one.text} and ${other.text} overlap from ${hexNumber(start)} to ${hexNumber(end - 1)}: ${one.text} takes ${hexNumber(one.start)} to ${hexNumber(one.end - 1)}, ${other.text} ${hexNumber(other.start)} to ${hexNumber(other.end - 1)}`,
    { context: { address: start, lengthBytes: end - start } },
  );
}

function warningsOf(image: WolfBootImage): readonly string[] {
  const warnings = image.warnings.map(({ message }) => message);
  return image.unsigned ? [...warnings, `${image.fileName} is not signed`] : warnings;
}
