/** Firmware and images as people have them: opened from any format, saved in any that says where they belong. */
import {
  flatten,
  readFirmwareFile,
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
  type FirmwareFileFormat,
  type Segment,
} from '../core/stm32/index.ts';
import {
  looksLikeImage,
  nonSecureFlashAddress,
  type BootloaderProfile,
} from '../core/wolfboot/index.ts';
import { piecesOf } from './file-pieces.ts';
import type { Files, NamedFile } from './services.ts';

/** What a file said besides its bytes. */
export interface FirmwareSource {
  readonly format: FirmwareFileFormat;
  /** Of the first byte; undefined where the file does not say. */
  readonly address: number | undefined;
  /** Bytes between its parts, which were filled with FF. */
  readonly filledBytes: number;
  /** What the reader put up with, in English. */
  readonly notes: readonly string[];
}

export interface OpenedFirmware extends NamedFile {
  /** Undefined for a plain binary. */
  readonly source: FirmwareSource | undefined;
}

/**
 * The bytes to sign as one run. Throws what `readFirmwareFile` throws, and `layout-conflict` when the parts
 * lie too far apart.
 */
export function openFirmwareFile({ name, bytes }: NamedFile): OpenedFirmware {
  const { format, segments, addressKnown, notes } = readFirmwareFile(bytes, name);
  if (format === 'bin') return { name, bytes, source: undefined };
  const run = flatten(segments);
  const given = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  return {
    name,
    bytes: run.bytes,
    source: {
      format,
      address: addressKnown ? run.address : undefined,
      filledBytes: run.bytes.length - given,
      notes,
    },
  };
}

/** The signed image in a file; of a factory image the first. What holds none is handed on as it is. */
export function openImageFile(file: NamedFile, profile: BootloaderProfile): NamedFile {
  if (looksLikeImage(file.bytes)) return file;
  const opened = readFirmwareFile(file.bytes, file.name);
  const pieces = piecesOf(opened, profile);
  const image = pieces.find(({ bytes }) => looksLikeImage(bytes));
  if (image !== undefined) return { name: file.name, bytes: image.bytes };
  return opened.format === 'bin'
    ? file
    : { name: file.name, bytes: flatten(opened.segments).bytes };
}

/** Where this firmware must be linked to: behind the header in the boot partition. */
export function expectedAddress({
  partitions,
  headerSizeBytes,
}: BootloaderProfile): number | undefined {
  return partitions && partitions.bootAddress + headerSizeBytes;
}

/** The secure and the non-secure address of flash mean the same place. */
export function isSamePlace(a: number, b: number): boolean {
  return nonSecureFlashAddress(a) === nonSecureFlashAddress(b);
}

export const savedFormats = ['bin', 'intel-hex', 's-record', 'dfuse'] as const;

export type SavedFormat = (typeof savedFormats)[number];

export const formatExtensions: Readonly<Record<SavedFormat, string>> = {
  bin: '.bin',
  'intel-hex': '.hex',
  's-record': '.srec',
  dfuse: '.dfu',
};

/** As one file of this format; `bin` has gaps filled with FF and no address. The caller owns the bytes. */
export function writeFirmwareFile(segments: readonly Segment[], format: SavedFormat): Uint8Array {
  switch (format) {
    case 'bin':
      return flatten(segments).bytes;
    case 'intel-hex':
      return writeIntelHex(segments);
    case 's-record':
      return writeSRecords(segments);
    case 'dfuse':
      return writeDfuSe(segments);
  }
}

/** Hands an image to the person in another format, at this address. */
export function saveImageAs(
  files: Pick<Files, 'save'>,
  { name, bytes }: NamedFile,
  format: SavedFormat,
  address: number,
): void {
  const stem = name.replace(/\.(bin|img)$/i, '');
  files.save(`${stem}${formatExtensions[format]}`, writeFirmwareFile([{ address, bytes }], format));
}
