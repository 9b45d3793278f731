import { describe, expect, it } from 'vitest';
import {
  flatten,
  formatOfName,
  readFirmwareFile,
  recogniseFirmwareFile,
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
} from '../../../../../src/core/stm32/index.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { elfFile } from '../../../../support/firmware-files.ts';

const SEGMENTS = [{ address: 0x08060000, bytes: Uint8Array.of(1, 2, 3) }];

describe('firmware files', () => {
  it.each([
    ['intel-hex', writeIntelHex(SEGMENTS)],
    ['s-record', writeSRecords(SEGMENTS)],
    ['dfuse', writeDfuSe(SEGMENTS)],
    ['elf', elfFile({ segments: [{ physicalAddress: 0x08060000, content: [1, 2, 3] }] })],
  ] as const)('are recognised as %s by their content', (format, bytes) => {
    expect(recogniseFirmwareFile(bytes)).toBe(format);
    expect(readFirmwareFile(bytes, 'app.bin')).toMatchObject({ format, segments: SEGMENTS });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a vector table', Uint8Array.of(0, 0, 10, 32, 1, 4, 6, 8)],
    ['text', new TextEncoder().encode('Some text: S0 and :00')],
    ['a colon', new TextEncoder().encode(': not hex at all')],
  ])('are bytes as they are when they hold %s', (_, bytes) => {
    expect(recogniseFirmwareFile(bytes)).toBe('bin');
  });

  it('without an address say so and are not copied', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const file = readFirmwareFile(bytes, 'app.bin');
    expect(file.addressKnown).toBe(false);
    expect(file.segments[0]?.bytes).toBe(bytes);
  });

  it('named like a format are not taken for a program when they are damaged', () => {
    const damaged = writeIntelHex(SEGMENTS);
    damaged[0] = 0x20;
    expectThrows(() => readFirmwareFile(damaged, 'app.HEX'), 'malformed', 'line 1');
    expect(readFirmwareFile(damaged, 'app.HEX', { format: 'bin' }).format).toBe('bin');
  });

  it('are refused when empty', () => {
    expectThrows(() => readFirmwareFile(new Uint8Array(), 'app.bin'), 'malformed', 'is empty');
  });

  it('have names that say their format', () => {
    expect(formatOfName('a.b/App.S19')).toBe('s-record');
    expect(formatOfName('constructor')).toBeUndefined();
    expect(formatOfName('x.constructor')).toBeUndefined();
    expect(formatOfName('a.hex/app')).toBeUndefined();
  });
});

describe('one run of segments', () => {
  const far = { address: 0x08060010, bytes: Uint8Array.of(9) };

  it('fills gaps like erased flash, or as asked', () => {
    const { address, bytes } = flatten([far, ...SEGMENTS]);
    expect(address).toBe(0x08060000);
    expect([...bytes]).toEqual([1, 2, 3, ...Array.from({ length: 13 }, () => 0xff), 9]);
    expect(flatten([far, ...SEGMENTS], { fill: 0 }).bytes[4]).toBe(0);
  });

  it('refuses gaps that no chip has, and names the widest', () => {
    const ram = { address: 0x20000000, bytes: Uint8Array.of(1) };
    expectThrows(
      () => flatten([...SEGMENTS, far, ram]),
      'layout-conflict',
      'nothing stands between 0x08060011 and 0x20000000',
    );
    expectThrows(
      () => flatten(SEGMENTS, { mostBytes: 2 }),
      'layout-conflict',
      '3 long, more than 2',
    );
  });

  it('refuses contradictions, takes repetitions', () => {
    const again = { address: 0x08060001, bytes: Uint8Array.of(2, 3, 4) };
    expect([...flatten([...SEGMENTS, again]).bytes]).toEqual([1, 2, 3, 4]);
    const other = { address: 0x08060002, bytes: Uint8Array.of(7) };
    expectThrows(() => flatten([...SEGMENTS, other]), 'layout-conflict', '0x08060002');
  });
});
