import { describe, expect, it } from 'vitest';
import { readFirmwareFile, writeSRecords } from '../../../../../src/core/stm32/index.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { sLine, text } from '../../../../support/firmware-files.ts';

const DATA = sLine(3, 0x08, 0x06, 0x00, 0x00, 1, 2, 3, 4);
const END = sLine(7, 0x08, 0x06, 0x04, 0x01);

const read = (lines: readonly string[], lineEnd = '\n') =>
  readFirmwareFile(text(lines, lineEnd), 'app.s37');

describe('S-records', () => {
  it('agree with the example of the format', () => {
    const { segments } = read([
      'S00F000068656C6C6F202020202000003C',
      'S11F00007C0802A6900100049421FFF07C6C1B787C8C23783C6000003863000026',
      'S11F001C4BFFFFE5398000007D83637880010014382100107C0803A64E800020E9',
      'S111003848656C6C6F20776F726C642E0A0042',
      'S5030003F9',
      'S9030000FC',
    ]);
    expect(segments).toHaveLength(1);
    expect(segments[0]?.bytes).toHaveLength(0x38 + 14);
    expect(new TextDecoder().decode(segments[0]?.bytes.subarray(0x38))).toBe('Hello world.\n\0');
  });

  it.each([
    ['16', sLine(1, 0x12, 0x34, 7), sLine(9, 0x12, 0x35), 0x1234],
    ['24', sLine(2, 0x12, 0x34, 0x56, 7), sLine(8, 0x12, 0x34, 0x57), 0x123456],
    ['32', sLine(3, 0x12, 0x34, 0x56, 0x78, 7), sLine(7, 0x12, 0x34, 0x56, 0x79), 0x12345678],
  ])('read addresses of %s bits and the start address', (_, data, end, address) => {
    const { segments, entryAddress } = read([data, end], '\r\n');
    expect(segments).toEqual([{ address, bytes: Uint8Array.of(7) }]);
    expect(entryAddress).toBe(address + 1);
  });

  it('have no start address when it is 0', () => {
    expect(read([DATA, sLine(7, 0, 0, 0, 0)])).not.toHaveProperty('entryAddress');
  });

  it.each([
    ['a damaged digit', [DATA.replace('0102', '0103'), END], 'checksum at line 1, column 21'],
    ['a cut line', [DATA.slice(0, -2), END], 'count at line 1, column 3'],
    ['characters behind', [`${DATA}0`, END], 'followed by 1 characters too many'],
    ['a small count', ['S3040000FB', END], 'too small for a record S3'],
    ['S4', [sLine(4, 0, 0), END], 'type at line 1, column 2'],
    ['data in an end record', [DATA, sLine(9, 0, 0, 1)], 'a record S9 holds no data'],
    ['a wrong number of records', [DATA, sLine(5, 0, 2), END], 'says 2, but 1 stand before it'],
    ['no end record', [DATA], 'S7, S8 or S9 is missing'],
    ['lines after the end', [DATA, END, DATA], 'record at line 3'],
    ['another line', [DATA, 'hello', END], 'record at line 2, column 1'],
    ['no data', [END], 'holds no data record'],
    ['data beyond all addresses', [sLine(3, 255, 255, 255, 255, 1, 2), END], 'runs over the end'],
    [
      'two values at one address',
      [DATA, sLine(3, 8, 6, 0, 1, 9), END],
      '0x08060001 stands in the file twice',
    ],
  ])('are refused with %s', (_, lines, words) => {
    expectThrows(() => read(lines), 'malformed', words);
  });

  it('are written with header, count, the least address size and the start', () => {
    const lines = (address: number, entryAddress?: number) =>
      new TextDecoder()
        .decode(
          writeSRecords([{ address, bytes: Uint8Array.of(7) }], { header: 'HI', entryAddress }),
        )
        .split('\r\n');
    expect(lines(0x1234)).toEqual([
      sLine(0, 0, 0, 0x48, 0x49),
      sLine(1, 0x12, 0x34, 7),
      sLine(5, 0, 1),
      sLine(9, 0, 0),
      '',
    ]);
    expect(lines(0xffff)[1]).toMatch(/^S1/);
    expect(lines(0x10000)[1]).toMatch(/^S2/);
    expect(lines(0x1000000)[1]).toMatch(/^S3/);
    expect(lines(0, 0x08000001)[3]).toBe(sLine(7, 0x08, 0, 0, 1));
  });

  it('are not written with addresses that are too small, nor with odd headers', () => {
    const segments = [{ address: 0x08000000, bytes: Uint8Array.of(7) }];
    expectThrows(
      () => writeSRecords(segments, { addressBytes: 3 }),
      'invalid-argument',
      '0x08000000',
    );
    expectThrows(() => writeSRecords(segments, { header: 'ä' }), 'invalid-argument', 'ASCII');
  });
});
