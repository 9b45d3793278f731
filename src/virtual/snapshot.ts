/** The board's memories as JSON and back. */
import { fromHex, toHex } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import { otpGeometry } from '../core/wolfboot/index.ts';
import type { BoardMachine } from './board-machine.ts';
import type { BoardSnapshot, SnapshotOptions } from './board.ts';
import { USUAL_BUILD } from './firmware/bootloader-build.ts';
import { encodeHalfword } from './otp/halfword-ecc.ts';
import { OTP_HALFWORDS, type OtpCells } from './otp/otp-area.ts';
import { createPrng } from './prng.ts';

const FORMAT = 'keyfuse-virtual-board-1';

export function takeSnapshot(board: BoardMachine, options: SnapshotOptions = {}): BoardSnapshot {
  const cells = options.uds === 'keep' ? board.otp.cells() : withOtherUds(board);
  return {
    format: FORMAT,
    seed: board.seed,
    trng: board.trngState,
    flash: board.flash.usedSectors().map(({ sector, content }) => ({
      sector,
      content: toHex(content),
    })),
    otp: {
      data: toHex(Uint8Array.from(cells.data.flatMap((value) => [value & 0xff, value >> 8]))),
      check: toHex(Uint8Array.from(cells.check)),
      lockWord: cells.lockWord,
    },
    options: {
      productState: board.optionBytes.productState,
      trustZone: board.optionBytes.trustZone,
      swapBank: board.optionBytes.swapBank,
      secureWatermarks: board.optionBytes.secureWatermarks,
    },
    build: board.build,
  };
}

/** Throws `malformed` when it is not a snapshot of ours; the board is then unchanged. */
export function restoreSnapshot(board: BoardMachine, snapshot: BoardSnapshot): void {
  if ((snapshot.format as string) !== FORMAT) {
    throw new AppError('malformed', `virtual board: format is ${snapshot.format}`, {
      context: { file: 'virtual board', field: 'format' },
    });
  }
  const data = fromHex(snapshot.otp.data);
  const check = fromHex(snapshot.otp.check);
  if (data.length !== 2 * OTP_HALFWORDS || check.length !== OTP_HALFWORDS) {
    throw new AppError('malformed', 'virtual board: the OTP cells are not complete', {
      context: { file: 'virtual board', field: 'otp' },
    });
  }
  const sectors = snapshot.flash.map(({ sector, content }) => ({
    sector,
    content: fromHex(content),
  }));
  board.flash.restoreSectors(sectors);
  board.otp.restoreCells({
    data: Array.from(
      check,
      (_, index) => (data[2 * index] ?? 0) | ((data[2 * index + 1] ?? 0) << 8),
    ),
    check: Array.from(check),
    lockWord: snapshot.otp.lockWord,
  });
  board.optionBytes.productState = snapshot.options.productState;
  board.optionBytes.trustZone = snapshot.options.trustZone;
  board.optionBytes.swapBank = snapshot.options.swapBank;
  board.optionBytes.resetWatermarks();
  const { secureWatermarks } = snapshot.options;
  if (secureWatermarks) board.optionBytes.secureWatermarks = secureWatermarks;
  if (snapshot.build) board.setBuild({ ...USUAL_BUILD, ...snapshot.build });
  board.resumeTrng(snapshot.trng);
}

/** Written UDS halfwords get other content, so that nobody's secret is stored. */
function withOtherUds(board: BoardMachine): OtpCells {
  const cells = board.otp.cells();
  const { udsOffsetBytes, udsBytes } = otpGeometry('stm32h5');
  const data = [...cells.data];
  const check = [...cells.check];
  const other = new DataView(createPrng(board.seed, 'other uds').bytes(udsBytes).buffer);
  for (let at = 0; at < udsBytes; at += 2) {
    const halfword = (udsOffsetBytes + at) / 2;
    if (board.otp.stateOf(halfword) === 'blank') continue;
    const value = other.getUint16(at, true);
    data[halfword] = value;
    check[halfword] = encodeHalfword(value);
  }
  return { data, check, lockWord: cells.lockWord };
}
