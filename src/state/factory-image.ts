/** Bootloader and first image as one file, for a programmer or a production line instead of this page. */
import { hexNumber } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import {
  assembleFactoryImage,
  factoryLayout,
  nonSecureFlashAddress,
  type BootloaderProfile,
  type FactoryFile,
  type FactoryImage,
} from '../core/wolfboot/index.ts';
import { FLASH_START } from './file-pieces.ts';
import {
  formatExtensions,
  openFirmwareFile,
  writeFirmwareFile,
  type SavedFormat,
} from './firmware-files.ts';
import type { Files, NamedFile } from './services.ts';

/** The bootloader's bytes. Throws `layout-conflict` when the file says that they belong elsewhere. */
export function openBootloaderFile(file: NamedFile): NamedFile {
  const { name, bytes, source } = openFirmwareFile(file);
  const address = source?.address ?? FLASH_START;
  if (nonSecureFlashAddress(address) === FLASH_START) return { name, bytes };
  throw new AppError(
    'layout-conflict',
    `${name} starts at ${hexNumber(address, 8)}; a bootloader belongs at ${hexNumber(FLASH_START, 8)}`,
    { context: { file: name, address } },
  );
}

/** Throws what `assembleFactoryImage` throws, and `invalid-argument` for a profile without addresses. */
export function planFactoryImage(
  bootloader: NamedFile,
  image: NamedFile,
  profile: BootloaderProfile,
): FactoryImage {
  return assembleFactoryImage({
    bootloader: factoryFile(bootloader),
    image: factoryFile(image),
    layout: factoryLayout(profile),
  });
}

/** Hands it to the person; a binary starts at the first byte of flash. */
export function saveFactoryImage(
  files: Pick<Files, 'save'>,
  { parts, image }: FactoryImage,
  format: SavedFormat,
): void {
  const segments = parts.map(({ address, bytes }) => ({
    // The two addresses of a cell lie too far apart for one run of bytes.
    address: format === 'bin' ? nonSecureFlashAddress(address) : address,
    bytes,
  }));
  files.save(
    `factory_v${image.version}${formatExtensions[format]}`,
    writeFirmwareFile(segments, format),
  );
}

function factoryFile({ name, bytes }: NamedFile): FactoryFile {
  return { fileName: name, segments: [{ address: 0, bytes }], addressKnown: false };
}
