/** Firmware files made by hand, from their specifications and not from our writers. */

const encoder = new TextEncoder();

export const text = (lines: readonly string[], lineEnd = '\n'): Uint8Array =>
  encoder.encode(lines.map((line) => line + lineEnd).join(''));

/** `:` and the bytes with the checksum that makes them add up to 0. */
export function hexLine(...bytes: readonly number[]): string {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return ':' + hex([...bytes, (256 - (sum % 256)) % 256]);
}

/** `S` and the kind, then count, content and the checksum. */
export function sLine(kind: number, ...content: readonly number[]): string {
  const bytes = [content.length + 1, ...content];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `S${kind}${hex([...bytes, 255 - (sum % 256)])}`;
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}

export interface ElfSegment {
  readonly physicalAddress: number;
  readonly content: readonly number[];
  readonly type?: number;
  readonly memorySizeBytes?: number;
  /** Begins with the ELF header, as linkers do to fill a page. */
  readonly withHeader?: boolean;
}

export interface ElfShape {
  readonly segments: readonly ElfSegment[];
  readonly entryAddress?: number;
  /** A section for the content of each segment; none means a stripped file. */
  readonly sections?: boolean;
}

const HEADER = 52;
const PROGRAM_HEADER = 32;
const SECTION_HEADER = 40;

/** ELF32, little-endian, ARM, executable; the contents stand one after the other from offset 0x200. */
export function elfFile({
  segments,
  entryAddress = 0x08060001,
  sections = true,
}: ElfShape): Uint8Array {
  const contents = segments.map(({ content }) => content);
  const sectionCount = sections ? segments.length + 1 : 0;
  const contentStart = 0x200;
  const sectionStart = contentStart + contents.flat().length;
  const bytes = new Uint8Array(sectionStart + sectionCount * SECTION_HEADER);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 40, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entryAddress, true);
  view.setUint32(28, HEADER, true);
  view.setUint32(32, sectionCount === 0 ? 0 : sectionStart, true);
  view.setUint16(40, HEADER, true);
  view.setUint16(42, PROGRAM_HEADER, true);
  view.setUint16(44, segments.length, true);
  view.setUint16(46, SECTION_HEADER, true);
  view.setUint16(48, sectionCount, true);
  let offset = contentStart;
  segments.forEach(({ content, physicalAddress, withHeader, type = 1, memorySizeBytes }, index) => {
    const at = HEADER + index * PROGRAM_HEADER;
    const lead = withHeader ? offset : 0;
    view.setUint32(at, type, true);
    view.setUint32(at + 4, offset - lead, true);
    view.setUint32(at + 8, 0x20000000, true); // virtual address: must not be used
    view.setUint32(at + 12, physicalAddress - lead, true);
    view.setUint32(at + 16, content.length + lead, true);
    view.setUint32(at + 20, memorySizeBytes ?? content.length + lead, true);
    bytes.set(content, offset);
    if (sections) {
      const section = sectionStart + (index + 1) * SECTION_HEADER;
      view.setUint32(section + 4, 1, true);
      view.setUint32(section + 8, 2, true);
      view.setUint32(section + 16, offset, true);
      view.setUint32(section + 20, content.length, true);
    }
    offset += content.length;
  });
  return bytes;
}
