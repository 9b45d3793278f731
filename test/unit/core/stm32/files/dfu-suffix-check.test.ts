import { describe, expect, it } from 'vitest';
import {
  dfuSuffixFits,
  readFirmwareFile,
  writeDfuSe,
  type DfuSuffix,
} from '../../../../../src/core/stm32/index.ts';
import { withDfuSuffix } from '../../../../../src/core/stm32/files/dfu-suffix.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { IDENTITY } from '../../../../support/usb/fake-pipe.ts';

const DEVICE = { identity: IDENTITY, dfuVersionBcd: 0x011a };
const SEGMENTS = [{ address: 0x08000000, bytes: Uint8Array.of(1, 2, 3, 4) }];

function verdict(change: Partial<DfuSuffix>) {
  const suffix = {
    vendorId: 0x0483,
    productId: 0xdf11,
    deviceRelease: 0xffff,
    dfuVersion: 0x0100,
    ...change,
  };
  const bytes = withDfuSuffix(Uint8Array.of(1, 2, 3, 4), suffix);
  const { fits, problems } = dfuSuffixFits(readFirmwareFile(bytes, 'app.dfu'), DEVICE);
  return [fits, problems.map(({ field }) => field)];
}

describe('a .dfu file and the connected device', () => {
  it('fit when the suffix names it, or anything', () => {
    const ours = readFirmwareFile(writeDfuSe(SEGMENTS), 'app.dfu');
    expect(ours.suffix).toMatchObject({ vendorId: 0x0483, productId: 0xdf11 });
    expect(dfuSuffixFits(ours, DEVICE)).toEqual({ fits: true, problems: [] });
    expect(verdict({ vendorId: 0xffff, productId: 0xffff })).toEqual([true, []]);
  });

  it.each<[Partial<DfuSuffix>, boolean, string[]]>([
    [{ vendorId: 0x1209 }, false, ['vendor']],
    [{ productId: 0xdf12 }, false, ['product']],
    [{ vendorId: 0x1209, productId: 0x0001 }, false, ['vendor', 'product']],
    [{ vendorId: 0xffff, productId: 0xdf12 }, false, ['product']],
    [{ deviceRelease: 0x0200 }, true, ['release']],
    [{ deviceRelease: 0x0300 }, true, []],
    [{ dfuVersion: 0x0300 }, false, ['dfu-version']],
    [{ dfuVersion: 0x0110 }, true, []],
  ])('%o', (change, fits, fields) => {
    expect(verdict(change)).toEqual([fits, fields]);
  });

  it('are not compared where the file has no suffix', () => {
    const plain = readFirmwareFile(Uint8Array.of(1, 2, 3, 4), 'app.bin');
    expect(dfuSuffixFits(plain, DEVICE)).toEqual({ fits: true, problems: [] });
  });

  it('never come to it when the checksum is wrong', () => {
    const bytes = writeDfuSe(SEGMENTS);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expectThrows(() => readFirmwareFile(bytes, 'app.dfu'), 'malformed', 'damaged');
  });
});
