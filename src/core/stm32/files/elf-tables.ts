/** Header, program headers and section headers of an ELF32 file ("Tool Interface Standard ELF", version 1.2). */
import { malformed } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';

export const ELF_MAGIC: readonly number[] = [0x7f, 0x45, 0x4c, 0x46];

const CLASS_32 = 1;
const DATA_LITTLE_ENDIAN = 1;
const TYPE_EXECUTABLE = 2;
const MACHINE_ARM = 40;
const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;
/** "More than fit here": the number stands elsewhere then. No firmware has that many. */
const TOO_MANY_PROGRAM_HEADERS = 0xffff;

const TYPE_PROBLEMS: Readonly<Record<number, string>> = {
  1: 'is a relocatable object, not linked yet; give the .elf that the linker makes of it',
  3: 'is a shared object or position-independent program without an address; link it to fixed addresses',
  4: 'is a core dump, not firmware',
};

/** One entry of the program header table. Offsets count from the start of the file. */
export interface ProgramHeader {
  /** Where the entry itself stands. */
  readonly atBytes: number;
  readonly type: number;
  readonly fileOffsetBytes: number;
  readonly physicalAddress: number;
  readonly fileSizeBytes: number;
  readonly memorySizeBytes: number;
}

export interface SectionHeader {
  readonly type: number;
  readonly flags: number;
  readonly fileOffsetBytes: number;
  readonly sizeBytes: number;
}

export interface ElfTables {
  readonly entryAddress: number;
  readonly programHeaders: readonly ProgramHeader[];
  /** Empty when the file was stripped of them. */
  readonly sectionHeaders: readonly SectionHeader[];
}

/** Throws `malformed` for a broken file, `not-supported` for an ELF file of another kind. */
export function readElfTables(bytes: Uint8Array, fileName: string): ElfTables {
  if (bytes.length < HEADER_BYTES) {
    throw malformed(fileName, bytes.length, 'header', `ends before its ${HEADER_BYTES} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkKind(view, fileName);
  return {
    entryAddress: view.getUint32(24, true),
    programHeaders: readProgramHeaders(view, fileName),
    sectionHeaders: readSectionHeaders(view, fileName),
  };
}

function checkKind(view: DataView, fileName: string): void {
  const refuse = (offset: number, field: string, problem: string): AppError =>
    new AppError('not-supported', `${fileName}: ${field} at offset ${offset}: ${problem}`, {
      context: { file: fileName, offset, field, problem },
    });
  if (view.getUint8(4) !== CLASS_32) {
    throw refuse(4, 'class', 'this is no 32-bit ELF file; the chips here are 32-bit ARM');
  }
  if (view.getUint8(5) !== DATA_LITTLE_ENDIAN) {
    throw refuse(5, 'data', 'this is no little-endian ELF file; the chips here are little-endian');
  }
  const type = view.getUint16(16, true);
  if (type !== TYPE_EXECUTABLE) {
    throw refuse(16, 'type', TYPE_PROBLEMS[type] ?? `${type} is no program; give the linked .elf`);
  }
  const machine = view.getUint16(18, true);
  if (machine !== MACHINE_ARM) {
    throw refuse(
      18,
      'machine',
      `${machine} is not ARM (40); this program is for another processor`,
    );
  }
}

function readProgramHeaders(view: DataView, fileName: string): readonly ProgramHeader[] {
  const table = {
    name: 'program headers',
    startBytes: view.getUint32(28, true),
    entryBytes: view.getUint16(42, true),
    count: view.getUint16(44, true),
  };
  if (table.count === TOO_MANY_PROGRAM_HEADERS) {
    throw malformed(fileName, 44, 'phnum', 'more than 65534 program headers are no firmware');
  }
  return entriesOf(view, fileName, table, PROGRAM_HEADER_BYTES, 42).map((at) => ({
    atBytes: at,
    type: view.getUint32(at, true),
    fileOffsetBytes: view.getUint32(at + 4, true),
    physicalAddress: view.getUint32(at + 12, true),
    fileSizeBytes: view.getUint32(at + 16, true),
    memorySizeBytes: view.getUint32(at + 20, true),
  }));
}

function readSectionHeaders(view: DataView, fileName: string): readonly SectionHeader[] {
  const startBytes = view.getUint32(32, true);
  if (startBytes === 0) return [];
  const table = {
    name: 'section headers',
    startBytes,
    entryBytes: view.getUint16(46, true),
    count: view.getUint16(48, true),
  };
  return entriesOf(view, fileName, table, SECTION_HEADER_BYTES, 46).map((at) => ({
    type: view.getUint32(at + 4, true),
    flags: view.getUint32(at + 8, true),
    fileOffsetBytes: view.getUint32(at + 16, true),
    sizeBytes: view.getUint32(at + 20, true),
  }));
}

interface Table {
  readonly name: string;
  readonly startBytes: number;
  readonly entryBytes: number;
  readonly count: number;
}

/** Where each entry starts. `sizeFieldBytes`: where the file says how long an entry is. */
function entriesOf(
  view: DataView,
  fileName: string,
  { name, startBytes, entryBytes, count }: Table,
  leastBytes: number,
  sizeFieldBytes: number,
): readonly number[] {
  if (count === 0) return [];
  if (entryBytes < leastBytes) {
    throw malformed(
      fileName,
      sizeFieldBytes,
      name,
      `an entry of ${entryBytes} bytes is too short; it needs ${leastBytes}`,
    );
  }
  if (startBytes + count * entryBytes > view.byteLength) {
    throw malformed(
      fileName,
      startBytes,
      name,
      `${count} entries run over the end of the file; it was cut`,
    );
  }
  return Array.from({ length: count }, (_, index) => startBytes + index * entryBytes);
}
