/** Any firmware file: which format it has, and its bytes at their addresses. */
import { malformed } from '../../bytes/index.ts';
import { hasDfuSuffix } from './dfu-suffix.ts';
import { looksLikeDfuSe, readDfu } from './dfuse.ts';
import { readElf } from './elf.ts';
import { ELF_MAGIC } from './elf-tables.ts';
import type { FirmwareFile, FirmwareFileFormat } from './firmware-file.ts';
import { readIntelHex } from './intel-hex.ts';
import { byteOrderMarkBytes, isHexDigit } from './record-text.ts';
import { readSRecords } from './s-record.ts';

const COLON = 0x3a;
const LETTER_S = 0x53;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const BLANKS: readonly number[] = [0x09, 0x0a, 0x0d, 0x20];
/** The shortest record of either text format has more digits. */
const SURE_DIGITS = 6;

/** By content alone; never throws. What is none of the others is a `bin`. */
export function recogniseFirmwareFile(bytes: Uint8Array): FirmwareFileFormat {
  if (ELF_MAGIC.every((byte, index) => bytes[index] === byte)) return 'elf';
  if (looksLikeDfuSe(bytes)) return 'dfuse';
  let at = byteOrderMarkBytes(bytes);
  while (BLANKS.includes(bytes[at] ?? -1)) at++;
  if (bytes[at] === COLON && digitsFollow(bytes, at + 1)) return 'intel-hex';
  const kind = bytes[at + 1] ?? 0;
  const isRecord = bytes[at] === LETTER_S && kind >= DIGIT_0 && kind <= DIGIT_9;
  if (isRecord && digitsFollow(bytes, at + 2)) return 's-record';
  return hasDfuSuffix(bytes) ? 'dfuse' : 'bin';
}

function digitsFollow(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < SURE_DIGITS; index++) {
    if (!isHexDigit(bytes[at + index])) return false;
  }
  return true;
}

/** Extensions in use, lower case without the dot. */
const EXTENSIONS: Readonly<Record<string, FirmwareFileFormat>> = {
  bin: 'bin',
  hex: 'intel-hex',
  ihex: 'intel-hex',
  ihx: 'intel-hex',
  s19: 's-record',
  s28: 's-record',
  s37: 's-record',
  srec: 's-record',
  srecord: 's-record',
  mot: 's-record',
  elf: 'elf',
  axf: 'elf',
  dfu: 'dfuse',
};

/** Undefined for names that say nothing. */
export function formatOfName(fileName: string): FirmwareFileFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

const readers: Readonly<
  Record<FirmwareFileFormat, (bytes: Uint8Array, fileName: string) => FirmwareFile>
> = {
  bin: readBin,
  'intel-hex': readIntelHex,
  's-record': readSRecords,
  elf: readElfFile,
  dfuse: readDfu,
};

export interface FirmwareReadOptions {
  /** Instead of what content and name say; `bin` takes any file as it is. */
  readonly format?: FirmwareFileFormat | undefined;
}

/**
 * The format follows from the content; a file that looks like none of them but is named like one is
 * read as that one, so that a damaged .hex is not taken for a program. Throws `malformed` naming file,
 * offset (text: also line and column) and field, `not-supported` for ELF files of other machines.
 */
export function readFirmwareFile(
  bytes: Uint8Array,
  fileName: string,
  { format }: FirmwareReadOptions = {},
): FirmwareFile {
  if (bytes.length === 0) throw malformed(fileName, 0, '', 'is empty');
  return readers[format ?? formatOf(bytes, fileName)](bytes, fileName);
}

function formatOf(bytes: Uint8Array, fileName: string): FirmwareFileFormat {
  const found = recogniseFirmwareFile(bytes);
  return found === 'bin' ? (formatOfName(fileName) ?? 'bin') : found;
}

function readBin(bytes: Uint8Array): FirmwareFile {
  return { format: 'bin', segments: [{ address: 0, bytes }], addressKnown: false, notes: [] };
}

function readElfFile(bytes: Uint8Array, fileName: string): FirmwareFile {
  if (!ELF_MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw malformed(fileName, 0, 'magic', 'an ELF file starts with 7F 45 4C 46, this one does not');
  }
  return readElf(bytes, fileName);
}
