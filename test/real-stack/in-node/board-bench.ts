/** The whole board of this folder in simulated time: chip, reset button, and its serial line as a `BytePipe`. */
import type { BytePipe } from '../../../src/core/ports/index.ts';
import { SimLine } from '../../support/serial/sim-line.ts';
import { Board } from '../board/board.ts';
import type { ChipOptions } from '../chip/stm32h5.ts';
import { burningChip, type BurningChip } from './chip-burning.ts';

export interface BoardBench extends BurningChip {
  readonly board: Board;
  readonly line: BytePipe;
}

/** In its bootloader, on the bus. */
export function boardBench(options: ChipOptions = {}): BoardBench {
  const bench = burningChip(options);
  const line = new SimLine(bench.clock);
  const board = new Board(bench.chip, {
    usb: bench.usb,
    time: bench.time,
    print: (bytes) => {
      line.fromDevice(Uint8Array.from(bytes));
    },
  });
  line.onDevice = (bytes) => {
    board.receive(bytes);
  };
  return { ...bench, board, line };
}
