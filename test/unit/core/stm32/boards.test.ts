import { describe, expect, it } from 'vitest';
import { kindOfMap } from '../../../../src/core/stm32/address-space.ts';
import { boardById, boardIds, recogniseBoard } from '../../../../src/core/stm32/boards.ts';
import type { DfuDescription } from '../../../../src/core/stm32/dfu-types.ts';
import { parseMemoryMap } from '../../../../src/core/stm32/memory-map.ts';
import { IDENTITY } from '../../../support/usb/fake-pipe.ts';

const V2_COMMANDS = [0x00, 0x21, 0x41, 0x92];
const V3_COMMANDS = [0x00, 0x21, 0x41];

function device(names: readonly string[], commands: readonly number[]): DfuDescription {
  return {
    identity: IDENTITY,
    interfaceNumber: 0,
    transferSizeBytes: 1024,
    dfuVersionBcd: 0x011a,
    attributes: {
      canDownload: true,
      canUpload: true,
      manifestationTolerant: false,
      willDetach: true,
    },
    alternates: names.map((name, number) => {
      const map = parseMemoryMap(name);
      return { number, name, map, kind: kindOfMap(map) };
    }),
    commands,
    warnings: [],
  };
}

const FLASH_2MB = '@Internal Flash   /0x08000000/256*08Kg';
const FLASH_1MB = '@Internal Flash   /0x08000000/128*08Kg';
const H5_OPTION = '@Option Bytes   /0x40022050/01*176 e';
const H5_OTP = '@OTP Memory   /0x08FFF000/02*01Kg';

describe('boards', () => {
  it.each(boardIds)('%s is in the table', (id) => {
    expect(boardById(id).id).toBe(id);
    for (const other of boardById(id).indistinguishableFrom) {
      expect(boardById(other).indistinguishableFrom).toContain(id);
    }
  });

  it('have the geometry of their data sheets', () => {
    expect(boardById('nucleo-h563zi')).toMatchObject({
      flash: {
        baseAddress: 0x08000000,
        sizeBytes: 0x200000,
        bankBytes: 0x100000,
        sectorBytes: 8192,
      },
      otp: { baseAddress: 0x08fff000, sizeBytes: 2048, blockBytes: 64 },
    });
    expect(boardById('stm32h7a3').otp).toMatchObject({ baseAddress: 0x08fff000, sizeBytes: 1024 });
  });
});

describe('recognition over DFU', () => {
  it.each([
    ['H5 with all alternates', [FLASH_2MB, H5_OPTION, H5_OTP], V3_COMMANDS, 'nucleo-h563zi'],
    [
      'the alternates of ST’s H5 example',
      [
        '@Internal Flash   /0x08000000/256*8Kg',
        H5_OPTION,
        '@Option Bytes   /0x400221E0/01*32 e',
        H5_OTP,
        '@Device ID/0x484,@Revision ID/0x0001',
      ],
      V3_COMMANDS,
      'nucleo-h563zi',
    ],
    ['H5 whose OTP comes first', [H5_OTP, FLASH_2MB], V3_COMMANDS, 'nucleo-h563zi'],
    ['an OTP in one piece', [FLASH_2MB, '@O/0x08FFF000/01*2048 e'], V2_COMMANDS, 'nucleo-h563zi'],
    ['H5 with flash only', [FLASH_2MB], V3_COMMANDS, 'nucleo-h563zi'],
    ['H5 of 1 MB with OTP', [FLASH_1MB, H5_OPTION, H5_OTP], V3_COMMANDS, 'stm32h563-1mb'],
    [
      'H7A3, which shares flash string and OTP address with H5',
      [FLASH_2MB, '@Option Bytes   /0x5200201C/01*297 e', '@OTP Memory   /0x08FFF000/01*1024 e'],
      V2_COMMANDS,
      'stm32h7a3',
    ],
    [
      'H7A3 by the size of its OTP alone',
      [FLASH_2MB, '@OTP Memory   /0x08FFF000/01*1024 e'],
      V2_COMMANDS,
      'stm32h7a3',
    ],
  ])('%s', (_what, names, commands, id) => {
    expect(recogniseBoard(device(names, commands))?.id).toBe(id);
  });

  it.each([
    [
      'U5, which shares the flash string',
      [FLASH_2MB, '@Option Bytes   /0x40022040/01*64 e', '@OTP Memory   /0x0BFA0000/01*512 e'],
      V2_COMMANDS,
    ],
    ['U5 by its OTP alone', [FLASH_2MB, '@OTP Memory   /0x0BFA0000/01*512 e'], V2_COMMANDS],
    ['flash only with read-unprotect', [FLASH_2MB], V2_COMMANDS],
    ['flash only without a command list', [FLASH_2MB], []],
    ['C5 with its own OTP', [FLASH_1MB, H5_OPTION, '@O /0x08FFE000/04.5*01Kg'], V3_COMMANDS],
    ['1 MB with flash only: C5 looks the same', [FLASH_1MB], V3_COMMANDS],
    ['1 MB without OTP: C5 looks the same', [FLASH_1MB, H5_OPTION], V3_COMMANDS],
    ['other sectors', ['@Internal Flash /0x08000000/16*128Kg', H5_OTP], V3_COMMANDS],
    ['no maps', ['DFU'], V3_COMMANDS],
  ])('does not know %s', (_what, names, commands) => {
    expect(recogniseBoard(device(names, commands))).toBeUndefined();
  });
});

describe('the kind of an alternate', () => {
  it.each([
    ['@My OTP /0x08000000/256*08Kg', 'flash'],
    ['@Internal Flash /0x08FFF000/02*01Kg', 'otp'],
    ['@x /0x0BFA0000/01*512 e', 'otp'],
    ['@x /0x40022050/01*176 e', 'option-bytes'],
    ['@x /0x5200201C/01*128 e', 'option-bytes'],
    ['@Option Bytes /0x1FFFC000/01*016 e', 'option-bytes'],
    ['@x /0x08FFF800/01.5*01Kg', 'other'],
    ['@x /0x08000000/1*8Kg/0x08FFF000/1*1Kg', 'other'],
    ['not a map', 'other'],
  ])('%s is %s, by address', (name, kind) => {
    expect(kindOfMap(parseMemoryMap(name))).toBe(kind);
  });
});
