import { describe, expect, it } from 'vitest';
import { readFirmwareFile } from '../../../../../src/core/stm32/index.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { elfFile, type ElfShape } from '../../../../support/firmware-files.ts';

const CODE = { physicalAddress: 0x08060400, content: [1, 2, 3, 4] };
const DATA = { physicalAddress: 0x08060404, content: [5, 6] };

const read = (bytes: Uint8Array) => readFirmwareFile(bytes, 'app.elf');

const segmentsOf = (shape: ElfShape) =>
  read(elfFile(shape)).segments.map(({ address, bytes }) => [address, [...bytes]]);

/** The file with some of its bytes replaced. */
function changed(at: number, ...bytes: readonly number[]): Uint8Array {
  const file = elfFile({ segments: [CODE, DATA] });
  file.set(bytes, at);
  return file;
}

const PROGRAM_HEADER = 52;

describe('ELF', () => {
  it('is loaded by physical address, joined where segments touch', () => {
    expect(segmentsOf({ segments: [DATA, CODE] })).toEqual([[0x08060400, [1, 2, 3, 4, 5, 6]]]);
    expect(read(elfFile({ segments: [CODE] }))).toMatchObject({
      format: 'elf',
      addressKnown: true,
      entryAddress: 0x08060001,
      notes: [],
    });
  });

  it('leaves out what is not loaded: other types, and memory without content', () => {
    const note = { physicalAddress: 0x100, content: [9], type: 4 };
    const bss = { physicalAddress: 0x20000000, content: [], memorySizeBytes: 64 };
    expect(segmentsOf({ segments: [note, CODE, bss] })).toEqual([[0x08060400, [1, 2, 3, 4]]]);
  });

  it('leaves out the ELF header at the start of a segment, as objcopy does', () => {
    const file = read(elfFile({ segments: [{ ...CODE, withHeader: true }] }));
    expect(file.segments).toEqual([{ address: 0x08060400, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    expect(file.notes[0]).toContain(
      'begins with 512 bytes that are in no section (the ELF header)',
    );
  });

  it('warns when a stripped file does not say where its program starts', () => {
    const file = read(elfFile({ segments: [{ ...CODE, withHeader: true }], sections: false }));
    expect(file.segments[0]?.address).toBe(0x08060400 - 0x200);
    expect(file.notes[0]).toContain('no section says where the program starts');
    expect(read(elfFile({ segments: [CODE], sections: false })).notes).toEqual([]);
  });

  it.each([
    ['64-bit', changed(4, 2), 'class at offset 4: this is no 32-bit ELF file'],
    ['big-endian', changed(5, 2), 'data at offset 5: this is no little-endian'],
    ['relocatable', changed(16, 1), 'not linked yet; give the .elf that the linker makes'],
    ['position-independent', changed(16, 3), 'link it to fixed addresses'],
    ['of another processor', changed(18, 243), 'machine at offset 18: 243 is not ARM'],
  ])('is refused when it is %s', (_, file, words) => {
    expectThrows(() => read(file), 'not-supported', words);
  });

  it.each([
    ['cut in its header', changed(4, 1).slice(0, 51), 'header at offset 51'],
    [
      'cut in its content',
      elfFile({ segments: [CODE], sections: false }).slice(0, -1),
      'filesz at offset 68',
    ],
    ['without program headers', changed(44, 0, 0), 'there is no segment to load'],
    [
      'with nothing to load',
      elfFile({ segments: [{ ...CODE, type: 4 }] }),
      'there is no segment to load',
    ],
    ['with program headers behind its end', changed(28, 0, 0, 1), 'run over the end of the file'],
    [
      'with section headers behind its end',
      changed(32, 0, 0, 1),
      'section headers at offset 65536',
    ],
    ['with short program headers', changed(42, 31), 'an entry of 31 bytes is too short'],
    ['with too many program headers', changed(44, 255, 255), 'phnum'],
    [
      'with more content than memory',
      changed(PROGRAM_HEADER + 20, 3, 0, 0, 0),
      'do not fit into the 3',
    ],
    [
      'with a segment beyond all addresses',
      changed(PROGRAM_HEADER + 12, 255, 255, 255, 255),
      'paddr',
    ],
    [
      'with two contents for one address',
      elfFile({ segments: [CODE, { ...DATA, physicalAddress: 0x08060403 }] }),
      'two segments want different bytes at 0x08060403',
    ],
  ])('is refused %s', (_, file, words) => {
    expectThrows(() => read(file), 'malformed', words);
  });

  it('is refused when segments share their bytes, whatever their number', () => {
    const file = elfFile({ segments: Array.from({ length: 12 }, () => CODE), sections: false });
    const view = new DataView(file.buffer);
    for (let index = 0; index < 12; index++) {
      view.setUint32(PROGRAM_HEADER + index * 32 + 4, 0, true);
      view.setUint32(PROGRAM_HEADER + index * 32 + 16, 0x200, true);
      view.setUint32(PROGRAM_HEADER + index * 32 + 20, 0x200, true);
    }
    expectThrows(() => read(file), 'malformed', 'longer than the file');
  });

  it('is not taken for one because of its name', () => {
    expectThrows(() => read(Uint8Array.of(1, 2, 3)), 'malformed', 'magic at offset 0');
  });
});
