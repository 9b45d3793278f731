import { describe, expect, it } from 'vitest';
import { readFirmwareFile, writeDfuSe } from '../../../../../src/core/stm32/index.ts';
import { withDfuSuffix } from '../../../../../src/core/stm32/files/dfu-suffix.ts';
import { expectThrows } from '../../../../support/expect-error.ts';

const SEGMENTS = [
  { address: 0x08000000, bytes: Uint8Array.of(1, 2, 3) },
  { address: 0x08060000, bytes: Uint8Array.of(4, 5) },
];
const ST = { vendorId: 0x0483, productId: 0xdf11, deviceRelease: 0xffff, dfuVersion: 0x011a };
const ELEMENT_AT = 11 + 274;

const read = (bytes: Uint8Array) => readFirmwareFile(bytes, 'app.dfu');

/** With some content changed and the checksum made right again. */
function changed(at: number, ...bytes: readonly number[]): Uint8Array {
  const content = writeDfuSe(SEGMENTS).slice(0, -16);
  content.set(bytes, at);
  return withDfuSuffix(content, ST);
}

describe('DfuSe files', () => {
  it('are laid out as UM0391 says', () => {
    const file = writeDfuSe(SEGMENTS);
    const view = new DataView(file.buffer);
    expect(new TextDecoder().decode(file.subarray(0, 5))).toBe('DfuSe');
    expect([...file.subarray(5, 11)]).toEqual([
      1,
      ...[file.length - 16, 0, 0].flatMap((n) => (n > 255 ? [n & 255, n >> 8] : [n])),
      1,
    ]);
    expect(new TextDecoder().decode(file.subarray(11, 17))).toBe('Target');
    expect(file[17]).toBe(0);
    expect(view.getUint32(11 + 266, true)).toBe(3 + 2 + 16);
    expect(view.getUint32(11 + 270, true)).toBe(2);
    expect(view.getUint32(ELEMENT_AT, true)).toBe(0x08000000);
    expect(view.getUint32(ELEMENT_AT + 4, true)).toBe(3);
    expect([...file.subarray(-16, -4)]).toEqual([
      0xff, 0xff, 0x11, 0xdf, 0x83, 0x04, 0x1a, 0x01, 0x55, 0x46, 0x44, 16,
    ]);
  });

  it('are read back, with the alternate setting named when it is not the flash', () => {
    expect(read(writeDfuSe(SEGMENTS))).toEqual({
      format: 'dfuse',
      segments: SEGMENTS,
      addressKnown: true,
      suffix: { vendorId: 0x0483, productId: 0xdf11, deviceRelease: 0xffff, dfuVersion: 0x011a },
      notes: [],
    });
    const { notes } = read(writeDfuSe(SEGMENTS, { alternate: 2, targetName: 'OTP' }));
    expect(notes[0]).toContain('2 elements are for alternate setting 2 ("OTP")');
  });

  it('may be plain: bytes and suffix, no address', () => {
    const file = withDfuSuffix(Uint8Array.of(9, 8, 7), { ...ST, dfuVersion: 0x0100 });
    const { segments, addressKnown, notes } = readFirmwareFile(file, 'no extension');
    expect(addressKnown).toBe(false);
    expect(segments).toEqual([{ address: 0, bytes: Uint8Array.of(9, 8, 7) }]);
    expect(notes[0]).toContain('for device 0x0483:0xDF11');
  });

  it('are refused when any byte of theirs was changed', () => {
    const file = writeDfuSe(SEGMENTS);
    for (let at = 0; at < file.length; at++) {
      const copy = file.slice();
      copy[at] = (copy[at] ?? 0) ^ 0x10;
      expectThrows(() => read(copy), 'malformed', 'suffix');
    }
  });

  it.each([
    ['cut', writeDfuSe(SEGMENTS).slice(0, -1), 'suffix at offset'],
    ['of another version', changed(5, 2), 'prefix.version at offset 5'],
    ['of another size', changed(6, 0, 1), 'prefix.size at offset 6'],
    ['without the second target', changed(10, 2), 'target[1].signature'],
    [
      'with bytes behind the last target',
      changed(10, 0),
      'bytes stand between the last target and the suffix',
    ],
    ['without the mark of a target', changed(11, 0), 'target[0].signature at offset 11'],
    [
      'with a wrong target size',
      changed(11 + 266, 9),
      'target[0].size at offset 277 (0x115): says 9 bytes',
    ],
    ['with too many elements', changed(11 + 270, 3), 'target[0].element[2].address'],
    ['with an element that is too long', changed(ELEMENT_AT + 4, 255), 'target[0].element[0].data'],
    [
      'with an element beyond all addresses',
      changed(ELEMENT_AT, 255, 255, 255, 255),
      'runs over the end of the address space',
    ],
    [
      'with two contents for one address',
      changed(ELEMENT_AT + 8 + 3, 1, 0, 0, 8),
      '0x08000001 stands in the file twice',
    ],
    ['plain and empty', withDfuSuffix(new Uint8Array(), ST), 'nothing stands before the suffix'],
  ])('are refused when %s', (_, file, words) => {
    expectThrows(() => read(file), 'malformed', words);
  });

  it('are not written with a name that does not fit', () => {
    expectThrows(() => writeDfuSe(SEGMENTS, { targetName: 'x'.repeat(255) }), 'invalid-argument');
    expectThrows(() => writeDfuSe(SEGMENTS, { targetName: 'ä' }), 'invalid-argument');
  });
});
