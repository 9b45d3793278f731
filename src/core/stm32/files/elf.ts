/**
 * Firmware as the linker leaves it: ELF32, little-endian, ARM. What is loaded are the PT_LOAD segments
 * with file content, at their physical addresses; read only.
 */
import { hexNumber, malformed } from '../../bytes/index.ts';
import { readElfTables, type ProgramHeader, type SectionHeader } from './elf-tables.ts';
import type { FirmwareFile, Segment } from './firmware-file.ts';
import { ADDRESS_SPACE_BYTES, joinSegments } from './segments.ts';

const PT_LOAD = 1;
const SHT_NULL = 0;
const SHT_NOBITS = 8;
const SHF_ALLOC = 2;

interface Load extends Segment {
  readonly header: ProgramHeader;
}

/** Throws `malformed` with offset and field, `not-supported` for an ELF file of another kind. */
export function readElf(bytes: Uint8Array, fileName: string): FirmwareFile {
  const { entryAddress, programHeaders, sectionHeaders } = readElfTables(bytes, fileName);
  const loadable = programHeaders.filter(
    ({ type, fileSizeBytes }) => type === PT_LOAD && fileSizeBytes > 0,
  );
  checkRanges(loadable, bytes.length, fileName);
  const notes: string[] = [];
  const content = contentOf(sectionHeaders);
  const loads = loadable.map((header) => loadOf(bytes, header, content, notes));
  const { segments } = joinSegments(loads, ({ header }, address) =>
    malformed(
      fileName,
      header.atBytes,
      'physical address',
      `two segments want different bytes at ${hexNumber(address)}; look at the load addresses (AT>) of the linker script`,
    ),
  );
  if (segments.length === 0) {
    throw malformed(
      fileName,
      28,
      'program headers',
      'there is no segment to load; give the linked program, not an object or a file of symbols only',
    );
  }
  return {
    format: 'elf',
    segments,
    addressKnown: true,
    ...(entryAddress === 0 ? {} : { entryAddress }),
    notes,
  };
}

function checkRanges(
  loadable: readonly ProgramHeader[],
  lengthBytes: number,
  fileName: string,
): void {
  let totalBytes = 0;
  for (const header of loadable) {
    const { atBytes, fileOffsetBytes, fileSizeBytes, memorySizeBytes, physicalAddress } = header;
    if (fileOffsetBytes + fileSizeBytes > lengthBytes) {
      throw malformed(
        fileName,
        atBytes + 16,
        'filesz',
        `the segment's ${fileSizeBytes} bytes from offset ${fileOffsetBytes} run over the end of the file; it was cut`,
      );
    }
    if (fileSizeBytes > memorySizeBytes) {
      throw malformed(
        fileName,
        atBytes + 16,
        'filesz',
        `${fileSizeBytes} bytes do not fit into the ${memorySizeBytes} of memory that the segment asks for`,
      );
    }
    if (physicalAddress + fileSizeBytes > ADDRESS_SPACE_BYTES) {
      throw malformed(
        fileName,
        atBytes + 12,
        'paddr',
        `the segment runs over the end of the address space`,
      );
    }
    totalBytes += fileSizeBytes;
    // A small file could otherwise ask for the same bytes thousands of times.
    if (totalBytes > lengthBytes) {
      throw malformed(
        fileName,
        atBytes + 16,
        'filesz',
        'the segments together are longer than the file: they share their bytes',
      );
    }
  }
}

/** Sections whose bytes belong to the program, by offset. */
function contentOf(sections: readonly SectionHeader[]): readonly SectionHeader[] {
  return sections
    .filter(
      ({ type, flags, sizeBytes }) =>
        type !== SHT_NULL && type !== SHT_NOBITS && (flags & SHF_ALLOC) !== 0 && sizeBytes > 0,
    )
    .sort((a, b) => a.fileOffsetBytes - b.fileOffsetBytes);
}

/**
 * A linker may begin the first segment with the ELF header itself, to fill a page: what lies before the
 * first section is no firmware, and objcopy leaves it out as well. So an image linked for the address
 * behind the wolfBoot header starts there.
 */
function loadOf(
  bytes: Uint8Array,
  header: ProgramHeader,
  content: readonly SectionHeader[],
  notes: string[],
): Load {
  const { fileOffsetBytes: start, fileSizeBytes, physicalAddress } = header;
  const end = start + fileSizeBytes;
  const first = firstFrom(content, start);
  const skipped = first && first.fileOffsetBytes < end ? first.fileOffsetBytes - start : 0;
  if (skipped > 0) {
    notes.push(
      `the segment at ${hexNumber(physicalAddress)} begins with ${skipped} bytes that are in no section${start === 0 ? ' (the ELF header)' : ''}; they are left out`,
    );
  } else if (start === 0) {
    notes.push(
      `the segment at ${hexNumber(physicalAddress)} begins with the ELF header, and no section says where the program starts`,
    );
  }
  return {
    header,
    address: physicalAddress + skipped,
    bytes: bytes.subarray(start + skipped, end),
  };
}

/** By halving, since a hostile file may have many of both. A section that began earlier covers the start. */
function firstFrom(
  content: readonly SectionHeader[],
  startBytes: number,
): SectionHeader | undefined {
  let low = 0;
  let high = content.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const section = content[middle];
    if (section && section.fileOffsetBytes < startBytes) low = middle + 1;
    else high = middle;
  }
  const before = content[low - 1];
  const covers = before && before.fileOffsetBytes + before.sizeBytes > startBytes;
  return covers ? undefined : content[low];
}
