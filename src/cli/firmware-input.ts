/** Firmware in any format people keep it in: what is signed are the bytes that end up in flash. */
import { hexNumber } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import {
  flatten,
  readFirmwareFile,
  recogniseFirmwareFile,
  type FirmwareFile,
  type FirmwareFileFormat,
} from '../core/stm32/index.ts';
import { nonSecureFlashAddress } from '../core/wolfboot/index.ts';
import { sizeNumber } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';

export interface FirmwareInput {
  /** Gaps between segments filled with 0xFF. */
  readonly bytes: Uint8Array;
  readonly format: FirmwareFileFormat;
  /** Undefined when the file does not say. */
  readonly address: number | undefined;
  readonly notes: readonly string[];
}

const FORMAT_NAMES: Readonly<Record<FirmwareFileFormat, string>> = {
  bin: 'raw',
  'intel-hex': 'Intel HEX',
  's-record': 'S-records',
  elf: 'ELF',
  dfuse: 'DFU',
};

/** Reads a file with its segments. Throws as `readFirmwareFile`. */
export function readSegments(host: Host, path: string): FirmwareFile {
  return readFirmwareFile(readInput(host, path), path);
}

/** With `raw` the bytes of the file as they are, whatever they look like. Throws as `readFirmwareFile`. */
export function readFirmware(host: Host, path: string, raw: boolean): FirmwareInput {
  const content = readInput(host, path);
  if (raw || content.length === 0) {
    const found = recogniseFirmwareFile(content);
    const notes =
      found === 'bin'
        ? []
        : [`${path} is taken as it is, although it looks like ${FORMAT_NAMES[found]}`];
    return { bytes: content, format: 'bin', address: undefined, notes };
  }
  const { format, segments, addressKnown, notes } = readFirmwareFile(content, path);
  const [first, second] = segments;
  if (first && !second && !addressKnown) {
    return { bytes: first.bytes, format, address: undefined, notes: notes.map(prefixed(path)) };
  }
  const { address, bytes } = flatten(segments);
  const filled = bytes.length - segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  return {
    bytes,
    format,
    address,
    notes: [
      ...notes,
      ...(filled > 0 ? [`${filled} bytes between its parts are filled with 0xFF`] : []),
    ].map(prefixed(path)),
  };
}

function prefixed(path: string): (note: string) => string {
  return (note) => `${path}: ${note}`;
}

/** `app.elf: ELF, 0x08060400 to 0x0806ABCD` */
export function describeFirmware(path: string, { format, address, bytes }: FirmwareInput): string {
  const range =
    address === undefined
      ? 'no address'
      : `${hexNumber(address)} to ${hexNumber(address + bytes.length - 1)}`;
  return `${path}: ${FORMAT_NAMES[format]}, ${range}`;
}

/**
 * A program runs only where it was linked for: behind the header at the start of the boot partition.
 * Throws `layout-conflict`. WOLFBOOT_PARTITION_BOOT_ADDRESS says where that is; without it, and for other
 * partitions than the application's, nothing is checked.
 */
export function checkLinkAddress(
  { environment }: Pick<Host, 'environment'>,
  path: string,
  address: number | undefined,
  image: { readonly headerSizeBytes: number; readonly partitionId: number },
): void {
  const text = environment.WOLFBOOT_PARTITION_BOOT_ADDRESS ?? '';
  if (address === undefined || text === '' || image.partitionId !== APPLICATION) return;
  const boot = sizeNumber(text, 'WOLFBOOT_PARTITION_BOOT_ADDRESS');
  const wanted = boot + image.headerSizeBytes;
  if (nonSecureFlashAddress(address) === nonSecureFlashAddress(wanted)) return;
  throw new AppError(
    'layout-conflict',
    `${path} is linked for ${hexNumber(address)}, but would lie at ${hexNumber(wanted)}: the boot partition starts at ${hexNumber(boot)} and the header has ${image.headerSizeBytes} bytes. Link it for ${hexNumber(wanted)}, or correct header size or partition`,
    { context: { file: path, address, wanted } },
  );
}

const APPLICATION = 1;
