/**
 * Our own primer as a program of the virtual board: burns what the region in flash says, tells of it on the serial
 * line and by the LEDs, then answers commands. Running it again is harmless.
 */
import { asciiToBytes } from '../../core/bytes/index.ts';
import type { KeyfusePrimer } from '../../core/wolfboot/index.ts';
import type { BoardHardware, Firmware } from './firmware.ts';
import { runPrimer, type PrimerRun } from './keyfuse-primer-run.ts';
import { answerTo, GREETING } from './keyfuse-primer-talk.ts';

/** Reset, clocks, serial line. */
const START_MS = 5;
/** What the UART holds while the program is busy talking; more is lost. */
const FIFO_BYTES = 8;
const LINE_MOST = 16;
const CR = 0x0d;
const LF = 0x0a;

export class KeyfusePrimerModel implements Firmware {
  readonly name = 'Keyfuse primer';
  readonly #region: KeyfusePrimer | 'damaged';
  #run: PrimerRun | undefined;
  #line = '';
  #busy = true;
  #fifo: number[] = [];

  constructor(region: KeyfusePrimer | 'damaged') {
    this.#region = region;
  }

  start(hardware: BoardHardware): void {
    const region = this.#region;
    if (region !== 'damaged' && region.trustZone !== hardware.optionBytes.trustZone) {
      hardware.hang(`the primer was built for TrustZone ${region.trustZone ? 'on' : 'off'}`);
      return;
    }
    hardware.describe('starting');
    hardware.uart.onReceive((bytes) => {
      this.#receive(hardware, bytes);
    });
    hardware.after(START_MS, () => {
      hardware.setLeds({ green: false, yellow: true, red: false });
      hardware.describe('checking and writing');
      this.#say(hardware, GREETING, () => {
        runPrimer(hardware, region, (run) => {
          this.#end(hardware, run);
        });
      });
    });
  }

  stop(): void {}

  #end(hardware: BoardHardware, run: PrimerRun): void {
    this.#run = run;
    const good = run.result === 'done' || run.result === 'already';
    const nothing = run.result === 'no-keystore';
    hardware.setLeds({ green: good, yellow: nothing, red: !good && !nothing });
    hardware.describe(`${run.result}; answers on the serial line`);
    this.#answer(hardware, 'status');
  }

  #receive(hardware: BoardHardware, bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (!this.#busy) this.#hear(hardware, byte);
      else if (this.#fifo.length < FIFO_BYTES) this.#fifo.push(byte);
    }
  }

  #hear(hardware: BoardHardware, byte: number): void {
    if (byte !== CR && byte !== LF) {
      if (this.#line.length < LINE_MOST) this.#line += String.fromCharCode(byte);
      return;
    }
    const line = this.#line;
    this.#line = '';
    if (line.length > 0) this.#answer(hardware, line);
  }

  #answer(hardware: BoardHardware, line: string): void {
    if (this.#run === undefined) return;
    this.#say(hardware, answerTo(line, hardware, this.#run), () => {
      this.#busy = false;
      const waiting = this.#fifo;
      this.#fifo = [];
      this.#receive(hardware, Uint8Array.from(waiting));
    });
  }

  #say(hardware: BoardHardware, text: string, then: () => void): void {
    this.#busy = true;
    hardware.uart.transmit(asciiToBytes(text), then);
  }
}
