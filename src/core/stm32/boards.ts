/**
 * The chips and boards that this program knows, and how to tell them apart over DFU.
 * VID:PID and product strings are not used: every STM32 bootloader, and many applications, share them.
 */
import { READ_UNPROTECT_COMMAND } from './dfu-protocol.ts';
import type { DfuDescription } from './dfu-types.ts';

export const boardIds = [
  'nucleo-h563zi',
  'stm32h563',
  'stm32h563-1mb',
  'stm32h573',
  'stm32h7a3',
  'stm32h7b3',
] as const;

export type BoardId = (typeof boardIds)[number];

export interface FlashGeometry {
  readonly baseAddress: number;
  readonly sizeBytes: number;
  readonly bankBytes: number;
  readonly sectorBytes: number;
  /** Address and length of a flash write are multiples of this. */
  readonly writeUnitBytes: 16;
}

export interface OtpArea {
  readonly target: 'stm32h5' | 'stm32h7';
  readonly baseAddress: number;
  readonly sizeBytes: number;
  /** What one lock bit covers. */
  readonly blockBytes: 64;
  /**
   * Smallest write that AN3156 allows over DFU: address and length in multiples of 4. The cell itself
   * is a halfword with its own ECC, so a device may also take 2 (our virtual ROM does); that is
   * unproven on silicon and has to be asked for by name (`writeOtpUnit`, option `unitBytes`).
   */
  readonly writeUnitBytes: 4;
}

export interface BoardDescription {
  readonly id: BoardId;
  /** Proper name, not translated. */
  readonly name: string;
  readonly flash: FlashGeometry;
  readonly otp: OtpArea;
  /** Where the option-byte alternate starts; for H5 that is OPTSR_CUR. */
  readonly optionBytesAddress: number;
  /** Leave locks the H563 up (formats/stm32-dfu.md, section 4); nowhere offered. */
  readonly leaveAllowed: false;
  /** Over DFU these look the same. */
  readonly indistinguishableFrom: readonly BoardId[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const FLASH_BASE_ADDRESS = 0x08000000;
const OTP_BASE_ADDRESS = 0x08fff000;
const H5_OPTION_BYTES_ADDRESS = 0x40022050;
const H7_OPTION_BYTES_ADDRESS = 0x5200201c;
const SECTOR_BYTES = 8 * KIB;

function dualBankFlash(sizeBytes: number): FlashGeometry {
  return {
    baseAddress: FLASH_BASE_ADDRESS,
    sizeBytes,
    bankBytes: sizeBytes / 2,
    sectorBytes: SECTOR_BYTES,
    writeUnitBytes: 16,
  };
}

function otpArea(target: OtpArea['target'], sizeBytes: number): OtpArea {
  return {
    target,
    baseAddress: OTP_BASE_ADDRESS,
    sizeBytes,
    blockBytes: 64,
    writeUnitBytes: 4,
  };
}

function h5(id: BoardId, name: string, flashBytes: number, alike: BoardId[]): BoardDescription {
  return {
    id,
    name,
    flash: dualBankFlash(flashBytes),
    otp: otpArea('stm32h5', 2 * KIB),
    optionBytesAddress: H5_OPTION_BYTES_ADDRESS,
    leaveAllowed: false,
    indistinguishableFrom: alike,
  };
}

function h7(id: BoardId, name: string, alike: BoardId[]): BoardDescription {
  return {
    id,
    name,
    flash: dualBankFlash(2 * MIB),
    otp: otpArea('stm32h7', KIB),
    optionBytesAddress: H7_OPTION_BYTES_ADDRESS,
    leaveAllowed: false,
    indistinguishableFrom: alike,
  };
}

/** In the order of preference when several look the same. */
export const boards: readonly BoardDescription[] = [
  h5('nucleo-h563zi', 'NUCLEO-H563ZI', 2 * MIB, ['stm32h563', 'stm32h573']),
  h5('stm32h563', 'STM32H563 (2 MB)', 2 * MIB, ['nucleo-h563zi', 'stm32h573']),
  h5('stm32h563-1mb', 'STM32H563 (1 MB)', MIB, []),
  h5('stm32h573', 'STM32H573', 2 * MIB, ['nucleo-h563zi', 'stm32h563']),
  h7('stm32h7a3', 'STM32H7A3', ['stm32h7b3']),
  h7('stm32h7b3', 'STM32H7B3', ['stm32h7a3']),
];

export function boardById(id: BoardId): BoardDescription {
  const board = boards.find((candidate) => candidate.id === id);
  // `boards` holds every id of the union; a test keeps it so.
  return board as BoardDescription;
}

/**
 * The board that the device's memories fit, or `undefined`. H5, H7A3 and U5 share one flash string
 * (`@Internal Flash /0x08000000/256*08Kg`), so the OTP and option-byte regions decide; where the device
 * offers neither, the command list does: V3.0 ROMs (H5) know no read-unprotect.
 */
export function recogniseBoard(dfu: DfuDescription): BoardDescription | undefined {
  return boards.find((board) => hasItsFlash(dfu, board) && hasItsFamily(dfu, board));
}

function hasItsFlash(dfu: DfuDescription, board: BoardDescription): boolean {
  const { flash } = board;
  return regionsOf(dfu, 'flash').some(
    (region) =>
      region.startAddress === flash.baseAddress &&
      region.sizeBytes === flash.sizeBytes &&
      region.sectors.every((group) => group.sizeBytes === flash.sectorBytes),
  );
}

/**
 * C5 parts of 1 MB have the same flash map, option-byte address and command list, but other OTP
 * addresses: this board is recognised by its OTP alternate only.
 */
const LIKE_A_C5: BoardId = 'stm32h563-1mb';

function hasItsFamily(dfu: DfuDescription, board: BoardDescription): boolean {
  const otp = regionsOf(dfu, 'otp');
  const option = regionsOf(dfu, 'option-bytes');
  const otpFits = otp.some((region) => region.startAddress === board.otp.baseAddress);
  const optionFits = option.some((region) => region.startAddress === board.optionBytesAddress);
  if (option.length > 0) {
    return optionFits && (otp.length === 0 ? board.id !== LIKE_A_C5 : otpFits);
  }
  if (otp.length > 0) return otpFits && otpSizeFits(otp, board);
  return board.otp.target === 'stm32h5' && board.id !== LIKE_A_C5 && speaksV3(dfu);
}

/** H5 and H7A3 have their OTP at the same address; without option bytes its size tells them apart. */
function otpSizeFits(
  regions: readonly { readonly startAddress: number; readonly sizeBytes: number }[],
  board: BoardDescription,
): boolean {
  const sizeBytes = regions
    .filter((region) => region.startAddress >= board.otp.baseAddress)
    .reduce((sum, region) => sum + region.sizeBytes, 0);
  return sizeBytes === board.otp.sizeBytes;
}

function speaksV3(dfu: DfuDescription): boolean {
  return dfu.commands.length > 0 && !dfu.commands.includes(READ_UNPROTECT_COMMAND);
}

function regionsOf(dfu: DfuDescription, kind: DfuDescription['alternates'][number]['kind']) {
  return dfu.alternates
    .filter((alternate) => alternate.kind === kind)
    .flatMap((alternate) => alternate.map?.regions ?? []);
}
