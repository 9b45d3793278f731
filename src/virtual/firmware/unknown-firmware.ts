/** A program of which we know no behaviour: it runs and does nothing that we could show. */
import type { BoardHardware, Firmware } from './firmware.ts';

export class UnknownFirmware implements Firmware {
  readonly name = 'unknown firmware';

  start(hardware: BoardHardware): void {
    hardware.describe('runs, but the virtual board does not know what it does');
  }

  stop(): void {}
}
