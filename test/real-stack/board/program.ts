/** What runs on the board when it is not in its ROM bootloader. */
import type { Stm32H5 } from '../chip/stm32h5.ts';
import type { ModelTime } from '../chip/time.ts';

export interface ProgramHost {
  readonly chip: Stm32H5;
  readonly time: ModelTime;
  /** Sends on the serial line. */
  print(text: string | Uint8Array): void;
  /** Resets the board. */
  reset(): void;
}

export interface Program {
  receive(byte: number): void;
  stop(): void;
}
