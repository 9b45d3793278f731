/**
 * Firmware files against programs by other people: binutils make and read Intel HEX and S-records, and
 * load an ELF file to the same bytes; dfu-suffix checks our .dfu files.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hexNumber, toHex } from '../../src/core/bytes/index.ts';
import {
  flatten,
  readFirmwareFile,
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
  type FirmwareFile,
  type Segment,
} from '../../src/core/stm32/index.ts';
import { workFolder } from '../support/peer-tools.ts';

const folder = workFolder();
afterAll(() => {
  folder.remove();
});

function runs(program: string, ...args: readonly string[]): void {
  const { exitCode, text } = folder.run(program, ...args);
  expect(exitCode, `${program} ${args.join(' ')}: ${text}`).toBe(0);
}

const SOURCE = `
.syntax unified
.thumb
.section .isr_vector, "a"
.word 0x200a0000, Reset_Handler + 1
.text
.global Reset_Handler
.thumb_func
Reset_Handler: b .
.rept 70000
.byte 0xA5
.endr
.section .far, "ax"
.word 0x11223344
.data
.word 0xCAFEBABE, 0x12345678
.bss
.space 256
`;

/** Code, initialised data that is loaded elsewhere than it runs, and a part far behind. */
function linkerScript(start: string): string {
  return `ENTRY(Reset_Handler)
MEMORY { FLASH (rx) : ORIGIN = ${start}, LENGTH = 512K
         RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
  .isr_vector : { KEEP(*(.isr_vector)) } > FLASH
  .text : { *(.text) } > FLASH
  .data : { *(.data) } > RAM AT> FLASH
  .bss (NOLOAD) : { *(.bss) } > RAM
  .far 0x08080000 : { *(.far) }
}
`;
}

/** Links to `start` and gives the name of the ELF file. */
function link(name: string, start: string): string {
  folder.write('app.s', SOURCE);
  folder.write(`${name}.ld`, linkerScript(start));
  runs('arm-none-eabi-as', '-mcpu=cortex-m33', '-o', 'app.o', 'app.s');
  runs('arm-none-eabi-ld', '-T', `${name}.ld`, '-o', `${name}.elf`, 'app.o');
  return `${name}.elf`;
}

const read = (name: string): FirmwareFile => readFirmwareFile(folder.read(name), name);

/** objcopy fills what no section covers with zeros. */
function flat({ segments }: FirmwareFile): string {
  const { address, bytes } = flatten(segments, { fill: 0 });
  return contentAt(address, bytes);
}

function contentAt(address: number, bytes: Uint8Array): string {
  return `${hexNumber(address)}: ${toHex(bytes)}`;
}

describe.each([
  ['at the start of a page', '0x08060000'],
  // The linker puts the ELF header in front of the program to fill the page.
  ['behind a wolfBoot header', '0x08060400'],
])('a program linked %s', (_, start) => {
  const name = `app-${start}`;

  it('loads to the bytes that objcopy makes of it', () => {
    const elf = link(name, start);
    runs('arm-none-eabi-objcopy', '-O', 'ihex', elf, `${name}.hex`);
    runs('arm-none-eabi-objcopy', '-O', 'srec', elf, `${name}.srec`);
    runs('arm-none-eabi-objcopy', '-O', 'binary', elf, `${name}.bin`);
    const program = read(elf);
    expect(program.segments[0]?.address).toBe(Number(start));
    expect(program.segments).toHaveLength(2);
    expect(program.entryAddress).toBe(Number(start) + 8 + 1);
    for (const other of [`${name}.hex`, `${name}.srec`]) {
      expect(flat(read(other)), other).toBe(flat(program));
      expect(read(other).entryAddress, other).toBe(program.entryAddress);
    }
    expect(flat(program)).toBe(contentAt(Number(start), folder.read(`${name}.bin`)));
  });

  it('loads the same when it was stripped of its symbols', () => {
    const elf = link(name, start);
    runs('arm-none-eabi-strip', '-o', 'stripped.elf', elf);
    expect(flat(read('stripped.elf'))).toBe(flat(read(elf)));
  });
});

describe('an object that is not linked', () => {
  it('is refused', () => {
    link('object', '0x08060000');
    expect(() => read('app.o')).toThrow('not linked yet');
  });
});

const segments = fc
  .array(fc.tuple(fc.nat(0x1ffff), fc.uint8Array({ minLength: 1, maxLength: 600 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => {
    let address = 0x08000000;
    return parts.map(([gap, bytes]): Segment => {
      const segment = { address: address + gap + 1, bytes };
      address = segment.address + bytes.length;
      return segment;
    });
  });

describe('what we write', () => {
  it.each([
    ['ihex', 'Intel HEX', writeIntelHex],
    ['srec', 'S-records', writeSRecords],
  ])('objcopy reads (%s)', (bfdName, _, write) => {
    fc.assert(
      fc.property(segments, fc.integer({ min: 1, max: 250 }), (parts, recordBytes) => {
        folder.write('ours', write(parts, { recordBytes, entryAddress: 0x08060401 }));
        runs('arm-none-eabi-objcopy', '-I', bfdName, '-O', 'binary', 'ours', 'theirs.bin');
        expect(toHex(folder.read('theirs.bin'))).toBe(toHex(flatten(parts, { fill: 0 }).bytes));
        runs('arm-none-eabi-objcopy', '-I', bfdName, '-O', bfdName, 'ours', 'theirs');
        expect(read('theirs')).toMatchObject({ segments: parts, entryAddress: 0x08060401 });
      }),
      { numRuns: 20 },
    );
  });

  it('dfu-suffix takes for a DfuSe file of the ROM bootloader', () => {
    folder.write('ours.dfu', writeDfuSe([{ address: 0x08060000, bytes: Uint8Array.of(1, 2, 3) }]));
    const { exitCode, text } = folder.run('dfu-suffix', '--check', 'ours.dfu');
    expect(exitCode, text).toBe(0);
    expect(text).toMatch(/Product ID:\s*0xDF11/);
    expect(text).toMatch(/Vendor ID:\s*0x0483/);
    expect(text).toMatch(/BCD DFU:\s*0x011A/);
  });

  it('is refused by dfu-suffix when a byte changes, as it is by us', () => {
    const file = writeDfuSe([{ address: 0x08060000, bytes: Uint8Array.of(1, 2, 3) }]);
    file[290] = 0xff;
    folder.write('bad.dfu', file);
    expect(folder.run('dfu-suffix', '--check', 'bad.dfu').exitCode).not.toBe(0);
    expect(() => read('bad.dfu')).toThrow('suffix.crc');
  });

  it('and what dfu-suffix makes of a plain file is read', () => {
    folder.write('plain.dfu', Uint8Array.of(1, 2, 3, 4));
    runs('dfu-suffix', '--vid', '0x0483', '--pid', '0xdf11', '--add', 'plain.dfu');
    expect(read('plain.dfu')).toMatchObject({
      format: 'dfuse',
      addressKnown: false,
      segments: [{ address: 0, bytes: Uint8Array.of(1, 2, 3, 4) }],
    });
  });
});
