import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../../src/core/errors.ts';
import { readFirmwareFile, writeIntelHex } from '../../../../../src/core/stm32/index.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { hexLine, text } from '../../../../support/firmware-files.ts';

const END = ':00000001FF';
const DATA = hexLine(4, 0x00, 0x10, 0, 1, 2, 3, 4);

const read = (lines: readonly string[], lineEnd = '\n') =>
  readFirmwareFile(text(lines, lineEnd), 'app.hex');

const segmentsOf = (lines: readonly string[], lineEnd?: string) =>
  read(lines, lineEnd).segments.map(({ address, bytes }) => [address, [...bytes]]);

describe('Intel HEX', () => {
  it('reads the three kinds of addresses', () => {
    expect(segmentsOf([DATA, END])).toEqual([[0x10, [1, 2, 3, 4]]]);
    expect(segmentsOf([hexLine(2, 0, 0, 2, 0x12, 0x34), DATA, END])).toEqual([
      [0x12350, [1, 2, 3, 4]],
    ]);
    expect(segmentsOf([hexLine(2, 0, 0, 4, 0x08, 0x06), DATA, END])).toEqual([
      [0x08060010, [1, 2, 3, 4]],
    ]);
  });

  it('lets the last base count, whatever its kind', () => {
    const linear = hexLine(2, 0, 0, 4, 0x08, 0x06);
    const segment = hexLine(2, 0, 0, 2, 0x10, 0x00);
    expect(segmentsOf([linear, segment, DATA, END])).toEqual([[0x10010, [1, 2, 3, 4]]]);
    expect(segmentsOf([segment, linear, DATA, END])).toEqual([[0x08060010, [1, 2, 3, 4]]]);
  });

  it('wraps at the end of a segment but not between pages of linear addresses', () => {
    const over = hexLine(4, 0xff, 0xfe, 0, 1, 2, 3, 4);
    expect(segmentsOf([hexLine(2, 0, 0, 2, 0x10, 0x00), over, END])).toEqual([
      [0x10000, [3, 4]],
      [0x1fffe, [1, 2]],
    ]);
    expect(segmentsOf([hexLine(2, 0, 0, 4, 0x08, 0x06), over, END])).toEqual([
      [0x0806fffe, [1, 2, 3, 4]],
    ]);
    const last = read([hexLine(2, 0, 0, 4, 0xff, 0xff), over, END]);
    expect(last.segments.map(({ address }) => address)).toEqual([0, 0xfffffffe]);
    expect(last.notes).toEqual([
      'line 2: the data runs over 0xFFFFFFFF and goes on at 0x00000000, as Intel HEX has it',
    ]);
  });

  it.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
    ['an empty line between', '\n\n'],
    ['blanks at the end', ' \t\n'],
  ])('takes lines ended by %s', (_, lineEnd) => {
    expect(segmentsOf([DATA, END], lineEnd)).toEqual([[0x10, [1, 2, 3, 4]]]);
  });

  it('takes lower case, a byte order mark, a missing last line end and a Ctrl-Z', () => {
    const lower = `${DATA}\n${END}`.toLowerCase();
    for (const content of [lower, `\uFEFF${lower}`, `${lower}\n\x1A`]) {
      const { segments } = readFirmwareFile(new TextEncoder().encode(content), 'x');
      expect(segments).toEqual([{ address: 0x10, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    }
  });

  it('joins records that touch, in whatever order they stand', () => {
    const second = hexLine(2, 0x00, 0x14, 0, 5, 6);
    const apart = hexLine(1, 0x00, 0x20, 0, 9);
    expect(segmentsOf([apart, second, DATA, END])).toEqual([
      [0x10, [1, 2, 3, 4, 5, 6]],
      [0x20, [9]],
    ]);
  });

  it('reads both start addresses', () => {
    const linear = hexLine(4, 0, 0, 5, 0x08, 0x06, 0x04, 0x01);
    const segment = hexLine(4, 0, 0, 3, 0x10, 0x00, 0x02, 0x03);
    expect(read([DATA, linear, END]).entryAddress).toBe(0x08060401);
    expect(read([DATA, segment, END]).entryAddress).toBe(0x10203);
    expect(read([DATA, END]).entryAddress).toBeUndefined();
  });

  it('takes a byte that stands there twice with one value, and says so', () => {
    const again = hexLine(2, 0x00, 0x12, 0, 3, 4);
    const { segments, notes } = read([DATA, again, END]);
    expect(segments).toEqual([{ address: 0x10, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    expect(notes).toEqual(['2 bytes stand in the file more than once']);
  });

  it.each([
    ['a damaged digit', [DATA.replace('0102', '0103'), END], 'checksum at line 1, column 18'],
    ['no digit', [`${DATA.slice(0, 10)}G${DATA.slice(11)}`, END], '"G" is no hexadecimal digit'],
    ['a cut line', [DATA.slice(0, -4), END], 'length at line 1, column 2'],
    ['half a byte', [':0', END], 'length at line 1, column 3 (offset 2): is missing'],
    ['characters behind', [`${DATA}00`, END], 'followed by 2 characters too many'],
    [
      'a line without a colon',
      [DATA, DATA.slice(1), END],
      'record at line 2, column 1 (offset 20)',
    ],
    ['an unknown type', [hexLine(0, 0, 0, 6), END], 'type at line 1, column 8'],
    ['a long end record', [DATA, hexLine(1, 0, 0, 1, 0)], 'has 0 bytes, not 1'],
    ['a short base', [hexLine(1, 0, 0, 4, 8), END], 'has 2 bytes, not 1'],
    ['no end record', [DATA], 'end record at line 2, column 1 (offset 20)'],
    ['lines after the end', [DATA, END, DATA], 'record at line 3, column 1'],
    ['no data', [END], 'holds no data record'],
    [
      'two values at one address',
      [DATA, hexLine(1, 0x00, 0x11, 0, 7), END],
      '0x00000011 stands in the file twice',
    ],
    [
      'two start addresses',
      [DATA, hexLine(4, 0, 0, 5, 0, 0, 0, 1), hexLine(4, 0, 0, 5, 0, 0, 0, 2), END],
      'start address at line 3',
    ],
  ])('refuses %s and says where', (_, lines, words) => {
    expectThrows(() => read(lines), 'malformed', words);
    expectThrows(() => read(lines), 'malformed', 'app.hex: ');
  });

  it('gives place and field as facts', () => {
    try {
      read([DATA, `  ${DATA.replace('0102', '0103')}`, END]);
      expect.fail('was taken');
    } catch (error) {
      expect(isAppError(error, 'malformed') && error.context).toMatchObject({
        file: 'app.hex',
        field: 'checksum',
        line: 2,
        column: 20,
        offset: 39,
      });
    }
  });

  it('writes page records, no record over a page boundary, and the start address', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const lines = new TextDecoder()
      .decode(writeIntelHex([{ address: 0x0805fffe, bytes }], { entryAddress: 0x08060401 }))
      .split('\r\n');
    expect(lines).toEqual([
      hexLine(2, 0, 0, 4, 0x08, 0x05),
      hexLine(2, 0xff, 0xfe, 0, 1, 2),
      hexLine(2, 0, 0, 4, 0x08, 0x06),
      hexLine(1, 0, 0, 0, 3),
      hexLine(4, 0, 0, 5, 0x08, 0x06, 0x04, 0x01),
      END,
      '',
    ]);
  });

  it('writes nothing that contradicts itself or lies nowhere', () => {
    const one = Uint8Array.of(1);
    expectThrows(() => writeIntelHex([]), 'invalid-argument', 'no bytes');
    expectThrows(() => writeIntelHex([{ address: 2 ** 32, bytes: one }]), 'invalid-argument');
    expectThrows(
      () =>
        writeIntelHex([
          { address: 5, bytes: one },
          { address: 5, bytes: Uint8Array.of(2) },
        ]),
      'layout-conflict',
      '0x00000005',
    );
  });
});
